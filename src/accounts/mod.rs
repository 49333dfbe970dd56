//! Accounts: users, their registration, verification and change of their address, sign-in, passwords and their reset.
//!
//! A user is `pending` until a reviewer approves the documents, then `active`; `suspended`, `banned`
//! and `rejected` close the door again. Each status refuses sign-in in its own words, and only after
//! a correct password, so that an address alone tells nothing.

pub mod address;
pub mod api;
pub mod change_password;
pub mod devices;
pub mod hash_format;
pub mod hashing;
pub mod hold;
pub mod invites;
pub mod locks;
pub mod loose_ends;
pub mod mfa;
pub mod model;
pub mod pages;
pub mod password;
pub mod registration;
pub mod reset;
pub mod setup;
pub mod sign_in;
pub mod sign_out;
pub mod store;
pub mod tokens;
pub mod transfer;
pub mod verify_email;

pub use model::{NewUser, Status, User};
