//! Users in the console and the API: the lists, the page of a person, what may be done and by whom.

mod api;
mod deeds;
mod erasure;
mod list;
mod page;
mod plans;
mod races;
mod rules;
pub mod support;
