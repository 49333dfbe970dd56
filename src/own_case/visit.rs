//! Who looks at their own case: by the link of a mail, or signed in.

use actix_web::HttpRequest;
use secrecy::SecretString;

use crate::access::{Act, UserId};
use crate::accounts::tokens::{self, Grant, Purpose, Verdict};
use crate::accounts::verify_email::CASE_COOKIE;
use crate::error::AppError;
use crate::web::{Context, link};

/// Somebody who may see a case.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub user: UserId,
    /// Of the link they came by.
    pub token: Option<SecretString>,
}

/// What a request for the own case came to.
#[derive(Clone, Debug)]
pub(super) enum Visit {
    Known(Visitor),
    /// The link is no good (any more); `None` when there is neither link nor session.
    Stranger(Option<Verdict>),
}

/// The link that was opened last goes before the session: it is what the person wants to see.
pub(super) async fn of(context: &Context, request: &HttpRequest) -> Result<Visit, AppError> {
    let verdict = match link::token(request, CASE_COOKIE) {
        Some(token) => {
            let (now, kept) = (context.now, token.clone());
            let verdict =
                context.app.db.read(move |c| tokens::peek(c, Purpose::CaseAccess, &kept, now)).await?;
            match verdict {
                Verdict::Valid(Grant { user: Some(user), .. }) => {
                    return Ok(Visit::Known(Visitor { user, token: Some(token) }));
                }
                other => Some(other),
            }
        }
        None => None,
    };
    Ok(match &context.actor {
        Some(actor) if !actor.must_change_password => {
            Visit::Known(Visitor { user: actor.user.clone(), token: None })
        }
        _ => Visit::Stranger(verdict),
    })
}

impl Visitor {
    /// The cause of what they do: whoever came by the link is the user it was sent to.
    pub(super) fn act(&self, context: &Context, name: &str) -> Act {
        context.act().known_as(&self.user, name)
    }
}
