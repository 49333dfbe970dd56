//! Answers for people: whole pages, parts of pages, and redirects.

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder};
use maud::{Markup, Render};

use super::context::Context;
use super::flash;
use crate::app::App;
use crate::console;
use crate::ui::{self, Me};

/// Which frame a page stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    Console { wide: bool },
    Public,
}

/// A page; an htmx request gets its main part only.
#[derive(Debug)]
pub struct Page {
    title: String,
    main: Markup,
    frame: Frame,
    status: StatusCode,
    refused: bool,
    parent: Option<(String, String)>,
    search: Option<Markup>,
    action: Option<Markup>,
}

impl Page {
    fn new(frame: Frame, title: impl Into<String>, main: Markup) -> Self {
        Self {
            title: title.into(),
            main,
            frame,
            status: StatusCode::OK,
            refused: false,
            parent: None,
            search: None,
            action: None,
        }
    }

    /// A form or detail page of the console, at most 960 px wide.
    #[must_use]
    pub fn console(title: impl Into<String>, main: Markup) -> Self {
        Self::new(Frame::Console { wide: false }, title, main)
    }

    /// A list of the console, as wide as the window.
    #[must_use]
    pub fn list(title: impl Into<String>, main: Markup) -> Self {
        Self::new(Frame::Console { wide: true }, title, main)
    }

    /// A page for applicants, members and people with an emailed link.
    #[must_use]
    pub fn public(title: impl Into<String>, main: Markup) -> Self {
        Self::new(Frame::Public, title, main)
    }

    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The form on it was refused: 422, and the title says so.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.refused = true;
        self.status(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// The page above this one: label and address.
    #[must_use]
    pub fn parent(mut self, label: impl Into<String>, url: impl Into<String>) -> Self {
        self.parent = Some((label.into(), url.into()));
        self
    }

    #[must_use]
    pub fn search(mut self, search: Markup) -> Self {
        self.search = Some(search);
        self
    }

    #[must_use]
    pub fn action(mut self, action: Markup) -> Self {
        self.action = Some(action);
        self
    }

    fn document(self, context: &Context) -> Markup {
        let Self { title, main, frame, refused, parent, search, action, .. } = self;
        let organization = console::organization_name(context);
        let links = console::own_links(context);
        let user = context.actor.as_ref().map(|actor| Me {
            name: &actor.name,
            email: &actor.email,
            role: if actor.role.is_staff() { actor.role.label() } else { "" },
            links: &links,
            theme_action: crate::paths::THEME,
            sign_out_action: crate::paths::LOGOUT,
        });
        match (frame, user) {
            (Frame::Console { wide }, Some(user)) => ui::Console {
                title: &title,
                organization: &organization,
                home: crate::paths::HOME,
                nav: console::nav(context),
                user,
                environment: context.app.config.http.environment.as_deref(),
                csrf: context.csrf(),
                flash: &context.flash,
                theme: context.theme,
                parent: parent.as_ref().map(|(label, url)| (label.as_str(), url.as_str())),
                search,
                action,
                wide,
                main,
            }
            .render(),
            (_, user) => ui::Public {
                title: &title,
                organization: &organization,
                user,
                csrf: context.csrf(),
                flash: &context.flash,
                theme: context.theme,
                refused,
                main,
            }
            .render(),
        }
    }

    /// The answer to `request`.
    #[must_use]
    pub fn answer(self, request: &HttpRequest) -> HttpResponse {
        let context = match Context::of(request) {
            Ok(context) => context,
            Err(error) => return HttpResponse::from_error(error),
        };
        let status = self.status;
        let markup = if wants_fragment(request) { self.main } else { self.document(&context) };
        let mut response = html(status, markup);
        if !context.flash.is_empty() {
            flash::clear(&mut response, &context.app);
        }
        response
    }
}

impl Responder for Page {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        self.answer(request)
    }
}

/// A part of a page, for htmx.
#[derive(Debug)]
pub struct Fragment(pub Markup);

impl Responder for Fragment {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        html(StatusCode::OK, self.0)
    }
}

fn html(status: StatusCode, markup: Markup) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::VARY, "HX-Request"))
        .content_type("text/html; charset=utf-8")
        .body(markup.into_string())
}

/// Does the request come from htmx, for a part of the page that is already there?
#[must_use]
pub fn is_htmx(request: &HttpRequest) -> bool {
    request.headers().contains_key("hx-request")
}

fn wants_fragment(request: &HttpRequest) -> bool {
    let has = |name: &str| request.headers().contains_key(name);
    is_htmx(request) && !has("hx-boosted") && !has("hx-history-restore-request")
}

/// After an act: look at `url` next, with a message if there is one to tell.
#[derive(Debug)]
pub struct SeeOther {
    url: String,
    message: Option<String>,
}

impl SeeOther {
    #[must_use]
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: url.into(), message: None }
    }

    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The answer to `request`; more may be added to it.
    #[must_use]
    pub fn answer(self, request: &HttpRequest) -> HttpResponse {
        let mut response = if is_htmx(request) {
            let mut response = HttpResponse::NoContent();
            response.insert_header(("hx-redirect", self.url));
            response
        } else {
            let mut response = HttpResponse::SeeOther();
            response.insert_header((header::LOCATION, self.url));
            response
        };
        let app = request.app_data::<actix_web::web::Data<App>>();
        if let (Some(message), Some(app)) = (self.message, app) {
            flash::put(&mut response, app, &message);
        }
        response.finish()
    }
}

impl Responder for SeeOther {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        self.answer(request)
    }
}
