//! Pages of API keys.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::Method;

use super::{ARABIC_NAME, LONG_NAME, look, look_at};
use crate::api_keys::support::create;
use crate::e2e::driver::Tab;
use crate::harness::{Engine, TestApp};
use crate::tokens::support::call;

#[tokio::test]
async fn api_keys_look_right_from_the_first_to_the_last() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let admin = app.add_person(Role::Admin, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    tab.visit(paths::ACCOUNT).await;
    tab.sign_in(&admin).await;
    look_at(&tab, paths::API_KEYS, "api-keys-none").await;
    tab.follow("New API key").await;
    look(&tab, "api-key-new").await;
    tab.fill("Name", LONG_NAME).await;
    tab.press("Create the key").await;
    tab.find(".error-summary").await;
    look(&tab, "api-key-errors").await;
    tab.tick("Read verification cases").await;
    tab.tick("Read sessions").await;
    tab.press("Create the key").await;
    tab.see("This page is the only one that shows it").await;
    look(&tab, "api-key-made").await;
    let key = tab.find("main [data-copy]").await.attr("data-copy").await.unwrap().unwrap();
    let client = app.anonymous();
    call(&client, Method::GET, "/api/v1/verifications", &key).await.assert_status(200);

    let mut colleague = app.admin().await;
    let arabic = create(&mut colleague, ARABIC_NAME, &["users:read"]).await.path;
    app.clock.advance(TimeDelta::minutes(2));
    let short =
        create(&mut colleague, "Import", &["sessions:read", "invites:manage", "users:manage"]).await.path;
    colleague.get(&format!("{arabic}/revoke")).await;
    colleague.submit("#revoke-form", &[]).await.assert_status(200);
    tab.visit(&format!("{short}/rotate")).await;
    look(&tab, "api-key-rotate").await;
    tab.press("Replace the key").await;
    tab.see("This page is the only one that shows it").await;
    look_at(&tab, &short, "api-key-replaced").await;
    look_at(&tab, &arabic, "api-key-revoked").await;
    look_at(&tab, paths::API_KEYS, "api-keys").await;
    tab.follow(LONG_NAME).await;
    tab.see("Begins with").await;
    look(&tab, "api-key").await;
    tab.follow("Revoke the key").await;
    look(&tab, "api-key-revoke").await;
}
