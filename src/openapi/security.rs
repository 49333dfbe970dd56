//! Who may call what, taken from the route table: written nowhere else, so it cannot be wrong.

use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

use crate::access::{self, Permission, Scope};
use crate::paths;
use crate::web::guard::Access;
use crate::web::route::Endpoint;

const BEARER: &str = "bearer";
const KEY: &str = "api_key";

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
    }
}

/// Says of every operation who may call it.
pub fn describe(document: &mut OpenApi, table: &[Endpoint]) {
    for endpoint in table {
        let item = document.paths.paths.get_mut(&endpoint.pattern);
        if let Some(operation) = item.and_then(|item| operation(item, endpoint.method.as_str())) {
            operation.security = requirements(endpoint);
        }
    }
}

fn operation<'a>(item: &'a mut PathItem, method: &str) -> Option<&'a mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

fn requirements(endpoint: &Endpoint) -> Option<Vec<SecurityRequirement>> {
    let bearer = SecurityRequirement::new(BEARER, [""; 0]);
    match endpoint.access {
        Access::Anyone => None,
        Access::SignedIn => Some(vec![bearer]),
        Access::Permission(permission) => {
            let scope =
                scope(endpoint, permission).map(|scope| SecurityRequirement::new(KEY, [scope.as_str()]));
            Some(std::iter::once(bearer).chain(scope).collect())
        }
    }
}

/// The scope with which a key may call it.
fn scope(endpoint: &Endpoint, permission: Permission) -> Option<Scope> {
    let area = paths::api_area(&endpoint.pattern);
    let operation = access::Operation { area, reads: endpoint.method.is_safe() };
    Scope::needed(permission, operation).filter(|_| endpoint.keys)
}
