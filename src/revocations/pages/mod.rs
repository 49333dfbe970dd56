//! Revocations in the console: asking before they begin, watching them, and what came of them.
//!
//! Ending one session, one family or the sessions of one person asks for a reason; ending many asks for the
//! count as well, typed, and for a fresh factor.

mod many;
mod people;

pub use many::{confirm_chosen, confirm_matching, create};
pub(super) use people::{FILE, LIST, MAX_BYTES};
pub use people::{begin, form as people_form, keep_file, keep_typed};

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::actions;
use super::model::{Reason, Revocation, RevocationId, Scope, Selection};
use super::views::{self, AskOne, Typed};
use super::{csv, store};
use crate::access::{Actor, OrganizationId, Permission, SessionId, UserId};
use crate::error::{AppError, FieldError};
use crate::paths;
use crate::sessions::filter::Filter;
use crate::web::guard::{RevokeSessions, SeeUsers};
use crate::web::pager::Place;
use crate::web::{Allowed, Context, Form, Page, Query, SeeOther};

/// Revocations on one page.
const PAGE: usize = 50;

/// `?after=` and `?before=`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Address {
    pub after: Option<String>,
    pub before: Option<String>,
}

/// `GET /revocations`
pub async fn list(
    who: Allowed<SeeUsers>,
    context: Context,
    Query(address): Query<Address>,
) -> Result<Page, AppError> {
    let place = Place::read(address.after.as_deref(), address.before.as_deref());
    let organization = who.actor.organization;
    let slice = context.app.db.read(move |c| store::page(c, &organization, &place, PAGE)).await?;
    Ok(Page::list("Revocations", views::list(&slice, context.now)).parent("Sessions", paths::SESSIONS))
}

/// One thing, as it stands in the address or the form.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct One {
    session: Option<SessionId>,
    family: Option<SessionId>,
    user: Option<UserId>,
    #[serde(default)]
    reason: String,
}

impl One {
    fn selection(&self) -> Result<Selection, AppError> {
        match (&self.session, &self.family, &self.user) {
            (Some(id), None, None) => Ok(Selection::new(Scope::Session, Filter::one(id.clone()))),
            (None, Some(id), None) => Ok(Selection::new(Scope::Family, Filter::family(id.clone()))),
            (None, None, Some(id)) => Ok(Selection::new(Scope::User, Filter::of_user(id.clone()))),
            _ => Err(AppError::NotFound),
        }
    }
}

/// `GET /revocations/one`: one session, one family, or the sessions of one person.
pub async fn confirm_one(
    who: Allowed<RevokeSessions>,
    context: Context,
    Query(one): Query<One>,
) -> Result<Page, AppError> {
    ask_one(&context, &who.actor, &one, &Typed::default()).await
}

async fn ask_one(context: &Context, actor: &Actor, one: &One, typed: &Typed) -> Result<Page, AppError> {
    let (selection, organization) = (one.selection()?, &actor.organization);
    let (organization_, asked) = (organization.clone(), selection.clone());
    let found = context.app.db.read(move |c| views::subject(c, &organization_, &asked)).await?;
    let subject = found.ok_or(AppError::NotFound)?;
    let matched = actions::preview(&context.app, organization, &selection.filter, None, context.now).await?;
    let own = one.session.as_ref() == Some(&actor.session) || one.user.as_ref() == Some(&actor.user);
    let ask = AskOne { matched, own, typed, csrf: context.csrf() };
    let page = Page::console(subject.title(), views::ask_one(&ask, &subject));
    let page = page.parent(subject.name.clone(), paths::user_security(&subject.user));
    Ok(if typed.errors.is_empty() { page } else { page.refused() })
}

/// `POST /revocations/one`
pub async fn create_one(
    who: Allowed<RevokeSessions>,
    context: Context,
    Form(one): Form<One>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (organization, app, act) = (&who.actor.organization, &context.app, context.act());
    let reason = match Reason::parse(&one.reason) {
        Ok(reason) => reason,
        Err(error) => {
            let errors = vec![FieldError::new("reason", error.to_string())];
            let typed = Typed { reason: one.reason.clone(), errors, ..Typed::default() };
            return Ok(ask_one(&context, &who.actor, &one, &typed).await?.answer(&request));
        }
    };
    let receipt = match (&one.session, &one.family, &one.user) {
        (Some(id), None, None) => actions::revoke_session(app, &act, organization, id, reason).await?,
        (None, Some(id), None) => actions::revoke_family(app, &act, organization, id, reason).await?,
        (None, None, Some(id)) => actions::revoke_user(app, &act, organization, id, reason).await?,
        _ => return Err(AppError::NotFound),
    };
    Ok(match receipt.revocation {
        Some(run) => SeeOther::to(paths::revocation(&run.id)).answer(&request),
        None => SeeOther::to(paths::SESSIONS).saying("There was no open session.").answer(&request),
    })
}

async fn find(context: &Context, organization: &OrganizationId, id: &str) -> Result<Revocation, AppError> {
    let id = RevocationId::parse(id).ok_or(AppError::NotFound)?;
    let organization = organization.clone();
    let found = context.app.db.read(move |c| store::by_id(c, &organization, &id)).await?;
    found.ok_or(AppError::NotFound)
}

/// `GET /revocations/{id}`: how far it is, and what came of it.
pub async fn show(who: Allowed<SeeUsers>, context: Context, id: Path<String>) -> Result<Page, AppError> {
    let run = find(&context, &who.actor.organization, &id).await?;
    let may_end = who.actor.role.allows(Permission::RevokeSessions);
    if run.awaits_confirmation && !run.state.is_over() {
        if !may_end {
            return Err(AppError::NotFound);
        }
        return people::ask(&context, &who.actor, &run, None, &Typed::default()).await;
    }
    let sought = run.id.clone();
    let unknown = context.app.db.read(move |c| store::unknown_lines(c, &sought, 20)).await?;
    let main = views::show(&run, &unknown, may_end, context.csrf());
    Ok(Page::console(views::title(&run), main).parent("Revocations", paths::REVOCATIONS))
}

/// `POST /revocations/{id}/cancel`
pub async fn cancel(
    who: Allowed<RevokeSessions>,
    context: Context,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = RevocationId::parse(&id).ok_or(AppError::NotFound)?;
    let cancelled = actions::cancel(&context.app, &context.act(), &who.actor.organization, &id).await?;
    let said = if cancelled { "Cancelled: nothing more is ended." } else { "It was over already." };
    Ok(SeeOther::to(paths::revocation(&id)).saying(said).answer(&request))
}

/// `GET /revocations/{id}/result.csv`
pub async fn result(
    who: Allowed<SeeUsers>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let run = find(&context, &who.actor.organization, &id).await?;
    let disposition = format!("attachment; filename=\"revocation-{}.csv\"", run.id);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .content_type("text/csv; charset=utf-8")
        .streaming(csv::rows(context.app.clone(), run)))
}
