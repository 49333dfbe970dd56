//! Who may end one session by the API.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::access::{Actor, Means, Permission};
use crate::error::AppError;
use crate::web::guard::{Access, Guard, RevokeSessions};
use crate::web::{Allowed, SignedIn};

/// Whoever is signed in, for a session of their own; or a key with a scope for ending those of others.
#[derive(Clone, Debug)]
pub struct OwnerOrKey(pub Actor);

impl Guard for OwnerOrKey {
    const ACCESS: Access = Access::SignedInOrKey(Permission::RevokeSessions);
    const KEYS: bool = true;
}

impl FromRequest for OwnerOrKey {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_key = request.extensions().get::<Actor>().is_some_and(|actor| actor.means == Means::ApiKey);
        let actor = if is_key {
            let allowed = Allowed::<RevokeSessions>::from_request(request, payload).into_inner();
            allowed.map(|allowed| allowed.actor)
        } else {
            SignedIn::from_request(request, payload).into_inner().map(|SignedIn(actor)| actor)
        };
        ready(actor.map(Self))
    }
}
