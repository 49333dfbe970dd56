//! `/account` and what lies under it.

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::actions::{self, Profile};
use super::export;
use super::views::{self, Part};
use crate::access::{Actor, SessionId};
use crate::accounts::registration::phone;
use crate::accounts::{self, User};
use crate::error::{AppError, FieldError};
use crate::mail::{DisplayName, TemplateKind, preferences as wishes};
use crate::notifications::{NotificationId, store as notices};
use crate::paths;
use crate::sessions::store as rows;
use crate::users::actions::erasure;
use crate::web::guard::FreshlySignedIn;
use crate::web::pager::Place;
use crate::web::problems::Problems;
use crate::web::{Context, Form, Page, Query, SeeOther, SignedIn};

const TITLE: &str = "Your account";
/// Notifications on one page.
const PAGE: usize = 20;
/// Sessions that are shown; nobody has more.
const MOST_SESSIONS: i64 = 200;

/// What the form of the details sends.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ProfileFields {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) phone: String,
}

impl ProfileFields {
    fn of(user: &User) -> Self {
        Self { name: user.name.to_string(), phone: user.phone.clone().unwrap_or_default() }
    }

    fn parse(&self) -> Result<Profile, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut refuse = |field: &str, message: String| errors.push(FieldError::new(field, message));
        let name = DisplayName::parse(&self.name).map_err(|error| refuse("name", error.to_string())).ok();
        let phone = phone(&self.phone).map_err(|message| refuse("phone", message.to_owned())).ok();
        match (name, phone) {
            (Some(name), Some(phone)) => Ok(Profile { name, phone }),
            _ => Err(errors),
        }
    }
}

/// The person's row and how many notifications are unread.
async fn load(context: &Context, actor: &Actor) -> Result<(User, u64), AppError> {
    let id = actor.user.clone();
    let found = context
        .app
        .db
        .read(move |c| Ok::<_, AppError>((accounts::store::by_id(c, &id)?, notices::unread(c, &id)?)));
    let (user, unread) = found.await?;
    Ok((user.ok_or(AppError::NotFound)?, u64::try_from(unread).unwrap_or_default()))
}

async fn unread(context: &Context, actor: &Actor) -> Result<u64, AppError> {
    let id = actor.user.clone();
    let count = context.app.db.read(move |c| notices::unread(c, &id)).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

fn page(part: Part, unread: u64, main: &maud::Markup) -> Page {
    Page::public(TITLE, maud::html! { (views::parts(part, unread)) (main) })
}

/// `GET /account`
pub async fn account(SignedIn(actor): SignedIn, context: Context) -> Result<Page, AppError> {
    let (user, unread) = load(&context, &actor).await?;
    let typed = ProfileFields::of(&user);
    let view = views::profile(&context, &actor, &user, &typed, Problems::default());
    Ok(page(Part::Profile, unread, &view))
}

/// `POST /account/profile`
pub async fn save_profile(
    SignedIn(actor): SignedIn,
    context: Context,
    Form(sent): Form<ProfileFields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    match sent.parse() {
        Ok(profile) => {
            actions::save_profile(&context.app, &context.act(), &actor.user, profile).await?;
            Ok(SeeOther::to(paths::ACCOUNT).saying("Saved.").answer(&request))
        }
        Err(errors) => {
            let (user, unread) = load(&context, &actor).await?;
            let view = views::profile(&context, &actor, &user, &sent, Problems(&errors));
            Ok(page(Part::Profile, unread, &view).refused().answer(&request))
        }
    }
}

/// `GET /account/sessions`
pub async fn sessions(SignedIn(actor): SignedIn, context: Context) -> Result<Page, AppError> {
    let (id, now) = (actor.user.clone(), context.now);
    let open = context.app.db.read(move |c| rows::open_of(c, &id, now, MOST_SESSIONS)).await?;
    let view = views::sessions(&context, &actor, &open);
    Ok(page(Part::Sessions, unread(&context, &actor).await?, &view))
}

/// `POST /account/sessions/{id}/end`
pub async fn end_session(
    SignedIn(actor): SignedIn,
    context: Context,
    id: Path<String>,
) -> Result<SeeOther, AppError> {
    let id = SessionId::parse(&id).ok_or(AppError::NotFound)?;
    actions::end_session(&context.app, &context.act(), &actor, id, None).await?;
    Ok(SeeOther::to(paths::OWN_SESSIONS).saying("That device was signed out."))
}

/// `POST /account/sessions/end-others`
pub async fn end_others(SignedIn(actor): SignedIn, context: Context) -> Result<SeeOther, AppError> {
    let ended = actions::end_others(&context.app, &context.act(), &actor).await?;
    let told = match ended {
        0 => "You are signed in nowhere else.".to_owned(),
        1 => "One other device was signed out.".to_owned(),
        more => format!("{more} other devices were signed out."),
    };
    Ok(SeeOther::to(paths::OWN_SESSIONS).saying(told))
}

/// Where in the list of notifications.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Address {
    after: Option<String>,
    before: Option<String>,
}

/// `GET /account/notifications`
pub async fn notifications(
    SignedIn(actor): SignedIn,
    context: Context,
    Query(address): Query<Address>,
) -> Result<Page, AppError> {
    let place = Place::read(address.after.as_deref(), address.before.as_deref());
    let id = actor.user.clone();
    let slice = context.app.db.read(move |c| notices::page(c, &id, &place, PAGE)).await?;
    let unread = unread(&context, &actor).await?;
    Ok(page(Part::Notifications, unread, &views::notifications(&context, &slice, unread)))
}

/// `POST /account/notifications/read-all`
pub async fn read_all(SignedIn(actor): SignedIn, context: Context) -> Result<SeeOther, AppError> {
    let (id, now) = (actor.user, context.now);
    context.app.db.write(move |c| notices::read_all(c, &id, now)).await?;
    Ok(SeeOther::to(paths::OWN_NOTIFICATIONS))
}

/// `POST /account/notifications/{id}`: read, and on to what it is about.
pub async fn open_notification(
    SignedIn(actor): SignedIn,
    context: Context,
    id: Path<String>,
) -> Result<SeeOther, AppError> {
    let id = NotificationId::parse(&id).ok_or(AppError::NotFound)?;
    let found = actions::read_notification(&context.app, &context.act(), &actor.user, id).await?;
    Ok(SeeOther::to(paths::local_or(found.link.as_deref(), paths::OWN_NOTIFICATIONS)))
}

/// `GET /account/emails`
pub async fn preferences(SignedIn(actor): SignedIn, context: Context) -> Result<Page, AppError> {
    let id = actor.user.clone();
    let muted = context.app.db.read(move |c| wishes::muted(c, &id)).await?;
    let unread = unread(&context, &actor).await?;
    Ok(page(Part::Emails, unread, &views::preferences(&context, actor.role, &muted)))
}

/// Kinds that are wanted; those that can be switched off and are not named are.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    wanted: Vec<TemplateKind>,
}

/// `POST /account/emails`
pub async fn save_preferences(
    SignedIn(actor): SignedIn,
    context: Context,
    Form(sent): Form<Wanted>,
) -> Result<SeeOther, AppError> {
    let mine = TemplateKind::ALL.iter().filter(|kind| kind.may_be_muted() && kind.concerns(actor.role));
    let off = mine.filter(|kind| !sent.wanted.contains(kind));
    actions::save_preferences(&context.app, &context.act(), &actor, off.copied().collect()).await?;
    Ok(SeeOther::to(paths::OWN_PREFERENCES).saying("Saved."))
}

/// `GET /account/data`
pub async fn data(SignedIn(actor): SignedIn, context: Context) -> Result<Page, AppError> {
    let (user, unread) = load(&context, &actor).await?;
    Ok(page(Part::Data, unread, &views::data(&context, &user, Problems::default())))
}

/// What the form that asks for the erasure sends.
#[derive(Debug, Default, Deserialize)]
pub struct Erasure {
    /// The own address, typed, so that nobody does it by accident.
    #[serde(default)]
    confirm: String,
}

/// `POST /account/data/erase`
pub async fn erase(
    FreshlySignedIn(actor): FreshlySignedIn,
    context: Context,
    Form(sent): Form<Erasure>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (user, unread) = load(&context, &actor).await?;
    if !sent.confirm.trim().eq_ignore_ascii_case(user.email.as_str()) {
        let errors = [FieldError::new("confirm", "Type your email address as it stands on this page.")];
        let view = views::data(&context, &user, Problems(&errors));
        return Ok(page(Part::Data, unread, &view).refused().answer(&request));
    }
    let id = actor.user.clone();
    erasure::schedule(&context.app, &context.act(), &actor, &id, None).await??;
    let told = "Your account will be erased in 14 days. Until then you can change your mind here.";
    Ok(SeeOther::to(paths::OWN_DATA).saying(told).answer(&request))
}

/// `POST /account/data/keep`
pub async fn keep(SignedIn(actor): SignedIn, context: Context) -> Result<SeeOther, AppError> {
    let id = actor.user.clone();
    erasure::cancel(&context.app, &context.act(), &actor, &id, None).await??;
    Ok(SeeOther::to(paths::OWN_DATA).saying("Your account stays."))
}

/// `GET /account/data.json`: asks for a fresh factor, since whoever has the file knows all of it.
pub async fn data_file(
    FreshlySignedIn(actor): FreshlySignedIn,
    context: Context,
) -> Result<HttpResponse, AppError> {
    let now = context.now;
    let export = context.app.db.read(move |c| export::gather(c, &actor, now)).await?;
    let json = serde_json::to_vec_pretty(&export).map_err(AppError::internal)?;
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename("your-data.json".to_owned())],
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(disposition)
        .content_type("application/json")
        .body(json))
}
