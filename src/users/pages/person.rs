//! `GET /users/{id}`: everything about one person.

use actix_web::web::Path;

use super::user_id;
use crate::error::AppError;
use crate::paths;
use crate::users::dossier::Dossier;
use crate::users::views::person::PersonView;
use crate::web::guard::SeeUsers;
use crate::web::{Allowed, Context, Page};

/// `GET /users/{id}`
pub async fn show(who: Allowed<SeeUsers>, context: Context, id: Path<String>) -> Result<Page, AppError> {
    let (id, actor, now) = (user_id(&id)?, who.actor.clone(), context.now);
    let dossier = context.app.db.read(move |c| Dossier::load(c, &actor, &id, now)).await?;
    let view = PersonView { actor: &who.actor, csrf: context.csrf(), now, dossier: &dossier };
    Ok(Page::list(view.title(), view.main()).parent("Users", paths::USERS))
}
