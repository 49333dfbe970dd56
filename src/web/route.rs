//! Routes as data: method, pattern, who gets through, handler.
//!
//! [`get`] and its siblings take only handlers whose first argument is a [`Guard`], and keep what it
//! demands beside the pattern, so that a test can walk every route with every role.

use std::collections::BTreeMap;
use std::future::ready;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, Handler, HttpResponse, Responder, Route, web};

use crate::error::AppError;
use crate::web::guard::{Access, Guard};

/// One route of the table.
pub struct Endpoint {
    pub method: Method,
    /// The address with `{names}` for what varies.
    pub pattern: String,
    pub access: Access,
    /// May an API key call it?
    pub keys: bool,
    /// The route, for this method: HEAD takes the way of GET.
    make: Box<dyn Fn(Method) -> Route>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({:?})", self.method, self.pattern, self.access)
    }
}

/// Arguments of a handler, the first of which is a [`Guard`].
pub trait Guarded: FromRequest {
    const ACCESS: Access;
    const KEYS: bool;
}

macro_rules! guarded {
    ($($rest:ident)*) => {
        impl<G: Guard + 'static, $($rest: FromRequest + 'static),*> Guarded for (G, $($rest,)*) {
            const ACCESS: Access = G::ACCESS;
            const KEYS: bool = G::KEYS;
        }
    };
}

guarded!();
guarded!(A);
guarded!(A B);
guarded!(A B C);
guarded!(A B C D);
guarded!(A B C D E);

fn endpoint<F, Args>(method: Method, pattern: String, handler: F) -> Endpoint
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: Guarded + 'static,
{
    let make = Box::new(move |method| web::method(method).to(handler.clone()));
    Endpoint { method, pattern, access: Args::ACCESS, keys: Args::KEYS, make }
}

macro_rules! verb {
    ($name:ident, $method:ident) => {
        /// A route for this method.
        pub fn $name<F, Args>(pattern: impl Into<String>, handler: F) -> Endpoint
        where
            F: Handler<Args>,
            F::Output: Responder + 'static,
            Args: Guarded + 'static,
        {
            endpoint(Method::$method, pattern.into(), handler)
        }
    };
}

verb!(get, GET);
verb!(post, POST);
verb!(patch, PATCH);
verb!(delete, DELETE);

/// Registers the table; a path that is known under another method answers 405 and names those. GET also answers HEAD.
pub fn register(config: &mut web::ServiceConfig, table: Vec<Endpoint>) {
    let mut by_pattern: BTreeMap<String, Vec<Endpoint>> = BTreeMap::new();
    let mut order = Vec::new();
    for endpoint in table {
        let group = by_pattern.entry(endpoint.pattern.clone()).or_default();
        if group.is_empty() {
            order.push(endpoint.pattern.clone());
        }
        group.push(endpoint);
    }
    for pattern in order {
        let mut resource = web::resource(pattern.as_str());
        let mut methods = Vec::new();
        for endpoint in by_pattern.remove(&pattern).unwrap_or_default() {
            methods.push(endpoint.method.to_string());
            if endpoint.method == Method::GET {
                methods.push(Method::HEAD.to_string());
                resource = resource.route((endpoint.make)(Method::HEAD));
            }
            resource = resource.route((endpoint.make)(endpoint.method));
        }
        let allow = methods.join(", ");
        config.service(resource.default_service(web::to(move || ready(not_allowed(&allow)))));
    }
}

/// Registers a file or a folder of files that anybody may fetch: GET and HEAD, nothing else.
pub fn register_files<F, Args>(config: &mut web::ServiceConfig, pattern: &str, handler: F)
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    let resource = web::resource(pattern)
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
        .default_service(web::to(|| ready(not_allowed("GET, HEAD"))));
    config.service(resource);
}

fn not_allowed(allow: &str) -> HttpResponse {
    let mut response = HttpResponse::from_error(AppError::MethodNotAllowed);
    if let Ok(value) = HeaderValue::from_str(allow) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
