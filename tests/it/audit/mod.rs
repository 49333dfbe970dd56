//! The audit log in the console.

use frontdesk::access::{Act, Role, UserId};
use frontdesk::audit::{self, Event, Target};
use frontdesk::paths;
use frontdesk::ui::MAIN_ID;

use crate::harness::{TestApp, both_engines};

both_engines!(
    a_sign_in_is_told_with_who_did_it,
    an_entry_of_another_organization_does_not_exist,
    htmx_gets_the_part_it_asked_for,
    who_did_it_is_found_in_any_alphabet,
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

async fn who_did_it_is_found_in_any_alphabet(app: TestApp) {
    let (organization, random, now) = (app.organization().await, app.random.clone(), app.clock.now());
    app.db
        .write(move |c| {
            for name in ["Élodie", "Özil", "Софья"] {
                let act = Act::by_system(now).known_as(&UserId::new(&random, now), name);
                audit::record(c, &random, &act, Event::new(&organization, "case.seen", Target("case", "1")))?;
            }
            Ok::<_, diesel::result::Error>(())
        })
        .await
        .unwrap();
    let mut analyst = app.signed_in(Role::Analyst).await;
    for typed in ["Élodie", "élodie", "Özil", "ÖZIL", "Софья", "софья"] {
        let address: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let page = analyst.get(&format!("{}?q={address}", paths::AUDIT)).await;
        assert_eq!(page.texts("tbody tr").len(), 1, "{typed}: {page:?}");
    }
}
