//! Second factors. Codes come from an authenticator of other people's making (pyotp), which gets its secret by
//! reading the QR code of the page (rqrr), as a phone would.

mod api;
mod enrolment;
mod races;
mod reset;
mod sign_in;
mod staff;
mod step_up;
pub mod support;
