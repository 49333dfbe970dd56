//! Files that applicants send as proof.

pub mod cipher;
mod file_name;
pub mod files;

pub use file_name::FileName;
