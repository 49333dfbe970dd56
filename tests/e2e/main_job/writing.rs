//! What a reviewer is writing is never written over.

use frontdesk::access::Role;
use serde_json::json;

use crate::e2e::driver::Tab;
use crate::harness::{TestApp, both_engines};
use crate::verifications::support::applicant;

both_engines!(words_typed_while_a_reason_is_worded_stay);

/// Holds the requests of the page back until [`LET_GO`].
const HOLD: &str = "window.held = [];
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...body) { held.push(() => send.apply(this, body)); };
    window.letGo = () => { XMLHttpRequest.prototype.send = send; held.forEach((go) => go()); };";
const LET_GO: &str = "letGo();";

async fn words_typed_while_a_reason_is_worded_stay(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let person = app.add_person(Role::Reviewer, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    tab.visit(&ada.page()).await;
    tab.sign_in(&person).await;
    tab.find("#claim-form button").await.click().await.unwrap();
    tab.find("#decision-form").await;
    tab.tick("Reject").await;
    let message = async || {
        let value = "return document.getElementById('message').value";
        tab.client.execute(value, Vec::new()).await.unwrap()
    };
    // Nobody writes: the words of the reason are put there.
    tab.choose("Reason", "Expired").await;
    tab.until("the words of the reason", async || message().await != json!("")).await;
    tab.see_in("#preview", "The document has expired.").await;

    tab.client.execute(HOLD, Vec::new()).await.unwrap();
    tab.choose("Reason", "Not readable").await;
    let write = "document.getElementById('message').value = 'Take it by day.';";
    tab.client.execute(write, Vec::new()).await.unwrap();
    tab.client.execute(LET_GO, Vec::new()).await.unwrap();
    let renewed =
        "return !document.getElementById('preview').textContent.includes('The document has expired.')";
    let is_renewed = async || tab.client.execute(renewed, Vec::new()).await.unwrap() == json!(true);
    tab.until("the new preview", is_renewed).await;
    assert_eq!(message().await, json!("Take it by day."));
}
