//! A reviewer who leaves the page of a case lets go of it; one who goes on within the case does not.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::clock::Timestamp;
use frontdesk::paths;

use crate::e2e::driver::Tab;
use crate::harness::{TestApp, both_engines};
use crate::verifications::support::{Applicant, case, pdf, png, submit};

both_engines!(a_case_that_is_left_is_free_for_a_colleague, a_case_stays_claimed_through_its_own_pages,);

/// A reviewer's tab with the page of a case they have just claimed.
async fn claimed(app: &TestApp) -> (Tab, Applicant) {
    let ada = submit(app, "Ada Lovelace", &[png("front.png"), pdf("bill.pdf")]).await;
    let person = app.add_person(Role::Reviewer, &app.organization().await).await;
    let tab = Tab::open(app).await;
    tab.visit(&ada.page()).await;
    tab.sign_in(&person).await;
    tab.find("#claim-form button").await.click().await.unwrap();
    tab.find("#decision-form").await;
    app.clock.advance(TimeDelta::minutes(1));
    (tab, ada)
}

/// Waits until the claim ends this long from now.
async fn ends_in(app: &TestApp, tab: &Tab, ada: &Applicant, span: TimeDelta) {
    let end: Timestamp = app.clock.now().plus(span);
    tab.until("the end of the claim", async || case(app, ada).await.claim_expires_at == Some(end)).await;
}

async fn a_case_that_is_left_is_free_for_a_colleague(app: TestApp) {
    let (tab, ada) = claimed(&app).await;
    tab.visit(paths::VERIFICATIONS).await;
    ends_in(&app, &tab, &ada, TimeDelta::seconds(15)).await;
    app.clock.advance(TimeDelta::seconds(15));
    let mut colleague = app.reviewer().await;
    colleague.get(&ada.page()).await;
    let page = colleague.submit("#claim-form", &[]).await;
    assert!(page.assert_status(200).has("#decision-form"), "{page:?}");
}

async fn a_case_stays_claimed_through_its_own_pages(app: TestApp) {
    let (tab, ada) = claimed(&app).await;
    tab.visit(&paths::verification_document(&ada.case, &ada.documents[1])).await;
    ends_in(&app, &tab, &ada, TimeDelta::minutes(15)).await;
    app.clock.advance(TimeDelta::minutes(1));
    tab.client.refresh().await.unwrap();
    ends_in(&app, &tab, &ada, TimeDelta::minutes(15)).await;
    // Another tab of the case that is closed: the one that stays holds on.
    app.clock.advance(TimeDelta::minutes(1));
    let here = tab.client.window().await.unwrap();
    let other = tab.client.new_window(true).await.unwrap();
    tab.client.switch_to_window(other.handle).await.unwrap();
    tab.visit(&ada.page()).await;
    ends_in(&app, &tab, &ada, TimeDelta::minutes(15)).await;
    app.clock.advance(TimeDelta::minutes(1));
    tab.client.close_window().await.unwrap();
    tab.client.switch_to_window(here).await.unwrap();
    ends_in(&app, &tab, &ada, TimeDelta::minutes(15)).await;
}
