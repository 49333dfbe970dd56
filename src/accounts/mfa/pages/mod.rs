//! Pages of second factors.

mod code;
mod confirm;
mod overview;
mod passkeys;
mod set_up;
mod user;

pub(crate) use code::COOKIE as CODE_COOKIE;
pub use code::{
    code_form, passkey_options as code_passkey_options, send_code, send_passkey, sign_in_options,
    sign_in_with_passkey,
};
pub use confirm::{confirm, confirm_form, held, options as confirm_options};
pub use overview::{new_codes, overview};
pub use passkeys::{add as add_passkey, options as passkey_options, remove as remove_passkey};
pub use set_up::{begin as begin_app, confirm as confirm_app, form as app_form, remove as remove_app};
pub use user::{reset, user};

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::recovery::{self, Shown};
use super::{Enrolled, views};
use crate::access::Actor;
use crate::accounts::store;
use crate::error::AppError;
use crate::web::{Context, Page};
use crate::{console, paths, sessions};

/// Where to go afterwards.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: Option<String>,
}

const TITLE: &str = "Second factor";

/// What staff may not be without.
const LAST: &str = "Staff need a second factor: add another one before you remove this.";

/// What follows the first factor: the codes, and a session under another key whose others have ended.
async fn enrolled(
    context: &Context,
    actor: &Actor,
    session: &Session,
    enrolled: &Enrolled,
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    if let Some(opened) = &enrolled.opened {
        sessions::remember(session, opened)?;
    }
    codes_page(context, actor, &enrolled.codes, request).await
}

/// The page with new recovery codes; staff who could not open the console before go on there.
async fn codes_page(
    context: &Context,
    actor: &Actor,
    codes: &Shown,
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = actor.user.clone();
    let user = context.app.db.read(move |c| store::by_id(c, &id)).await?.ok_or(AppError::NotFound)?;
    let text = recovery::as_text(codes, &user, &actor.organization_name);
    let next = if actor.must_enrol {
        ("I have kept them, open the console", console::start_of(actor.role))
    } else {
        ("I have kept them", paths::MFA)
    };
    Ok(Page::public("Your recovery codes", views::codes(codes, &text, next)).answer(request))
}
