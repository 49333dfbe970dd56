//! Revocations in the console: asking before they begin, watching them, and what came of them.
//!
//! Ending one session, one family or the sessions of one person asks for a reason; ending many asks for the
//! count as well, typed, and for a fresh factor.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::actions::{self, Request};
use super::model::{Reason, Revocation, RevocationId, Scope, Selection};
use super::views::{self, Ask, Typed};
use super::{csv, store};
use crate::access::{OrganizationId, Permission, SessionId, UserId};
use crate::error::{AppError, FieldError};
use crate::paths;
use crate::sessions::filter::Filter;
use crate::sessions::search::Search;
use crate::web::forms::empty_is_none;
use crate::web::guard::{Fresh, RevokeSessions, SeeUsers};
use crate::web::pager::Place;
use crate::web::{Allowed, Context, Form, Page, Query, SeeOther};

/// Revocations on one page.
const PAGE: usize = 50;
/// More rows than one page of the list has cannot be chosen.
const MOST_CHOSEN: usize = 200;

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

/// The search whose matches are meant.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Matching {
    #[serde(default, deserialize_with = "empty_is_none")]
    q: Option<String>,
}

/// `GET /revocations/new`: all that match a search.
pub async fn confirm_matching(
    who: Fresh<RevokeSessions>,
    context: Context,
    Query(matching): Query<Matching>,
) -> Result<Page, AppError> {
    let search = Search::parse(matching.q.as_deref().unwrap_or_default());
    if !search.problems.is_empty() {
        // What was not understood would widen the search: nothing is ended by mistake.
        return Err(AppError::bad_request("bad_query", search.problems.join(" ")));
    }
    let selection = Selection::new(Scope::Filter, search.filter);
    ask(&context, &who.actor.organization, selection, &Typed::default()).await
}

/// Rows that were picked.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    ids: Vec<SessionId>,
}

/// `POST /revocations/new`: the rows that were picked in a list; changes nothing yet.
pub async fn confirm_chosen(
    who: Fresh<RevokeSessions>,
    context: Context,
    Form(chosen): Form<Chosen>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if chosen.ids.is_empty() {
        let back = SeeOther::to(paths::SESSIONS).saying("Select the sessions to end first.");
        return Ok(back.answer(&request));
    }
    let selection = Selection::new(Scope::Sessions, chosen_filter(chosen.ids)?);
    let page = ask(&context, &who.actor.organization, selection, &Typed::default()).await?;
    Ok(page.answer(&request))
}

fn chosen_filter(ids: Vec<SessionId>) -> Result<Filter, AppError> {
    if ids.len() > MOST_CHOSEN {
        return Err(AppError::bad_request("too_many", format!("Select at most {MOST_CHOSEN} sessions.")));
    }
    Ok(Filter { sessions: ids, ..Filter::default() })
}

/// The page that asks, with how many it would be.
async fn ask(
    context: &Context,
    organization: &OrganizationId,
    selection: Selection,
    typed: &Typed,
) -> Result<Page, AppError> {
    let matched = actions::preview(&context.app, organization, &selection.filter, None, context.now).await?;
    let selected = serde_json::to_string(&selection).map_err(AppError::internal)?;
    let ask = Ask { selection: &selection, selected: &selected, matched, typed, csrf: context.csrf() };
    let page = Page::console(ask.title(), views::ask_many(&ask)).parent("Sessions", paths::SESSIONS);
    Ok(if typed.errors.is_empty() { page } else { page.refused() })
}

/// The form of a bulk revocation.
#[derive(Clone, Debug, Deserialize)]
pub struct NewRevocation {
    selection: String,
    #[serde(default)]
    reason: String,
    /// The count, typed.
    #[serde(default)]
    count: String,
}

/// `POST /revocations`
pub async fn create(
    who: Fresh<RevokeSessions>,
    context: Context,
    Form(sent): Form<NewRevocation>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let selection: Selection = serde_json::from_str(&sent.selection)
        .ok()
        .filter(|selection: &Selection| !selection.scope.is_single() && selection.list.is_none())
        .ok_or_else(|| AppError::bad_request("bad_form", "Open the page from the list of sessions again."))?;
    let organization = who.actor.organization;
    let matched = actions::preview(&context.app, &organization, &selection.filter, None, context.now).await?;
    let reason = Reason::parse(&sent.reason);
    let mut errors = Vec::new();
    if let Err(error) = &reason {
        errors.push(FieldError::new("reason", error.to_string()));
    }
    let counted = sent.count.chars().filter(char::is_ascii_digit).collect::<String>();
    if counted != matched.to_string() {
        errors.push(FieldError::new("count", format!("Type {matched} to confirm.")));
    }
    let Some(reason) = reason.ok().filter(|_| errors.is_empty()) else {
        let typed = Typed { reason: sent.reason, count: sent.count, errors };
        return Ok(ask(&context, &organization, selection, &typed).await?.answer(&request));
    };
    let Selection { scope, filter, .. } = selection;
    let asked = Request { organization, scope, filter, list: None, reason };
    let receipt = actions::revoke(&context.app, &context.act(), asked).await?;
    Ok(match receipt.revocation {
        Some(run) => SeeOther::to(paths::revocation(&run.id)).answer(&request),
        None => {
            SeeOther::to(paths::SESSIONS).saying("None of these sessions is open any more.").answer(&request)
        }
    })
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
    ask_one(&context, &who.actor.organization, &one, &Typed::default()).await
}

async fn ask_one(
    context: &Context,
    organization: &OrganizationId,
    one: &One,
    typed: &Typed,
) -> Result<Page, AppError> {
    let selection = one.selection()?;
    let (organization_, asked) = (organization.clone(), selection.clone());
    let found = context.app.db.read(move |c| views::subject(c, &organization_, &asked)).await?;
    let subject = found.ok_or(AppError::NotFound)?;
    let matched = actions::preview(&context.app, organization, &selection.filter, None, context.now).await?;
    let ask = Ask { selection: &selection, selected: "", matched, typed, csrf: context.csrf() };
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
    let (organization, app, act) = (who.actor.organization, &context.app, context.act());
    let reason = match Reason::parse(&one.reason) {
        Ok(reason) => reason,
        Err(error) => {
            let errors = vec![FieldError::new("reason", error.to_string())];
            let typed = Typed { reason: one.reason.clone(), errors, ..Typed::default() };
            return Ok(ask_one(&context, &organization, &one, &typed).await?.answer(&request));
        }
    };
    let receipt = match (&one.session, &one.family, &one.user) {
        (Some(id), None, None) => actions::revoke_session(app, &act, &organization, id, reason).await?,
        (None, Some(id), None) => actions::revoke_family(app, &act, &organization, id, reason).await?,
        (None, None, Some(id)) => actions::revoke_user(app, &act, &organization, id, reason).await?,
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
    let sought = run.id.clone();
    let unknown = context.app.db.read(move |c| store::unknown_lines(c, &sought, 20)).await?;
    let may_end = who.actor.role.allows(Permission::RevokeSessions);
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
