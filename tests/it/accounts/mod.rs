//! Accounts: signing in and out, passwords and their reset, changes of address, the first operator, tokens of the
//! API.

mod address;
mod api;
mod devices;
mod locks;
mod passwords;
mod put_out;
mod reset;
mod reset_limits;
mod reset_timing;
mod secrets;
mod setup;
mod sign_in;
