//! Verification cases: what an applicant declared, handed in, and what became of it.

pub mod declared;
pub mod opening;
