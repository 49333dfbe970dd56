//! Mail, from the outbox to the server that takes it, on both engines.

mod outbox;
mod pages;
mod smtp;
mod support;
mod worker;
