//! The demo: `serve --demo` shows the product with a made-up organization in it.
//!
//! - `people`, `plan`: who is there and what happened to each of them in thirty days, a pure story.
//! - `papers`, `cards`, `letters`, `canvas`: their documents, drawn here.
//! - `archive`, `resident`, `crew`, `mails`, `fate`, `kept`, `history`, `live`, `doors`: the story as files and rows.
//! - `found`: what a database holds before. `fill`: all of the demo in one transaction. `store`: the SQL only
//!   the demo needs.
//! - `setup`: where it runs, and what it never touches; `guide`: what is printed about it.
//!
//! Nothing leaves the machine: mail is kept, every address ends in a domain that does not exist. Only an empty
//! database is filled; one that a demo filled before is used again as it is.

mod archive;
mod canvas;
mod cards;
mod clients;
mod crew;
mod doors;
mod fate;
mod fill;
mod found;
mod guide;
mod history;
mod kept;
mod letters;
mod live;
mod mails;
mod papers;
pub mod people;
mod plan;
mod resident;
mod setup;
mod store;

pub use fill::fill;
pub use found::{Found, look, prepare};
pub use guide::guide;
pub use mails::MAILS;
pub use setup::{Place, choose_port, password, settings};

/// The organization of the demo. There is no such association.
pub const ORGANIZATION: &str = "Meridian Housing Association";
