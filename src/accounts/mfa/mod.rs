//! The second factor: an authenticator app (TOTP), passkeys (`WebAuthn`) and recovery codes.
//!
//! A user has a second factor from the first confirmed app or passkey to the removal of the last one
//! (`users.mfa_since`); recovery codes come and go with it. Then
//!
//! * a right password only leads to a [`challenge`], and its answer opens the session;
//! * a passkey alone opens one too: it is something one has, and it asks for a PIN or a finger;
//! * a dangerous act asks for a factor again ([`step_up`]).
//!
//! Invariants: a code of the app works once (its time step is kept), so does a recovery code, so does the
//! question a passkey signs; a challenge dies after [`model::TRIES`] wrong answers; staff of an organization
//! that asks for a second factor cannot remove their last. What is kept is sealed (the app's secret) or hashed
//! (codes, tokens); of a passkey only the public key is known here. Every change is told by mail, as a
//! notification and in the audit log (`changes`).

mod alarm;
pub mod api;
pub mod challenge;
mod changes;
mod factor;
pub mod first;
pub mod model;
pub mod pages;
pub mod passkeys;
mod qr;
pub mod recovery;
pub mod reset;
pub mod step_up;
pub mod store;
pub mod totp;
pub mod views;

pub use challenge::Step;
pub use factor::Code;
pub use first::Enrolled;
pub use model::Factors;
