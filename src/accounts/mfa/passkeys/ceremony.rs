//! The exchange with an authenticator (`webauthn-rs`), and the row that stands for it meanwhile.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    AuthenticationResult, CreationChallengeResponse, DiscoverableAuthentication, DiscoverableKey,
    Passkey as Key, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::Answer;
use crate::access::{Act, UserId};
use crate::accounts::mfa::model::{CEREMONY, ChallengeId, Passkey, Purpose};
use crate::accounts::mfa::store;
use crate::accounts::tokens::fingerprint;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::keys;

/// Why browsers offer no passkeys for this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// They are kept from pages that travel in the clear.
    PlainHttp,
    /// They belong to a name, not to a number.
    NoName,
}

impl Unusable {
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::PlainHttp => "Passkeys need HTTPS, and this site is opened without it.",
            Self::NoName => "Passkeys need a site with a name, and this one is opened by a bare address.",
        }
    }
}

/// Can this site have passkeys?
///
/// # Errors
/// Why not.
pub fn usable(app: &App) -> Result<(), Unusable> {
    let url = app.public_url();
    match url.domain() {
        None => Err(Unusable::NoName),
        Some(name) if url.scheme() == "https" || name == "localhost" => Ok(()),
        Some(_) => Err(Unusable::PlainHttp),
    }
}

/// This site, as authenticators know it.
pub(super) fn relying_party(app: &App) -> Result<Webauthn, AppError> {
    usable(app).map_err(|why| AppError::conflict("passkeys_unusable", why.sentence()))?;
    let url = app.public_url();
    let name = &app.config.accounts.organization_name;
    let builder = WebauthnBuilder::new(url.domain().unwrap_or_default(), url);
    let builder = builder.map(|builder| builder.rp_name(name).timeout(CEREMONY.to_std().unwrap_or_default()));
    builder.and_then(WebauthnBuilder::build).map_err(AppError::internal)
}

/// The options of a registration, with the wish that the passkey can say itself whose it is.
pub(super) fn discoverable(options: &CreationChallengeResponse) -> Result<Value, AppError> {
    let mut options = serde_json::to_value(&options.public_key).map_err(AppError::internal)?;
    if let Some(Value::Object(wishes)) = options.get_mut("authenticatorSelection") {
        wishes.insert("residentKey".to_owned(), json!("preferred"));
    }
    Ok(options)
}

/// Keeps a question with what its answer will be checked against; answers its token.
pub(super) fn keep(
    c: &mut Connection,
    app: &App,
    act: &Act,
    (purpose, user): (Purpose, Option<&UserId>),
    state: &impl Serialize,
) -> Result<String, AppError> {
    let token = hex::encode(app.random.bytes::<32>());
    let id = ChallengeId::new(&app.random, act.at);
    let state = serde_json::to_vec(state).map_err(AppError::internal)?;
    let sealed = app.keys.seal(keys::Purpose::MfaChallenge, &state, id.as_str().as_bytes(), &app.random);
    let new = store::challenges::New {
        id: &id,
        purpose,
        user_id: user,
        hash: fingerprint(&token),
        sealed_state: Some(sealed),
        tries: 0,
        created_at: act.at,
        expires_at: act.at.plus(CEREMONY),
    };
    store::challenges::insert(c, &new)?;
    Ok(token)
}

/// Uses a question up and answers what was kept with it; `None` when it is not open or of another user.
pub(super) fn take<S: DeserializeOwned>(
    c: &mut Connection,
    app: &App,
    (purpose, user): (Purpose, Option<&UserId>),
    answer: &Answer,
    now: Timestamp,
) -> Result<Option<S>, AppError> {
    let row = store::challenges::find(c, purpose, answer.challenge.expose_secret(), now)?;
    let Some(row) = row.filter(|row| row.user_id.as_ref() == user) else { return Ok(None) };
    let Some(sealed) = row.sealed_state else { return Ok(None) };
    if !store::challenges::use_up(c, &row.id, now)? {
        return Ok(None);
    }
    let state = app.keys.open(keys::Purpose::MfaChallenge, &sealed, row.id.as_str().as_bytes());
    let state = state.map_err(AppError::internal)?;
    serde_json::from_slice(&state).map(Some).map_err(AppError::internal)
}

/// The passkey that answers a registration.
pub(super) fn registered(
    app: &App,
    credential: &str,
    state: &PasskeyRegistration,
) -> Result<Option<Key>, AppError> {
    let Some(sent) = parsed::<RegisterPublicKeyCredential>(credential) else { return Ok(None) };
    Ok(accepted(relying_party(app)?.finish_passkey_registration(&sent, state)))
}

/// Who signed, of those that were asked.
pub(super) fn authenticated(
    app: &App,
    credential: &str,
    state: &PasskeyAuthentication,
) -> Result<Option<AuthenticationResult>, AppError> {
    let Some(sent) = parsed::<PublicKeyCredential>(credential) else { return Ok(None) };
    Ok(accepted(relying_party(app)?.finish_passkey_authentication(&sent, state)))
}

/// Whose passkey says that it signed, and which: not proven yet.
pub(super) fn identified(app: &App, credential: &str) -> Result<Option<(String, String)>, AppError> {
    let Some(sent) = parsed::<PublicKeyCredential>(credential) else { return Ok(None) };
    let party = relying_party(app)?;
    let told = accepted(party.identify_discoverable_authentication(&sent));
    Ok(told.map(|(user, id)| (user.to_string(), credential_id(id))))
}

/// The proof of what [`identified`] was told.
pub(super) fn discovered(
    app: &App,
    credential: &str,
    state: DiscoverableAuthentication,
    passkey: &Passkey,
) -> Result<Option<AuthenticationResult>, AppError> {
    let Some(sent) = parsed::<PublicKeyCredential>(credential) else { return Ok(None) };
    let key = DiscoverableKey::from(&read(passkey)?);
    Ok(accepted(relying_party(app)?.finish_discoverable_authentication_v2(&sent, state, &key)))
}

fn parsed<T: DeserializeOwned>(credential: &str) -> Option<T> {
    serde_json::from_str(credential).ok()
}

/// A signature that is not right is an answer, not a failure; why not is for the log.
fn accepted<T>(result: Result<T, WebauthnError>) -> Option<T> {
    result.inspect_err(|error| tracing::info!(%error, "a passkey was refused")).ok()
}

/// The passkey as the library knows it.
pub(super) fn read(passkey: &Passkey) -> Result<Key, AppError> {
    serde_json::from_str(&passkey.credential).map_err(AppError::internal)
}

/// An id as browsers write it.
pub(super) fn credential_id(id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

/// Keeps that a passkey signed, and its counter.
pub(super) fn used(
    c: &mut Connection,
    passkey: &Passkey,
    result: &AuthenticationResult,
    now: Timestamp,
) -> Result<(), AppError> {
    let mut key = read(passkey)?;
    key.update_credential(result);
    let credential = serde_json::to_string(&key).map_err(AppError::internal)?;
    Ok(store::passkeys::touch(c, &passkey.id, &credential, now)?)
}
