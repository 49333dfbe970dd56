//! Invites: making them, the page behind their link, files of many, the API.

mod accept;
mod api;
mod files;
mod manage;
mod races;
pub mod support;
