//! Tokens of the API: signed access tokens and families of refresh tokens.

mod access;
mod refresh;
pub mod support;
