//! The cookie that a browser is known by.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use secrecy::{ExposeSecret, SecretString};

use super::model::Presented;
use crate::app::App;

const LIFE: Duration = Duration::days(365);

fn name(app: &App) -> &'static str {
    if app.public_url().scheme() == "https" { "__Host-frontdesk-device" } else { "frontdesk-device" }
}

/// What the browser of a request shows.
#[must_use]
pub fn read(request: &HttpRequest, app: &App) -> Presented {
    let kept = request.cookie(name(app)).map(|cookie| cookie.value().to_owned());
    let ours = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Presented::Browser(kept.filter(ours).map(SecretString::from))
}

/// The cookie with this key, for another year.
#[must_use]
pub fn of(key: &SecretString, app: &App) -> Cookie<'static> {
    Cookie::build(name(app), key.expose_secret().to_owned())
        .path("/")
        .http_only(true)
        .secure(app.public_url().scheme() == "https")
        .same_site(SameSite::Lax)
        .max_age(LIFE)
        .finish()
}
