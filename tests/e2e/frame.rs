//! What surrounds every page.

use super::driver::{Scripts, Tab, Theme};
use crate::harness::{TestApp, both_engines};

both_engines!(a_page_is_accessible_in_both_themes, a_page_works_without_scripts);

async fn a_page_is_accessible_in_both_themes(app: TestApp) {
    let tab = Tab::open(&app).await;
    for theme in [Theme::Light, Theme::Dark] {
        tab.prefer(theme).await;
        tab.visit("/nowhere").await;
        tab.assert_accessible().await;
    }
}

async fn a_page_works_without_scripts(app: TestApp) {
    let tab = Tab::with(&app, Scripts::Off).await;
    tab.visit("/nowhere").await;
    tab.resize(360, 800).await;
    tab.screenshot("nowhere-360").await;
    tab.follow("Go to the start").await;
    tab.arrive("/").await;
    tab.see("found").await;
}
