//! Sessions ended by staff, by programs and at the terminal.

mod acts;
mod api;
mod bulk;
mod cli;
mod console;
mod failing;
mod feed;
mod many;
mod people;
mod plans;
pub mod support;
