//! The theme switch: a cookie, so that the server draws the page right the first time.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::paths;
use crate::ui::Theme;
use crate::web::context::THEME_COOKIE;
use crate::web::{Anyone, Form, SeeOther};

#[derive(Debug, Deserialize)]
pub struct Choice {
    theme: String,
}

/// `POST /theme`: back to where the switch was used.
pub async fn theme(_: Anyone, Form(choice): Form<Choice>, request: HttpRequest) -> HttpResponse {
    let chosen = Theme::parse(&choice.theme).unwrap_or_default();
    let referer = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    let back = referer.and_then(|url| url::Url::parse(url).ok()).map(|url| {
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    });
    let mut response = SeeOther::to(paths::local_or(back.as_deref(), paths::HOME)).answer(&request);
    let cookie = Cookie::build(THEME_COOKIE, chosen.as_str())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish();
    if let Ok(value) = header::HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
