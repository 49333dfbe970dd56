//! What can be done about a person: a page with its form, which also stands in a dialog on the person's page, and
//! what that form sends.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::user_id;
use crate::access::{Actor, Role, UserId};
use crate::error::AppError;
use crate::paths;
use crate::users::actions::{self, Done};
use crate::users::model::{Deed, Person, Refusal};
use crate::users::order::Order;
use crate::users::store;
use crate::users::views::deed::{self, DeedView, Typed};
use crate::web::guard::{Fresh, ManageUsers};
use crate::web::{Allowed, Context, Form, Page, SeeOther};

/// The fields of a form, as they come.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    state: String,
    reason: String,
    role: String,
    confirm: String,
}

impl Fields {
    fn order(&self, deed: Deed) -> Order {
        Order {
            role: Role::parse(&self.role),
            seen: Some(self.state.clone()),
            confirmation: deed.is_confirmed_by_address().then(|| self.confirm.clone()),
            ..Order::new(deed).because(Some(&self.reason))
        }
    }
}

/// `GET /users/{id}/{deed}`
pub async fn ask(who: Allowed<ManageUsers>, context: Context, id: Path<String>) -> Result<Page, AppError> {
    form(&context, &who.actor, &user_id(&id)?).await
}

/// The same where a factor has to be shown first.
pub async fn ask_freshly(
    who: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
) -> Result<Page, AppError> {
    form(&context, &who.actor, &user_id(&id)?).await
}

/// `POST /users/{id}/{deed}`
pub async fn send(
    who: Allowed<ManageUsers>,
    context: Context,
    id: Path<String>,
    Form(fields): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    carry_out(&context, &who.actor, &user_id(&id)?, &fields, &request).await
}

/// The same where a factor has to be shown first.
pub async fn send_freshly(
    who: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
    Form(fields): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    carry_out(&context, &who.actor, &user_id(&id)?, &fields, &request).await
}

/// The deed that the address ends with.
fn deed(context: &Context) -> Result<Deed, AppError> {
    context.path.rsplit('/').next().and_then(Deed::parse).ok_or(AppError::NotFound)
}

async fn load(context: &Context, actor: &Actor, id: &UserId) -> Result<Person, AppError> {
    let (organization, id) = (actor.organization.clone(), id.clone());
    let found = context.app.db.read(move |c| store::person(c, &organization, &id)).await?;
    found.ok_or(AppError::NotFound)
}

async fn form(context: &Context, actor: &Actor, id: &UserId) -> Result<Page, AppError> {
    let person = load(context, actor, id).await?;
    let view = DeedView::new(deed(context)?, &person, actor, context);
    Ok(page(&view))
}

async fn carry_out(
    context: &Context,
    actor: &Actor,
    id: &UserId,
    fields: &Fields,
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    let deed = deed(context)?;
    let order = fields.order(deed);
    match actions::carry_out(&context.app, &context.act(), actor, id, order).await? {
        Ok(done) => Ok(SeeOther::to(paths::user(id)).saying(told(&done)).answer(request)),
        Err(refusal @ (Refusal::Own | Refusal::NotPermitted | Refusal::OperatorsOnly)) => Err(refusal.into()),
        Err(refusal) => {
            let person = load(context, actor, id).await?;
            let mut view = DeedView::new(deed, &person, actor, context);
            view.typed = Typed { reason: &fields.reason, role: &fields.role, confirm: &fields.confirm };
            view.refusal = Some(&refusal);
            Ok(page(&view).answer(request))
        }
    }
}

fn told(done: &Done) -> String {
    let name = done.person.name.as_str();
    if done.already {
        return format!("That was done already: nothing changed for {name}.");
    }
    deed::told(done.deed, name, done.person.role)
}

/// The page around a form: 422 when it is not complete, 409 when the person has changed.
fn page(view: &DeedView<'_>) -> Page {
    use actix_web::http::StatusCode;
    let person = view.person;
    let page = Page::console(view.title(), view.main()).parent(person.name.as_str(), paths::user(&person.id));
    match view.refusal {
        None => page,
        Some(Refusal::Invalid(_)) => page.refused(),
        Some(_) => page.status(StatusCode::CONFLICT),
    }
}
