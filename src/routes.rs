//! The only route table: what is served where, and who gets through (each handler's first argument).

use crate::web::route::{Endpoint, get};
use crate::{audit, health, paths};
use paths::patterns as p;

/// Every route of the application.
#[must_use]
pub fn table() -> Vec<Endpoint> {
    let mut table = Vec::new();
    table.extend(watch());
    table
}

fn watch() -> Vec<Endpoint> {
    vec![
        get(paths::HEALTH, health::api::overall),
        get("/health/database", health::api::database),
        get("/health/storage", health::api::storage),
        get("/health/liveness", health::api::liveness),
        get("/health/readiness", health::api::readiness),
        get(paths::HEALTH_PAGE, health::page),
        get(paths::AUDIT, audit::list),
        get(p::AUDIT_ENTRY, audit::entry),
    ]
}
