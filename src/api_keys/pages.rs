//! API keys in the console.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::actions;
use super::model::{self, NewKey, USUAL_DAYS};
use super::store::{self, Listed};
use super::views;
use crate::access::{Actor, ApiKeyId};
use crate::audit::{self, Target};
use crate::error::AppError;
use crate::paths;
use crate::ui::Button;
use crate::web::guard::{Fresh, ManageUsers};
use crate::web::pager::Place;
use crate::web::{Allowed, Context, Form, Page, Query, SeeOther};

/// Keys on one page.
const PAGE: usize = 50;
const TITLE: &str = "API keys";

/// The place in the list, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Address {
    after: Option<String>,
    before: Option<String>,
}

/// What the form of a new key sends.
#[derive(Clone, Debug, Deserialize)]
pub struct Fields {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub scopes: Vec<String>,
    pub expires_in_days: Option<u16>,
}

impl Default for Fields {
    fn default() -> Self {
        Self { name: String::new(), scopes: Vec::new(), expires_in_days: Some(USUAL_DAYS) }
    }
}

/// What the form of a rotation sends.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Rotation {
    overlap_hours: Option<u16>,
}

/// `GET /api-keys`
pub async fn list(
    who: Allowed<ManageUsers>,
    context: Context,
    Query(address): Query<Address>,
) -> Result<Page, AppError> {
    let place = Place::read(address.after.as_deref(), address.before.as_deref());
    let organization = who.actor.organization;
    let slice = context.app.db.read(move |c| store::page(c, &organization, &place, PAGE)).await?;
    let action = maud::Render::render(&Button::primary("New API key").href(paths::NEW_API_KEY));
    Ok(Page::list(TITLE, views::list(&slice, context.now)).action(action))
}

/// `GET /api-keys/new`
pub async fn new(_: Fresh<ManageUsers>, context: Context) -> Page {
    Page::console("New API key", views::form(context.csrf(), &Fields::default(), &[]))
        .parent(TITLE, paths::API_KEYS)
}

/// `POST /api-keys`
pub async fn create(
    who: Fresh<ManageUsers>,
    context: Context,
    Form(sent): Form<Fields>,
) -> Result<Page, AppError> {
    match NewKey::parse(who.actor.role, &sent.name, &sent.scopes, sent.expires_in_days) {
        Ok(new) => {
            let issued = actions::create(&context.app, &context.act(), &who.actor, new).await?;
            Ok(Page::console("Copy the key now", views::issued(&issued, context.now))
                .parent(TITLE, paths::API_KEYS))
        }
        Err(errors) => {
            let form = views::form(context.csrf(), &sent, &errors);
            Ok(Page::console("New API key", form).parent(TITLE, paths::API_KEYS).refused())
        }
    }
}

async fn load(context: &Context, actor: &Actor, id: &str) -> Result<Listed, AppError> {
    let id = ApiKeyId::parse(id).ok_or(AppError::NotFound)?;
    let organization = actor.organization.clone();
    let found = context.app.db.read(move |c| store::by_id(c, &organization, &id)).await?;
    found.ok_or(AppError::NotFound)
}

/// `GET /api-keys/{id}`
pub async fn show(who: Allowed<ManageUsers>, context: Context, id: Path<String>) -> Result<Page, AppError> {
    let listed = load(&context, &who.actor, &id).await?;
    let (organization, id) = (who.actor.organization, listed.key.id.clone());
    let target = move |c: &mut _| audit::for_target(c, &organization, Target(actions::TARGET, id.as_str()));
    let entries = context.app.db.read(target).await?;
    let view = views::key(&listed, &entries, context.now);
    Ok(Page::console(listed.key.name, view).parent(TITLE, paths::API_KEYS))
}

/// `GET /api-keys/{id}/rotate`
pub async fn ask_rotate(
    who: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
) -> Result<Page, AppError> {
    let key = load(&context, &who.actor, &id).await?.key;
    let parent = paths::api_key(&key.id);
    let view = views::ask_rotate(&key, context.csrf(), context.now);
    Ok(Page::console("Replace the key", view).parent(key.name, parent))
}

/// `POST /api-keys/{id}/rotate`
pub async fn rotate(
    who: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
    Form(sent): Form<Rotation>,
) -> Result<Page, AppError> {
    let key = load(&context, &who.actor, &id).await?.key;
    let overlap = model::overlap(sent.overlap_hours)?;
    let issued = actions::rotate(&context.app, &context.act(), &who.actor, &key.id, overlap).await?;
    Ok(Page::console("Copy the key now", views::issued(&issued, context.now)).parent(TITLE, paths::API_KEYS))
}

/// `GET /api-keys/{id}/revoke`
pub async fn ask_revoke(
    who: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
) -> Result<Page, AppError> {
    let key = load(&context, &who.actor, &id).await?.key;
    let parent = paths::api_key(&key.id);
    let view = views::ask_revoke(&key, context.csrf(), context.now);
    Ok(Page::console("Revoke the key", view).parent(key.name, parent))
}

/// `POST /api-keys/{id}/revoke`
pub async fn revoke(
    who: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let key = load(&context, &who.actor, &id).await?.key;
    actions::revoke(&context.app, &context.act(), &who.actor.organization, &key.id).await?;
    let next = SeeOther::to(paths::api_key(&key.id)).saying(format!("{} was revoked.", key.name));
    Ok(next.answer(&request))
}
