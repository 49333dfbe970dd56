//! Frontdesk: the operations desk for the accounts of an application.

#[macro_use]
pub mod db;
pub mod assets;
pub mod clock;
pub mod documents;
pub mod error;
pub mod ids;
pub mod keys;
pub mod mail;
pub mod ui;
