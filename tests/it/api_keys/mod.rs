//! API keys: what they open, when they stop, and their pages.

mod calls;
mod idempotency;
mod life;
mod makers;
mod pages;
pub mod support;
