//! A person's security in the console.

use actix_web::web::Path;

use super::{reading, views};
use crate::access::{Permission, UserId};
use crate::error::AppError;
use crate::paths;
use crate::web::guard::SeeUsers;
use crate::web::{Allowed, Context, Page};

/// `GET /users/{id}/security`
pub async fn show(who: Allowed<SeeUsers>, context: Context, id: Path<String>) -> Result<Page, AppError> {
    let id = UserId::parse(&id).ok_or(AppError::NotFound)?;
    let (organization, now) = (who.actor.organization, context.now);
    let found = context.app.db.read(move |c| reading::dossier(c, &organization, &id, now)).await?;
    let dossier = found.ok_or(AppError::NotFound)?;
    let may_end = who.actor.role.allows(Permission::RevokeSessions);
    let view = views::Security { dossier: &dossier, now: context.now, may_end };
    let page = Page::console(format!("Security of {}", dossier.user.name), view.main());
    let page = page.parent("Sessions", paths::SESSIONS);
    Ok(match view.end_all() {
        Some(action) => page.action(action),
        None => page,
    })
}
