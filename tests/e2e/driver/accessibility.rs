//! What axe-core finds on a page.

use std::path::Path;

use serde::Deserialize;

use super::Tab;

/// Runs in the page; hands back what people with a disability would stumble over badly.
const RUN: &str = "const done = arguments[0];
    axe.run(document, { resultTypes: ['violations'] }).then(
        results => done(results.violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, help, nodes }) => ({ id, help, places: nodes.map(node => node.target.join(' ')) }))),
        error => done(String(error)));";

#[derive(Debug, Deserialize)]
struct Finding {
    id: String,
    help: String,
    places: Vec<String>,
}

impl Tab {
    /// Fails when axe-core has a serious or critical finding on the page as it is.
    pub async fn assert_accessible(&self) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{} cannot be read ({error}): run `npm ci`", path.display()));
        self.client.execute(&axe, Vec::new()).await.unwrap();
        let answer = self.client.execute_async(RUN, Vec::new()).await.unwrap();
        let findings: Vec<Finding> =
            serde_json::from_value(answer.clone()).unwrap_or_else(|_| panic!("axe-core failed: {answer}"));
        let told: Vec<String> = findings
            .iter()
            .map(|Finding { id, help, places }| format!("{id}: {help} at {}", places.join(", ")))
            .collect();
        assert!(told.is_empty(), "{}:\n{}", self.path().await, told.join("\n"));
    }
}
