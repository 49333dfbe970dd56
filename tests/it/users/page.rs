//! The page of one person.

use frontdesk::access::Role;
use frontdesk::paths;
use frontdesk::users::Deed;

use super::support::{REASON, done, set, somebody};
use crate::harness::{TestApp, both_engines};
use crate::verifications::support::applicant;

both_engines!(
    everything_about_a_person_stands_on_their_page,
    who_may_only_look_sees_no_acts,
    only_what_can_be_done_now_is_offered,
    the_own_page_offers_nothing_but_the_way_to_ones_account,
);

async fn everything_about_a_person_stands_on_their_page(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    set(&app, &ada.id, "last_login_ip = '192.0.2.17', last_login_at = created_at").await;
    app.clock.advance(chrono::TimeDelta::hours(2));
    let mut admin = app.admin().await;
    let page = admin.get(&paths::user(&ada.id)).await;
    assert_eq!(page.assert_status(200).text("h1"), "Ada Lovelace");
    let facts = page.text("#facts");
    for fact in ["Pending", "Member", &ada.email, "+44 20 7946 0958", "192.0.2.17", "2 h ago"] {
        assert!(facts.contains(fact), "{fact} in {facts}");
    }
    assert_eq!(page.attribute("#cases tbody a", "href"), paths::verification(&ada.case));
    assert!(page.text("#cases").contains("Waiting"));
    assert_eq!(page.text("#mails .muted"), "Nothing was sent to this person.");
    assert_eq!(page.attribute("#security a", "href"), paths::user_security(&ada.id));
    assert!(page.text("#security").contains("Not signed in anywhere."));

    let bob = somebody(&app, Role::Member).await;
    let _signed_in = app.browser_of(&bob).await;
    done(&mut admin, &bob, Deed::ResetPassword, &[("reason", REASON)]).await;
    let page = admin.get(&paths::user(&bob.id)).await;
    assert!(page.text("#history").contains(REASON));
    assert!(page.texts("#history p").contains(&"Signed in.".to_owned()), "{page:?}");
    assert!(page.text("#mails tbody").contains("Password reset"), "{page:?}");
    assert_eq!(page.attribute("#mails header a", "href"), paths::emails_to(&bob.email));
}

async fn who_may_only_look_sees_no_acts(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    for role in [Role::Reviewer, Role::Analyst, Role::Support] {
        let mut browser = app.signed_in(role).await;
        let page = browser.get(&paths::user(&ada.id)).await;
        page.assert_status(200);
        assert!(!page.has("#acts") && !page.has("main form"), "{role}: {page:?}");
        assert_eq!(page.has("#mails"), role == Role::Support, "{role}");
        assert_eq!(page.has("#cases tbody a"), role == Role::Reviewer, "{role}");
        assert_eq!(page.has("#history header a"), role == Role::Analyst, "{role}");
        for deed in Deed::ALL {
            browser.get(&paths::user_deed(&ada.id, deed)).await.assert_status(403);
        }
    }
}

async fn only_what_can_be_done_now_is_offered(app: TestApp) {
    let person = somebody(&app, Role::Member).await;
    let operator = somebody(&app, Role::Operator).await;
    let mut admin = app.admin().await;
    let page = admin.get(&paths::user(&person.id)).await;
    let active = ["Force a new password", "Change the role", "Suspend", "Ban", "Erase"];
    assert_eq!(page.texts("#acts > .form-actions > a"), active);
    set(&app, &person.id, "status = 'suspended', email_verified_at = NULL, erase_at = '2026-03-20 00:00:00'")
        .await;
    let page = admin.get(&paths::user(&person.id)).await;
    let suspended = [
        "Cancel the erasure",
        "Reinstate",
        "Mark the address verified",
        "Force a new password",
        "Change the role",
        "Ban",
    ];
    assert_eq!(page.texts("#acts > .form-actions > a"), suspended);
    let page = admin.get(&paths::user(&operator.id)).await;
    assert!(!page.has("#acts"), "{page:?}");
    let page = admin.get(&paths::user_deed(&person.id, Deed::Unlock)).await;
    assert!(page.assert_status(200).text(".callout").contains("There is nothing to do"));
}

async fn the_own_page_offers_nothing_but_the_way_to_ones_account(app: TestApp) {
    let person = somebody(&app, Role::Admin).await;
    let mut admin = app.browser_of(&person).await;
    let page = admin.get(&paths::user(&person.id)).await;
    assert!(page.text("#acts").contains("This is you."));
    assert!(!page.has("#acts form") && !page.has("main dialog"));
}
