//! Mail: every one is a row of the outbox first, written in the transaction of what caused it.
//!
//! - [`address`]: addresses and names, parsed at the edge.
//! - [`letters`]: what can be said, as typed values; each becomes a template's data and its secret part.
//! - [`templates`]: the words themselves (`minijinja`), built in and overridable by the operator.
//! - [`outbox`]: freezing a mail in a row, and reading the row back as a message ([`message`], RFC 5322).
//! - [`model`], [`schedule`]: states, priorities and the rule of retries.
//! - [`worker`]: claims by a lease, marks before content leaves, writes down what came of it ([`store::queue`]).
//! - [`preferences`]: kinds that a person has switched off.
//! - [`providers`]: where messages go; [`reply`]: what a server's answer means.
//! - [`pages`]: the email log in the console.
//!
//! States: queued → sending → sent, and from there by what is reported; or failed, expired, unknown. A mail is never
//! lost: a crash leaves it queued, or unknown when its content had begun to leave, and a possible duplicate carries
//! the same Message-ID.
//!
//! Links with tokens and temporary passwords are secret: they are encrypted in the row, dropped once the mail
//! is accepted, and shown to staff as `••••`.

pub mod address;
pub mod letters;
pub mod message;
pub mod model;
pub mod outbox;
pub mod pages;
pub mod providers;
pub mod reply;
pub mod schedule;
mod search;
mod setup;
pub mod store;
pub mod templates;
pub mod views;
pub mod worker;

pub use address::{DisplayName, EmailAddress, Party};
pub use letters::Letter;
pub use model::{EmailId, EmailStatus, Language, Priority, TemplateKind};
pub use outbox::{EnqueueError, NewEmail, enqueue};
pub use providers::capture::{captured, captured_message};
pub use setup::{Mail, SetupError};
pub use store::preferences;
