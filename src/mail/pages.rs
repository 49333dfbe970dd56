//! The email log in the console.
//!
//! What staff sees of a mail is masked. The message that was kept in place of being sent is shown in full, and
//! every answer that holds its secrets writes an audit entry.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Path;
use serde::Deserialize;
use serde_json::json;

use super::model::{EmailId, StatusGroup};
use super::outbox;
use super::providers::capture;
use super::search;
use super::store::log::{self, Filter};
use super::store::{self, Email};
use super::templates::Rendered;
use super::views;
use crate::access::Permission;
use crate::audit::{self, Event, Target};
use crate::error::AppError;
use crate::paths;
use crate::text_enum;
use crate::web::forms::empty_is_none;
use crate::web::guard::SearchMail;
use crate::web::headers::MAIL_POLICY;
use crate::web::pager::Place;
use crate::web::{Allowed, Context, Page, Query};

/// Mails on one page.
const PAGE: usize = 50;

/// As [`MAIL_POLICY`], but links open in a new tab: this is the recipient's own mail, to be tried out.
const CAPTURED_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
     sandbox allow-popups allow-popups-to-escape-sandbox; form-action 'none'; frame-ancestors 'self'";

/// Filters as they stand in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Address {
    pub status: Option<StatusGroup>,
    #[serde(default, deserialize_with = "empty_is_none")]
    pub q: Option<String>,
    pub after: Option<String>,
    pub before: Option<String>,
}

text_enum! {
    /// Which of the alternatives of a mail is shown.
    Part {
        Html = "html",
        Text = "text",
    }
}

/// `?part=`
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Shown {
    pub part: Option<Part>,
}

impl Shown {
    fn part(self) -> Part {
        self.part.unwrap_or(Part::Html)
    }
}

/// `GET /emails`
pub async fn list(
    who: Allowed<SearchMail>,
    context: Context,
    Query(address): Query<Address>,
) -> Result<Page, AppError> {
    let place = Place::read(address.after.as_deref(), address.before.as_deref());
    let filter = Filter { group: address.status, ..search::read(address.q.as_deref().unwrap_or_default()) };
    let organization = who.actor.organization;
    let (slice, waiting, problems) = context
        .app
        .db
        .read(move |c| {
            let slice = log::page(c, &organization, &filter, &place, PAGE)?;
            let waiting = log::count(c, &organization, StatusGroup::Waiting)?;
            let problems = log::count(c, &organization, StatusGroup::Problem)?;
            Ok::<_, AppError>((slice, waiting, problems))
        })
        .await?;
    let counts = views::Counts { waiting, problems };
    let main = views::list(&slice, &address, counts, context.now);
    Ok(Page::list("Email log", main).search(views::search(&address)))
}

/// `GET /emails/{id}`
pub async fn email(
    who: Allowed<SearchMail>,
    context: Context,
    id: Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Page, AppError> {
    let email = find(&who, &context, &id).await?;
    let id = email.id.clone();
    let (attempts, captured) = context
        .app
        .db
        .read(move |c| Ok::<_, AppError>((log::attempts(c, &id)?, store::captured(c, &id)?.is_some())))
        .await?;
    let text = match shown.part() {
        Part::Text if !email.is_erased() => {
            Some(outbox::preview(&context.app, &email).map_err(AppError::internal)?.text)
        }
        Part::Html | Part::Text => None,
    };
    let details = views::Details { email: &email, attempts: &attempts, text: text.as_deref() };
    let mut page = Page::console(email.kind.title(), views::email(&details, context.now));
    if captured && may_reveal(&who, &email) {
        page = page.action(views::open_captured(&email));
    }
    Ok(page.parent("Email log", paths::EMAILS))
}

/// `GET /emails/{id}/preview`: the masked mail, for the frame of its page.
pub async fn preview(
    who: Allowed<SearchMail>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let email = find(&who, &context, &id).await?;
    if email.is_erased() {
        return Err(AppError::NotFound);
    }
    let rendered = outbox::preview(&context.app, &email).map_err(AppError::internal)?;
    Ok(framed(MAIL_POLICY, rendered.html))
}

/// `GET /emails/{id}/captured`: the frame of the kept message, or its text.
pub async fn captured(
    who: Allowed<SearchMail>,
    context: Context,
    id: Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Page, AppError> {
    let email = find(&who, &context, &id).await?;
    let kept = kept(&who, &context, &email).await?;
    let text = match shown.part() {
        Part::Html => None,
        Part::Text => {
            record_reveal(&context, &email, "text").await?;
            Some(kept.text)
        }
    };
    let main = views::captured(&email, text.as_deref());
    Ok(Page::console("Captured message", main).parent("Email", paths::email(&email.id)))
}

/// `GET /emails/{id}/captured/body`: the kept message's HTML, secrets included.
pub async fn captured_body(
    who: Allowed<SearchMail>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let email = find(&who, &context, &id).await?;
    let kept = kept(&who, &context, &email).await?;
    record_reveal(&context, &email, "html").await?;
    Ok(framed(CAPTURED_POLICY, kept.html.replacen("<head>", "<head><base target=\"_blank\">", 1)))
}

/// `GET /emails/{id}/captured/message.eml`: the whole message for a mail program.
pub async fn captured_raw(
    who: Allowed<SearchMail>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let email = find(&who, &context, &id).await?;
    let message = capture::captured_message(&context.app, &email.id).await?.ok_or(AppError::NotFound)?;
    demand_reveal(&who, &email)?;
    record_reveal(&context, &email, "message.eml").await?;
    let disposition = format!("attachment; filename=\"{}.eml\"", email.id);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .content_type("message/rfc822")
        .body(message))
}

async fn find(who: &Allowed<SearchMail>, context: &Context, id: &str) -> Result<Email, AppError> {
    let id = EmailId::parse(id).ok_or(AppError::NotFound)?;
    let organization = who.actor.organization.clone();
    let found = context.app.db.read(move |c| log::by_id(c, &organization, &id)).await?;
    found.ok_or(AppError::NotFound)
}

async fn kept(who: &Allowed<SearchMail>, context: &Context, email: &Email) -> Result<Rendered, AppError> {
    let kept = capture::captured(&context.app, &email.id).await?.ok_or(AppError::NotFound)?;
    demand_reveal(who, email).map(|()| kept)
}

/// Whoever reads a mail that lets somebody in can come in as that person: that is for those who may give a new
/// password anyway.
fn may_reveal(who: &Allowed<SearchMail>, email: &Email) -> bool {
    !email.kind.lets_in() || who.actor.role.allows(Permission::ManageUsers)
}

fn demand_reveal(who: &Allowed<SearchMail>, email: &Email) -> Result<(), AppError> {
    if may_reveal(who, email) {
        return Ok(());
    }
    Err(AppError::forbidden(
        "not_permitted",
        "This mail lets its recipient in. Ask an administrator to open it, or send the person another one.",
    ))
}

/// The entry is written first: nobody sees a secret without one.
async fn record_reveal(context: &Context, email: &Email, part: &'static str) -> Result<(), AppError> {
    let (act, random) = (context.act(), context.app.random.clone());
    let (organization, id) = (email.organization_id.clone(), email.id.clone());
    context
        .app
        .db
        .write(move |c| {
            let event = Event::new(&organization, "email.revealed", Target("email", id.as_str()))
                .change(None, json!({ "part": part }));
            audit::record(c, &random, &act, event)
        })
        .await
}

fn framed(policy: &'static str, html: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .content_type("text/html; charset=utf-8")
        .body(html)
}
