//! Notifications: what a person is told in Frontdesk itself, kept until it is read or out of date.
//!
//! One is written in the transaction of its cause ([`notify`]), as its audit entry and its mail are.

mod model;
pub mod store;

pub use model::{Kind, New, Notification, NotificationId, Severity};
pub use store::{notify, notify_all};
