//! The pages of API keys in the console.

use chrono::TimeDelta;
use frontdesk::paths;
use reqwest::Method;

use super::support::create;
use crate::harness::{TestApp, both_engines};
use crate::tokens::support::{call, code};

both_engines!(
    a_new_key_is_shown_once_and_works,
    a_form_with_mistakes_keeps_what_was_typed,
    a_key_is_replaced_and_revoked_from_its_page,
    a_dangerous_act_asks_for_a_fresh_factor,
    the_history_names_who_did_what,
);

async fn a_new_key_is_shown_once_and_works(app: TestApp) {
    let mut admin = app.admin().await;
    let empty = admin.get(paths::API_KEYS).await;
    assert!(empty.text("main").contains("No API keys yet"), "{empty:?}");
    admin.get(paths::NEW_API_KEY).await;
    let fields = [("name", "Nightly import"), ("scopes", "verifications:read"), ("expires_in_days", "30")];
    let shown = admin.submit("#key-form", &fields).await;
    let key = shown.attribute("main [data-copy]", "data-copy");
    assert!(key.starts_with("fd_"), "{key}");
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    let client = app.anonymous();
    call(&client, Method::GET, "/api/v1/verifications", &key).await.assert_status(200);
    let page = admin.get(&shown.attribute("main a.button", "href")).await;
    assert_eq!(page.text("h1"), "Nightly import");
    let list = admin.get(paths::API_KEYS).await;
    assert!(list.text("tbody tr").contains("Nightly import"), "{list:?}");
    for page in [page, list] {
        assert!(page.body().contains(&key[..15]) && !page.body().contains(&key), "shown once only");
    }
}

async fn a_form_with_mistakes_keeps_what_was_typed(app: TestApp) {
    let mut admin = app.admin().await;
    admin.get(paths::NEW_API_KEY).await;
    let fields = [("name", "Nightly import"), ("expires_in_days", "180")];
    let page = admin.submit("#key-form", &fields).await;
    page.assert_status(422);
    assert!(page.text(".error-summary").contains("Choose what the key may do."), "{page:?}");
    assert_eq!(page.attribute("#name", "value"), "Nightly import");
    assert_eq!(page.attribute("#expires_in_days option[selected]", "value"), "180");
    assert_eq!(app.count("api_keys").await, 0);
}

async fn a_key_is_replaced_and_revoked_from_its_page(app: TestApp) {
    let mut admin = app.admin().await;
    let page = create(&mut admin, "Import", &["verifications:read"]).await;
    let id = page.path.clone();
    admin.get(&format!("{id}/rotate")).await;
    let shown = admin.submit("#rotate-form", &[("overlap_hours", "1")]).await;
    let key = shown.assert_status(200).attribute("main [data-copy]", "data-copy");
    let old = admin.get(&id).await;
    assert_eq!(old.text("main .badge"), "Replaced");
    let next = old.attribute(&format!("main dd a[href^='{}/']", paths::API_KEYS), "href");
    admin.get(&format!("{next}/revoke")).await;
    let revoked = admin.submit("#revoke-form", &[]).await;
    assert_eq!((revoked.path.as_str(), revoked.text("main .badge").as_str()), (next.as_str(), "Revoked"));
    assert!(!revoked.has("main .form-actions"), "nothing is left to do");
    let client = app.anonymous();
    let refused = call(&client, Method::GET, "/api/v1/verifications", &key).await;
    assert_eq!(code(&refused, 401), "api_key_revoked");
    // The form that was open all the time comes too late.
    assert!(!admin.get(&format!("{next}/rotate")).await.has("#rotate-form"));
}

async fn a_dangerous_act_asks_for_a_fresh_factor(app: TestApp) {
    let mut admin = app.admin().await;
    let page = create(&mut admin, "Import", &["users:read"]).await;
    let path = page.path.clone();
    admin.get(&format!("{path}/revoke")).await;
    app.clock.advance(TimeDelta::minutes(11));
    let request = admin.prepare("#revoke-form", &[], &[]);
    let answer = admin.send(request).await;
    assert!(answer.assert_status(307).header("location").unwrap().starts_with(paths::CONFIRM));
    assert_eq!(admin.get(&path).await.text("main .badge"), "Active");
}

async fn the_history_names_who_did_what(app: TestApp) {
    let mut admin = app.admin().await;
    let page = create(&mut admin, "Import", &["users:read"]).await;
    let path = page.path.clone();
    admin.get(&format!("{path}/revoke")).await;
    admin.submit("#revoke-form", &[]).await.assert_status(200);
    let history = admin.get(&path).await.texts(".timeline li");
    assert_eq!(history.len(), 2, "{history:?}");
    assert!(history[0].contains("Revoked the key.") && history[0].contains("Administrator"), "{history:?}");
    assert!(admin.get("/audit?area=api_key").await.text("tbody").contains("API key revoked"));
}
