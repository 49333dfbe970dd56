//! The audit log in the console.

use frontdesk::access::Role;
use frontdesk::paths;
use frontdesk::ui::MAIN_ID;

use crate::harness::{TestApp, both_engines};

both_engines!(
    a_sign_in_is_told_with_who_did_it,
    an_entry_of_another_organization_does_not_exist,
    htmx_gets_the_part_it_asked_for,
);

async fn a_sign_in_is_told_with_who_did_it(app: TestApp) {
    let mut admin = app.admin().await;
    let page = admin.get(paths::AUDIT).await;
    assert_eq!(page.texts("tbody tr td:nth-child(2)"), ["Administrator 1"]);
    let entry = admin.get(&page.attribute("tbody a", "href")).await;
    assert_eq!(entry.text("h1"), "Session started");
    assert!(entry.text("main").contains("Firefox/140.0"), "{entry:?}");
}

async fn an_entry_of_another_organization_does_not_exist(app: TestApp) {
    let mut analyst = app.signed_in(Role::Analyst).await;
    let own = analyst.get(paths::AUDIT).await.attribute("tbody a", "href");
    analyst.get(&own).await.assert_status(200);
    let other = app.add_organization("other").await;
    let stranger = app.add_person(Role::Analyst, &other).await;
    let mut stranger = app.browser_of(&stranger).await;
    stranger.get(&own).await.assert_status(404);
    assert_eq!(stranger.get(paths::AUDIT).await.texts("tbody tr").len(), 1);
}

async fn htmx_gets_the_part_it_asked_for(app: TestApp) {
    let mut analyst = app.signed_in(Role::Analyst).await;
    let whole = analyst.get(paths::AUDIT).await;
    let part = analyst.hx_get(paths::AUDIT).await;
    assert!(whole.has(&format!("#{MAIN_ID} table")) && part.has("table"));
    assert!(!part.body().contains("<html"), "{}", part.body());
    for page in [whole, part] {
        assert!(page.header("vary").is_some_and(|vary| vary.contains("HX-Request")), "{:?}", page.headers);
    }
}
