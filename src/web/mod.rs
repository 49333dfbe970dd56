//! The web kit: what every page and API call needs, and no feature.
//!
//! A request passes, from the outside in: [`trace`] (request id, log line), [`headers`], compression, [`cors`]
//! and [`quota`] (headers for callers of the API), [`errors`] (renders whatever failed), [`client`] (address,
//! host check), the session, who it is (`sessions::identity`), [`csrf`], then the route with its [`guard`].

pub mod client;
pub mod context;
pub mod cors;
pub mod csrf;
pub mod csv;
pub mod errors;
pub mod flash;
pub mod forms;
pub mod guard;
pub mod headers;
pub mod link;
pub mod pace;
pub mod page;
pub mod pager;
pub mod problems;
pub mod quota;
pub mod route;
pub mod strict;
pub mod terms;
pub mod trace;
pub mod upload;

pub use context::Context;
pub use forms::{Form, Json, Query};
pub use guard::{Allowed, Anyone, SignedIn};
pub use page::{Fragment, Page, SeeOther};
pub use upload::Upload;
