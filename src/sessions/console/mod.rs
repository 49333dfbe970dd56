//! Sessions and token families in the console: looked up here, ended by [`crate::revocations`].

mod family;
mod list;
mod views;

pub use family::family;
pub use list::{Address, list};
pub use views::{kind_and_device, state};
