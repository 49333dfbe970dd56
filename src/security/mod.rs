//! What there is to know about the safety of one person's account: sessions, token families with their chain,
//! failed sign-ins, locks, devices, and the revocations that concerned them. Read-only; the acts are those of
//! [`crate::revocations`].

pub mod api;
pub mod pages;
mod reading;
mod views;

pub use reading::{Dossier, Family, dossier};
