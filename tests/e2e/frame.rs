//! What surrounds every page.

use frontdesk::access::Role;
use frontdesk::paths;

use super::driver::{Scripts, Tab, Theme};
use crate::harness::{TestApp, both_engines};

both_engines!(pages_are_accessible_in_both_themes, everything_works_without_scripts);

async fn pages_are_accessible_in_both_themes(app: TestApp) {
    let organization = app.organization().await;
    let person = app.add_person(Role::Admin, &organization).await;
    let tab = Tab::open(&app).await;
    tab.visit(paths::LOGIN).await;
    tab.assert_accessible().await;
    tab.sign_in(&person).await;
    for theme in [Theme::Light, Theme::Dark] {
        tab.prefer(theme).await;
        for path in [paths::ACCOUNT, paths::PASSWORD, paths::AUDIT, paths::HEALTH_PAGE, "/nowhere"] {
            tab.visit(path).await;
            tab.assert_accessible().await;
        }
    }
}

async fn everything_works_without_scripts(app: TestApp) {
    let organization = app.organization().await;
    let person = app.add_person(Role::Admin, &organization).await;
    let tab = Tab::with(&app, Scripts::Off).await;
    tab.resize(360, 800).await;
    tab.visit(paths::AUDIT).await;
    tab.sign_in(&person).await;
    tab.arrive(paths::AUDIT).await;
    tab.follow("Session started").await;
    tab.see("Chrome").await;
    tab.screenshot("audit-entry-360").await;
    assert_eq!(tab.text("h1").await, "Session started");
}
