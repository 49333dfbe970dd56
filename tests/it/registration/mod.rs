//! Registration with documents, verification of the address, and the applicant's own case.

mod api;
mod codes;
mod form;
mod hostile;
mod own_case;
pub mod support;
mod verify_email;
