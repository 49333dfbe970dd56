//! `/` and `/account`.

use maud::{Markup, html};

use crate::access::Actor;
use crate::accounts::{Status, User, store};
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::ui::{Button, Facts, Meaning, badge, time};
use crate::web::{Anyone, Context, Page, SeeOther, SignedIn};
use crate::{console, paths};

/// `GET /`: everybody's own start.
pub async fn home(Anyone(actor): Anyone) -> SeeOther {
    SeeOther::to(actor.map_or(paths::LOGIN, |actor| console::start_of(actor.role)))
}

/// `GET /account`
pub async fn account(SignedIn(actor): SignedIn, context: Context) -> Result<Page, AppError> {
    let id = actor.user.clone();
    let user = context.app.db.read(move |c| store::by_id(c, &id)).await?.ok_or(AppError::NotFound)?;
    Ok(Page::public("Your account", view(&actor, &user, context.now)))
}

fn view(actor: &Actor, user: &User, now: Timestamp) -> Markup {
    let state = match user.status {
        Status::Active => badge(Meaning::Ok, "Active"),
        Status::Pending => badge(Meaning::Info, "Being checked"),
        other => badge(Meaning::Bad, other.label()),
    };
    let mut facts = Facts::new()
        .text("Name", user.name.as_str())
        .text("Email address", user.email.as_str())
        .fact("Account", state);
    if actor.role.is_staff() {
        facts = facts.text("Role", actor.role.label());
    }
    facts = match user.document_verified_at {
        Some(at) => facts.fact("Documents", html! { (badge(Meaning::Ok, "Approved")) " " (time(at, now)) }),
        None => facts,
    };
    html! {
        (facts)
        p .form-actions {
            (Button::secondary("Change password").href(paths::PASSWORD))
            (Button::secondary("Change email address").href(paths::ACCOUNT_EMAIL))
            @if !actor.role.is_staff() { (Button::secondary("Your documents").href(paths::CASE)) }
        }
    }
}
