//! A short message for the next page, carried by a signed cookie that is read once.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponseBuilder};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::app::App;
use crate::keys::Purpose;
use crate::ui::Flash;

const COOKIE: &str = "frontdesk-message";

/// Puts a message for the next page into an answer.
pub fn put(response: &mut HttpResponseBuilder, app: &App, text: &str) {
    let body = URL_SAFE_NO_PAD.encode(text);
    let mac = hex::encode(app.keys.mac(Purpose::CookieSigning, body.as_bytes()));
    response.cookie(cookie(app, format!("{body}.{mac}"), Duration::minutes(1)));
}

fn cookie(app: &App, value: String, life: Duration) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path("/")
        .http_only(true)
        .secure(app.public_url().scheme() == "https")
        .same_site(SameSite::Lax)
        .max_age(life)
        .finish()
}

/// The message that came with a request, if it is one of ours.
#[must_use]
pub fn read(request: &HttpRequest, app: &App) -> Vec<Flash> {
    let text = request.cookie(COOKIE).and_then(|cookie| {
        let (body, mac) = cookie.value().split_once('.')?;
        let mac = hex::decode(mac).ok()?;
        let ours = app.keys.verify_mac(Purpose::CookieSigning, body.as_bytes(), &mac);
        ours.then(|| URL_SAFE_NO_PAD.decode(body).ok()).flatten()
    });
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(Flash::success).into_iter().collect()
}

/// Takes the message away once a page has shown it.
pub fn clear(response: &mut actix_web::HttpResponse, app: &App) {
    let gone = cookie(app, String::new(), Duration::ZERO);
    if let Ok(value) = header::HeaderValue::from_str(&gone.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
