//! Accounts: signing in and out, passwords, the first operator, tokens of the API.

mod api;
mod devices;
mod locks;
mod passwords;
mod setup;
mod sign_in;
