//! Files that applicants send as proof.
//!
//! [`inspect()`](inspect::inspect) decides what a file is and whether it is taken; [`rendition`] is what
//! reviewers see of a picture; [`cipher`] and [`files`] keep the original, encrypted.

pub mod cipher;
mod content_type;
mod country;
mod file_name;
pub mod files;
pub mod form;
pub mod inspect;
pub mod model;
mod number;
pub mod rendition;
pub mod shown;
pub mod store;
pub mod upload;

pub use content_type::ContentType;
pub use country::Country;
pub use file_name::FileName;
pub use model::{CaseId, Document, DocumentId, DocumentKind, DocumentState};
pub use number::DocumentNumber;
pub use upload::collect_orphans;
