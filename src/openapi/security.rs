//! Who may call what, taken from the route table: written nowhere else, so it cannot be wrong.

use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

use crate::access::{self, Permission, Scope};
use crate::paths;
use crate::web::guard::Access;
use crate::web::route::Endpoint;

const BEARER: &str = "bearer";
const KEY: &str = "api_key";
const COOKIE: &str = "cookie";
const CSRF: &str = "csrf_token";

/// How programs say who they are.
pub struct Schemes;

impl utoipa::Modify for Schemes {
    fn modify(&self, document: &mut OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An access token of `/api/v1/auth/login`, or an API key (`fd_…`)."))
            .build();
        let key = ApiKeyValue::with_description(
            "X-Api-Key",
            "An API key of the organization. Its scopes must hold what the operation names.",
        );
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
        components.add_security_scheme(KEY, SecurityScheme::ApiKey(ApiKey::Header(key)));
        let cookie = ApiKeyValue::with_description(
            "__Host-frontdesk",
            "The session of a browser that signed in at `/login` (without `__Host-` where the address is not https).",
        );
        components.add_security_scheme(COOKIE, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let csrf = ApiKeyValue::with_description(
            "X-CSRF-Token",
            "Goes with the cookie wherever something changes: the value of the field `csrf` in the forms of our pages.",
        );
        components.add_security_scheme(CSRF, SecurityScheme::ApiKey(ApiKey::Header(csrf)));
    }
}

/// Who may call it: a person by token or cookie, a key; nothing when everyone may.
pub fn requirements(endpoint: &Endpoint) -> Option<Vec<SecurityRequirement>> {
    let bearer = SecurityRequirement::new(BEARER, [""; 0]);
    let cookie = SecurityRequirement::new(COOKIE, [""; 0]);
    let cookie = if endpoint.method.is_safe() { cookie } else { cookie.add(CSRF, [""; 0]) };
    let key = match endpoint.access {
        Access::Anyone => return None,
        Access::SignedIn => None,
        Access::Permission(permission) | Access::SignedInOrKey(permission) => scope(endpoint, permission),
    };
    let key = key.map(|scope| SecurityRequirement::new(KEY, [scope.as_str()]));
    Some(std::iter::once(bearer).chain(key).chain([cookie]).collect())
}

/// The scope with which a key may call it.
fn scope(endpoint: &Endpoint, permission: Permission) -> Option<Scope> {
    let area = paths::api_area(&endpoint.pattern);
    let operation = access::Operation { area, reads: endpoint.method.is_safe() };
    Scope::needed(permission, operation).filter(|_| endpoint.keys)
}
