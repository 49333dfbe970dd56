//! Sessions ended by staff, by programs and at the terminal.

mod acts;
mod api;
mod bulk;
mod cli;
mod console;
mod plans;
pub mod support;
