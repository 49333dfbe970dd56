//! Files that applicants send as proof.
//!
//! [`inspect()`](inspect::inspect) decides what a file is and whether it is taken; [`rendition`] is what
//! reviewers see of a picture; [`cipher`] and [`files`] keep the original, encrypted.

pub mod cipher;
mod content_type;
mod file_name;
pub mod files;
pub mod inspect;
pub mod rendition;

pub use content_type::ContentType;
pub use file_name::FileName;
