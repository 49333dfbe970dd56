//! `GET /.well-known/jwks.json`: the public keys, for applications that verify access tokens themselves.

use actix_web::http::header::{self, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::keys::{self, Published};
use crate::accounts::tokens::fingerprint;
use crate::error::AppError;
use crate::web::errors::Problem;
use crate::web::{Anyone, Context};

/// May be kept this long: less than a new key is published before it signs.
const KEEP: &str = "public, max-age=900";

/// RFC 7517.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// One public key (RFC 8037).
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    #[schema(example = "OKP")]
    kty: &'static str,
    #[schema(example = "Ed25519")]
    crv: &'static str,
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    purpose: &'static str,
    #[schema(example = "EdDSA")]
    alg: &'static str,
    /// As in the header of the tokens it signed.
    kid: String,
    /// The key, base64url.
    x: String,
}

impl From<Published> for Key {
    fn from(key: Published) -> Self {
        Self { kty: "OKP", crv: "Ed25519", purpose: "sig", alg: "EdDSA", kid: key.kid, x: key.public_key }
    }
}

/// The keys that verify access tokens. Keep them for the time `Cache-Control` says, and ask again when a
/// token names a `kid` that is not among them.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", responses(
    (status = 200, description = "The key set", body = KeySet),
    (status = 304, description = "The set that `If-None-Match` names is still the present one"),
    (status = 503, description = "The database does not answer; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn jwks(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let published = context.app.db.read(keys::published).await?;
    let set = KeySet { keys: published.into_iter().map(Key::from).collect() };
    let body = serde_json::to_string(&set).map_err(AppError::internal)?;
    let tag = EntityTag::new_strong(fingerprint(&body));
    let same = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(kept)) => kept.iter().any(|one| one.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut response = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header(ETag(tag))
        .insert_header((header::CACHE_CONTROL, KEEP))
        // Public, and asked for by pages of other origins.
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"));
    Ok(if same { response.finish() } else { response.content_type("application/json").body(body) })
}
