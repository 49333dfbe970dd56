//! One invite: making, seeing, sending again, taking back.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::invite_id;
use crate::access::{Actor, Role};
use crate::accounts::invites::accept::is_in_office;
use crate::accounts::invites::actions::{self, Refused, TARGET};
use crate::accounts::invites::model::{Invite, Invitee, State};
use crate::accounts::invites::store;
use crate::accounts::invites::views::one as views;
use crate::accounts::store as users;
use crate::audit::{self, Target};
use crate::error::{AppError, FieldError};
use crate::mail::{DisplayName, EmailAddress};
use crate::paths;
use crate::web::guard::{ManageUsers, demand_fresh};
use crate::web::{Allowed, Context, Form, Page, SeeOther};

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Fields {
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub name: String,
}

impl Fields {
    /// Reads what was typed; all that is wrong with it at once.
    pub fn parse(&self) -> Result<Invitee, Vec<FieldError>> {
        let mut errors = Vec::new();
        let email = EmailAddress::parse(&self.email)
            .map_err(|error| errors.push(FieldError::new("email", error.to_string())))
            .ok();
        let role = Role::parse(self.role.trim());
        if role.is_none() {
            errors.push(FieldError::new("role", "Choose a role."));
        }
        let name = match self.name.trim() {
            "" => None,
            name => DisplayName::parse(name)
                .map_err(|error| errors.push(FieldError::new("name", error.to_string())))
                .ok(),
        };
        match (email, role) {
            (Some(email), Some(role)) if errors.is_empty() => Ok(Invitee { email, role, name }),
            _ => Err(errors),
        }
    }
}

/// `GET /invites/new`
pub async fn form(who: Allowed<ManageUsers>, context: Context) -> Page {
    form_page(&context, &who.actor, &Fields::default(), &[])
}

fn form_page(context: &Context, inviter: &Actor, typed: &Fields, errors: &[FieldError]) -> Page {
    let main = views::form(context, inviter, typed, errors);
    Page::console("Invite somebody", main).parent("Invites", paths::INVITES)
}

/// `POST /invites`
pub async fn create(
    who: Allowed<ManageUsers>,
    context: Context,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let refuse =
        |errors: &[FieldError]| Ok(form_page(&context, &who.actor, &sent, errors).refused().answer(&request));
    let invitee = match sent.parse() {
        Ok(invitee) => invitee,
        Err(errors) => return refuse(&errors),
    };
    if invitee.role.is_staff() {
        demand_fresh(&who.actor, context.now)?;
    }
    match actions::invite(&context.app, &context.act(), &who.actor, invitee).await? {
        Ok(invite) => Ok(SeeOther::to(paths::INVITES)
            .saying(format!("The invitation to {} is on its way.", invite.email))
            .answer(&request)),
        Err(Refused::MayNotGive) => refuse(&[FieldError::new("role", Refused::MayNotGive.sentence())]),
        Err(refused) => refuse(&[FieldError::new("email", refused.sentence())]),
    }
}

/// `GET /invites/{id}`
pub async fn show(who: Allowed<ManageUsers>, context: Context, id: Path<String>) -> Result<Page, AppError> {
    let (id, organization) = (invite_id(&id)?, who.actor.organization.clone());
    let details = context
        .app
        .db
        .read(move |c| {
            let invite = store::in_organization(c, &organization, &id)?.ok_or(AppError::NotFound)?;
            let inviter = users::in_organization(c, &organization, &invite.invited_by)?;
            let entries = audit::for_target(c, &organization, Target(TARGET, id.as_str()))?;
            let in_office = inviter.as_ref().is_some_and(|inviter| is_in_office(inviter, &invite));
            let inviter = inviter.map(|inviter| inviter.name.to_string()).unwrap_or_default();
            Ok::<_, AppError>(views::Details { invite, inviter, in_office, entries })
        })
        .await?;
    let main = views::details(&context, &who.actor, &details);
    Ok(Page::console(details.invite.email.as_str(), main).parent("Invites", paths::INVITES))
}

/// `POST /invites/{id}/revoke`
pub async fn revoke(
    who: Allowed<ManageUsers>,
    context: Context,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = invite_id(&id)?;
    let revoked = actions::revoke(&context.app, &context.act(), &who.actor, &id).await?;
    let said = |invite: Invite| format!("The invite for {} was revoked.", invite.email);
    Ok(SeeOther::to(paths::invite(&id)).saying(outcome(revoked, said)).answer(&request))
}

/// `POST /invites/{id}/send-again`
pub async fn send_again(
    who: Allowed<ManageUsers>,
    context: Context,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = invite_id(&id)?;
    let sent = actions::send_again(&context.app, &context.act(), &who.actor, &id).await?;
    let said = |invite: Invite| format!("A new link is on its way to {}.", invite.email);
    Ok(SeeOther::to(paths::invite(&id)).saying(outcome(sent, said)).answer(&request))
}

/// Somebody who was slower sees the invite as it is, and why nothing happened.
fn outcome(outcome: Result<Invite, Refused>, said: impl Fn(Invite) -> String) -> String {
    match outcome {
        Ok(invite) => said(invite),
        Err(Refused::NotOpen(State::Open)) => "This has changed meanwhile. Try again.".to_owned(),
        Err(refused) => refused.sentence().to_owned(),
    }
}
