//! What a handler may do is in its first argument; without one of these a route does not compile.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use crate::access::{Actor, Means, Operation, Permission, Role, Scope};
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::paths;
use crate::web::client::Client;

/// The code of a refusal that a fresh factor lifts.
pub const FRESH_FACTOR: &str = "fresh_factor_required";
/// The code of a refusal of every API key.
pub const KEY: &str = "api_key_not_allowed";
/// The code of a refusal of a key with the scope, whose maker has not the permission any more.
pub const MAKER_NOT_PERMITTED: &str = "api_key_maker_not_permitted";
/// The code of a refusal that a second factor lifts.
pub const ENROL: &str = "second_factor_required";

/// What a program sent to say who it is was no good. Whoever is open to [`Anyone`] answers all the same; every other
/// guard answers this refusal.
#[derive(Clone, Debug)]
pub struct RefusedSender {
    pub code: &'static str,
    pub message: String,
}

/// Who gets through to a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Anyone,
    SignedIn,
    /// Whoever is signed in; a key needs the permission.
    SignedInOrKey(Permission),
    Permission(Permission),
}

impl Access {
    /// Does a signed-in person with this role get through?
    #[must_use]
    pub fn admits(self, role: Role) -> bool {
        match self {
            Self::Anyone | Self::SignedIn | Self::SignedInOrKey(_) => true,
            Self::Permission(permission) => role.allows(permission),
        }
    }
}

/// An argument that decides who gets through.
pub trait Guard: FromRequest {
    const ACCESS: Access;
    /// Does an API key get through, if its scopes reach so far?
    const KEYS: bool = false;
}

/// Everyone, signed in or not.
#[derive(Clone, Debug)]
pub struct Anyone(pub Option<Actor>);

/// Whoever is signed in and has no temporary password to change.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Actor);

/// Whoever is signed in, also with a temporary password: only for the pages that change it.
#[derive(Clone, Debug)]
pub struct AnySession(pub Actor);

/// Names a permission in a type.
pub trait Needs {
    const PERMISSION: Permission;
}

/// Staff whose role has the permission `P`, or a key with a scope for it.
#[derive(Clone, Debug)]
pub struct Allowed<P: Needs> {
    pub actor: Actor,
    permission: PhantomData<P>,
}

/// Staff whose role has the permission `P` and who showed a factor within [`FRESH`](crate::access::FRESH): for acts that are
/// dangerous and hard to take back. No key gets through.
#[derive(Clone, Debug)]
pub struct Fresh<P: Needs> {
    pub actor: Actor,
    permission: PhantomData<P>,
}

/// Whoever is signed in and showed a factor within [`FRESH`](crate::access::FRESH): for dangerous acts on one's own account.
#[derive(Clone, Debug)]
pub struct FreshlySignedIn(pub Actor);

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Needs for $name {
            const PERMISSION: Permission = Permission::$name;
        })+
    };
}

permissions!(
    /// See and decide verification cases.
    DecideVerifications,
    /// Search the email log.
    SearchMail,
    /// See users and their sessions.
    SeeUsers,
    /// Suspend, unlock, invite, force a reset, give roles.
    ManageUsers,
    /// End sessions and token families of others.
    RevokeSessions,
    /// Search and export the audit log.
    SearchAudit,
    /// See subsystem health in detail.
    SeeHealth,
);

impl Guard for Anyone {
    const ACCESS: Access = Access::Anyone;
}
impl Guard for SignedIn {
    const ACCESS: Access = Access::SignedIn;
}
impl Guard for AnySession {
    const ACCESS: Access = Access::SignedIn;
}
impl<P: Needs + 'static> Guard for Allowed<P> {
    const ACCESS: Access = Access::Permission(P::PERMISSION);
    const KEYS: bool = true;
}

impl<P: Needs + 'static> Guard for Fresh<P> {
    const ACCESS: Access = Access::Permission(P::PERMISSION);
}
impl Guard for FreshlySignedIn {
    const ACCESS: Access = Access::SignedIn;
}

fn actor(request: &HttpRequest) -> Option<Actor> {
    request.extensions().get::<Actor>().cloned()
}

/// Nobody is behind the request: because nobody said who it is, or because what was sent is no good.
fn nobody(request: &HttpRequest) -> AppError {
    match request.extensions().get::<RefusedSender>() {
        Some(RefusedSender { code, message }) => AppError::Unauthorized { code, message: message.clone() },
        None => AppError::Unauthenticated,
    }
}

/// A person: what is one's own has no meaning for a key.
fn person(request: &HttpRequest) -> Result<Actor, AppError> {
    let actor = actor(request).ok_or_else(|| nobody(request))?;
    if actor.means == Means::ApiKey {
        return Err(for_people());
    }
    Ok(actor)
}

fn for_people() -> AppError {
    AppError::forbidden(KEY, "An API key cannot do this: sign in as a person.")
}

fn settled(request: &HttpRequest) -> Result<Actor, AppError> {
    let actor = person(request)?;
    if actor.must_change_password {
        return Err(AppError::forbidden("password_change_required", "Choose a password of your own first."));
    }
    Ok(actor)
}

fn fresh(request: &HttpRequest, actor: Actor) -> Result<Actor, AppError> {
    let now = request.app_data::<web::Data<App>>().map(|app| app.clock.now());
    match now {
        Some(now) => demand_fresh(&actor, now).map(|()| actor),
        None => Err(AppError::internal("the application is not set up")),
    }
}

/// Asks for a fresh factor where what was sent decides whether the act is dangerous.
///
/// # Errors
/// `Forbidden` with [`FRESH_FACTOR`] when none was shown lately, with [`KEY`] for a key, which has none to show.
pub fn demand_fresh(actor: &Actor, now: Timestamp) -> Result<(), AppError> {
    if actor.means == Means::ApiKey {
        return Err(for_people());
    }
    if actor.is_fresh(now) {
        return Ok(());
    }
    Err(AppError::forbidden(
        FRESH_FACTOR,
        "Confirm that it is you first: this act asks for it every 10 minutes.",
    ))
}

/// Would [`Allowed`] let the sender of this request through? For what is there for everyone, with more for some.
#[must_use]
pub fn may(request: &HttpRequest, permission: Permission) -> bool {
    permitted(request, permission).is_ok()
}

/// A person or a key with the permission.
fn permitted(request: &HttpRequest, permission: Permission) -> Result<Actor, AppError> {
    match actor(request) {
        Some(key) if key.means == Means::ApiKey => scoped(request, key, permission),
        _ => permitted_person(request, permission),
    }
}

/// A key with a scope for this very call.
fn scoped(request: &HttpRequest, key: Actor, permission: Permission) -> Result<Actor, AppError> {
    let operation = Operation { area: paths::api_area(request.path()), reads: request.method().is_safe() };
    if key.may(permission, operation) {
        return Ok(key);
    }
    if key.key.as_ref().is_some_and(|used| used.has(permission, operation)) {
        return Err(AppError::forbidden(
            MAKER_NOT_PERMITTED,
            "The role of whoever made this key does not include this any more. Have an administrator replace the key.",
        ));
    }
    Err(match Scope::needed(permission, operation) {
        Some(scope) => {
            AppError::forbidden("scope_missing", format!("This needs a key with the scope {scope}."))
        }
        None => for_people(),
    })
}

fn permitted_person(request: &HttpRequest, permission: Permission) -> Result<Actor, AppError> {
    let actor = settled(request)?;
    if !actor.role.allows(permission) {
        return Err(AppError::forbidden(
            "not_permitted",
            "Your role does not include this. Ask an administrator.",
        ));
    }
    if actor.must_enrol {
        return Err(AppError::forbidden(ENROL, "Set up a second factor first: staff need one."));
    }
    let networks = request.app_data::<web::Data<App>>().map(|app| &app.config.http.admin_networks);
    let ip = request.extensions().get::<Client>().map(|client| client.ip);
    // The console is a browser's; programs come with a token of their own, from wherever they run.
    if let (Some(networks), Some(ip), Means::Cookie) = (networks, ip, actor.means)
        && !networks.is_empty()
        && !networks.contains(ip)
    {
        return Err(AppError::forbidden("network", "The console cannot be opened from this network."));
    }
    Ok(actor)
}

impl FromRequest for Anyone {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(actor(request))))
    }
}

impl FromRequest for SignedIn {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(settled(request).map(Self))
    }
}

impl FromRequest for AnySession {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(person(request).map(Self))
    }
}

impl<P: Needs + 'static> FromRequest for Allowed<P> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(permitted(request, P::PERMISSION).map(|actor| Self { actor, permission: PhantomData }))
    }
}

impl<P: Needs + 'static> FromRequest for Fresh<P> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let actor = permitted_person(request, P::PERMISSION).and_then(|actor| fresh(request, actor));
        ready(actor.map(|actor| Self { actor, permission: PhantomData }))
    }
}

impl FromRequest for FreshlySignedIn {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(settled(request).and_then(|actor| fresh(request, actor)).map(Self))
    }
}
