//! What a handler knows of its request, beside who sent it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::client::Client;
use super::csrf::CsrfToken;
use super::flash;
use super::trace::RequestId;
use crate::access::{Act, Actor, Who};
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::ui::{Flash, Theme};

/// The cookie of the theme switch; a preference, not a secret.
pub const THEME_COOKIE: &str = "frontdesk-theme";

/// The request, as handlers and views see it.
#[derive(Clone, Debug)]
pub struct Context {
    pub app: App,
    pub actor: Option<Actor>,
    pub client: Client,
    pub request_id: String,
    pub path: String,
    csrf: Option<CsrfToken>,
    pub theme: Theme,
    pub flash: Vec<Flash>,
    /// The moment this request is handled at: one for all it does.
    pub now: Timestamp,
}

impl Context {
    /// # Errors
    /// Only when the application is not set up.
    pub fn of(request: &HttpRequest) -> Result<Self, AppError> {
        let app = request.app_data::<web::Data<App>>();
        let app = app
            .map(|app| App::clone(app))
            .ok_or_else(|| AppError::internal("the application is not set up"))?;
        // Reading a cookie may write to the extensions, so it comes before they are looked at.
        let theme = request.cookie(THEME_COOKIE).and_then(|cookie| Theme::parse(cookie.value()));
        let extensions = request.extensions();
        Ok(Self {
            actor: extensions.get::<Actor>().cloned(),
            client: extensions.get::<Client>().cloned().unwrap_or_default(),
            request_id: extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            csrf: extensions.get::<CsrfToken>().cloned(),
            path: request.path().to_owned(),
            theme: theme.unwrap_or_default(),
            flash: flash::read(request, &app),
            now: app.clock.now(),
            app,
        })
    }

    /// The token for forms of this page; empty on a page that failed before there was one.
    #[must_use]
    pub fn csrf(&self) -> &str {
        self.csrf.as_ref().map_or("", CsrfToken::as_str)
    }

    /// Is this the token of this browser and session?
    #[must_use]
    pub fn csrf_matches(&self, sent: &str) -> bool {
        self.csrf.as_ref().is_some_and(|token| token.matches(sent))
    }

    /// Who does it, when and from where, for actions and the audit log.
    #[must_use]
    pub fn act(&self) -> Act {
        let who = match &self.actor {
            Some(Actor { key: Some(key), .. }) => Who::ApiKey { id: key.id.clone(), name: key.name.clone() },
            Some(actor) => Who::User { id: actor.user.clone(), name: actor.name.clone() },
            None => Who::Visitor,
        };
        Act {
            who,
            at: self.now,
            ip: Some(self.client.ip.to_string()),
            user_agent: Some(self.client.user_agent.clone()),
            request_id: Some(self.request_id.clone()),
        }
    }
}

impl FromRequest for Context {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
