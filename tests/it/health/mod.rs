//! What probes are told.

use frontdesk::paths;
use serde_json::Value;

use crate::harness::{TestApp, both_engines};

both_engines!(what_is_well_is_told_to_everybody);

async fn what_is_well_is_told_to_everybody(app: TestApp) {
    let mut probe = app.anonymous();
    let report: Value = probe.get(paths::HEALTH).await.assert_status(200).json();
    assert_eq!(report["status"], "healthy");
    probe.get("/health/readiness").await.assert_status(200);
}
