//! `/account/mfa` and new recovery codes.

use actix_web::{HttpRequest, HttpResponse};

use super::{TITLE, codes_page};
use crate::accounts::mfa::{recovery, store, views};
use crate::error::AppError;
use crate::paths;
use crate::web::guard::FreshlySignedIn;
use crate::web::problems::Problems;
use crate::web::{Context, Page, SeeOther, SignedIn};

/// `GET /account/mfa`
pub async fn overview(SignedIn(actor): SignedIn, context: Context) -> Result<Page, AppError> {
    let id = actor.user.clone();
    let factors = context.app.db.read(move |c| store::factors(c, &id)).await?;
    Ok(Page::public(TITLE, views::overview(&context, &actor, &factors, Problems::default(), "")))
}

/// `POST /account/mfa/recovery-codes`
pub async fn new_codes(
    FreshlySignedIn(actor): FreshlySignedIn,
    context: Context,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    match recovery::renew(&context.app, &context.act(), &actor.user).await? {
        Some(codes) => codes_page(&context, &actor, &codes, &request).await,
        None => Ok(SeeOther::to(paths::MFA).answer(&request)),
    }
}
