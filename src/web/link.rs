//! Tokens of emailed links leave the address bar: the link's page moves its token into a short-lived
//! cookie and goes on to a clean address. Looking never uses a token up; only a form's POST does.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header;
use secrecy::{ExposeSecret, SecretString};

use crate::app::App;

/// How long the page behind a link may stay open.
const LIFE: Duration = Duration::hours(1);
/// Tokens are 64 hexadecimal digits; what is longer is none of ours.
const LONGEST: usize = 128;

/// Keeps the token of a link and goes on to `path`. `name` tells links of different kinds apart.
#[must_use]
pub fn open(app: &App, name: &'static str, token: &SecretString, path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .cookie(cookie(app, name, token.expose_secret(), LIFE))
        .insert_header((header::LOCATION, path))
        .finish()
}

/// The token that [`open`] kept.
#[must_use]
pub fn token(request: &HttpRequest, name: &'static str) -> Option<SecretString> {
    let kept = request.cookie(name)?;
    let text = kept.value();
    let fine =
        !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fine.then(|| SecretString::from(text.to_owned()))
}

/// Takes the token out of the browser once it was used.
pub fn forget(response: &mut HttpResponse, app: &App, name: &'static str) {
    let gone = cookie(app, name, "", Duration::ZERO);
    if let Ok(value) = header::HeaderValue::from_str(&gone.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn cookie(app: &App, name: &'static str, value: &str, life: Duration) -> Cookie<'static> {
    Cookie::build(name, value.to_owned())
        .path("/")
        .http_only(true)
        .secure(app.public_url().scheme() == "https")
        .same_site(SameSite::Lax)
        .max_age(life)
        .finish()
}
