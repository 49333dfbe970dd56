//! The list of cases.

use chrono::TimeDelta;
use frontdesk::access::Role;

use super::support::{applicant, png, reviewer_with, set_organization, submit};
use crate::harness::{TestApp, both_engines};

both_engines!(
    what_waits_is_listed_oldest_first_and_masked,
    a_claim_shows_the_person_to_its_holder_only_and_tells_the_others_who_it_is,
    an_organization_may_show_names_from_the_start,
    typed_operators_narrow_the_list,
    a_name_in_any_alphabet_is_found_however_it_is_typed,
    what_was_not_understood_is_told_beside_the_list,
    a_pasted_id_leads_to_its_case,
    nothing_is_repeated_or_lost_while_cases_come_in,
    an_expired_claim_is_listed_as_waiting,
    decided_cases_are_listed_by_their_decision_with_who_decided,
    each_list_without_rows_says_why,
    what_is_late_is_marked_and_found,
    a_list_over_htmx_is_a_fragment,
);

async fn what_waits_is_listed_oldest_first_and_masked(app: TestApp) {
    applicant(&app, "Ada Lovelace").await;
    app.clock.advance(TimeDelta::minutes(5));
    submit(&app, "Emmy Noether", &[png("front.png"), png("back.png")]).await;
    let page = app.reviewer().await.get("/verifications").await;
    assert_eq!(page.texts("td.as-title .line"), ["A. L.", "E. N."]);
    assert_eq!(page.texts("td.as-title .note"), ["a•••@demo.test", "e•••@demo.test"]);
    assert_eq!(page.texts("td.number"), ["1", "2"]);
    assert_eq!(page.texts(".tabs [aria-current]"), ["Waiting 2"]);
    for hidden in ["Lovelace", "adalovelace", "C01X00T47"] {
        assert!(!page.body().contains(hidden), "{hidden}");
    }
}

async fn a_claim_shows_the_person_to_its_holder_only_and_tells_the_others_who_it_is(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (grace, mut holder) = reviewer_with(&app, &ada).await;
    let mine = holder.get("/verifications?state=mine").await;
    assert_eq!(mine.text("td.as-title"), "Ada Lovelace adalovelace@demo.test");
    assert!(mine.texts("td").contains(&"You".to_owned()));
    let theirs = app.reviewer().await.get("/verifications?state=claimed").await;
    assert_eq!(theirs.text("td.as-title"), "A. L. a•••@demo.test");
    assert!(theirs.texts("td").contains(&grace.name), "{theirs:?}");
    assert!(!app.reviewer().await.get("/verifications").await.has("tbody tr"));
}

async fn an_organization_may_show_names_from_the_start(app: TestApp) {
    applicant(&app, "Ada Lovelace").await;
    set_organization(&app, "mask_until_claimed = false").await;
    let page = app.reviewer().await.get("/verifications").await;
    assert_eq!(page.text("td.as-title"), "Ada Lovelace adalovelace@demo.test");
}

async fn typed_operators_narrow_the_list(app: TestApp) {
    for name in ["Ada Lovelace", "Emmy Noether"] {
        applicant(&app, name).await;
    }
    let mut reviewer = app.reviewer().await;
    for (typed, found) in [
        ("lovelace", 1),
        ("ADA love", 1),
        ("email:emmy", 1),
        ("name:\"emmy n\"", 1),
        ("number:c01x", 2),
        ("kind:passport country:de", 2),
        ("kind:student_card", 0),
        ("state:approved", 0),
        ("state:waiting", 2),
        ("before:2026-03-02", 0),
        ("after:2026-03-02", 2),
        ("overdue:yes", 0),
        ("overdue:no", 2),
        ("100%", 0),
    ] {
        let typed: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let page = reviewer.get(&format!("/verifications?q={typed}")).await;
        assert_eq!(page.texts("tbody tr").len(), found, "{typed}: {page:?}");
    }
    let page = reviewer.get("/verifications?q=kind%3Apassport+ada").await;
    assert_eq!(page.texts(".chips .chip bdi"), ["kind:passport", "ada"]);
    assert_eq!(page.attribute(".chips .chip", "href"), "/verifications?q=ada");
    assert!(!page.has(".tabs .count"), "the figures of all cases beside some of them");
}

async fn a_name_in_any_alphabet_is_found_however_it_is_typed(app: TestApp) {
    for name in ["Élodie Durand", "Özil Demir", "Софья Ковалевская"] {
        applicant(&app, name).await;
    }
    let mut reviewer = app.reviewer().await;
    for typed in ["Élodie", "élodie", "name:ÉLODIE", "Özil", "özil", "Софья", "софья", "name:КОВАЛЕВ"]
    {
        let address: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let page = reviewer.get(&format!("/verifications?q={address}")).await;
        assert_eq!(page.texts("tbody tr").len(), 1, "{typed}: {page:?}");
    }
}

async fn what_was_not_understood_is_told_beside_the_list(app: TestApp) {
    applicant(&app, "Ada Lovelace").await;
    let page = app.reviewer().await.get("/verifications?q=colour:red+ada").await;
    page.assert_status(200);
    assert!(page.text(".callout").contains("“colour:” is not known here; use name:"));
    assert_eq!(page.texts("tbody tr").len(), 1);
}

async fn a_pasted_id_leads_to_its_case(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let page = app.reviewer().await.get(&format!("/verifications?q={}", ada.case)).await;
    assert_eq!(page.assert_status(200).path, ada.page());
}

async fn nothing_is_repeated_or_lost_while_cases_come_in(app: TestApp) {
    for number in 0..60 {
        applicant(&app, &format!("Early {number}")).await;
        if number % 3 == 0 {
            // Several come in the same moment.
            app.clock.advance(TimeDelta::seconds(1));
        }
    }
    let mut reviewer = app.reviewer().await;
    for (list, latecomer) in [("/verifications", "Late One"), ("/verifications?state=all", "Late Two")] {
        let first = reviewer.get(list).await;
        app.clock.advance(TimeDelta::seconds(1));
        applicant(&app, latecomer).await;
        let second = reviewer.get(&first.attribute("#page-next", "href")).await;
        let links = |page: &crate::harness::Page| {
            let html = page.html();
            let selector = scraper::Selector::parse("td.as-title a").unwrap();
            html.select(&selector).map(|link| link.attr("href").unwrap().to_owned()).collect::<Vec<_>>()
        };
        let mut all = links(&first);
        assert_eq!(all.len(), 50);
        all.extend(links(&second));
        let seen = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), seen, "a case is on both pages of {list}");
        assert_eq!(seen, 61, "{list}");
        let back = reviewer.get(&second.attribute("#page-previous", "href")).await;
        assert_eq!(links(&back), links(&first));
    }
}

async fn an_expired_claim_is_listed_as_waiting(app: TestApp) {
    applicant(&app, "Ada Lovelace").await;
    app.clock.advance(TimeDelta::minutes(1));
    let emmy = applicant(&app, "Emmy Noether").await;
    app.clock.advance(TimeDelta::minutes(1));
    applicant(&app, "Sofya Kovalevskaya").await;
    let (_, mut holder) = reviewer_with(&app, &emmy).await;
    assert_eq!(holder.get("/verifications").await.texts("td.as-title .line"), ["A. L.", "S. K."]);
    app.clock.advance(TimeDelta::minutes(15));
    let page = holder.get("/verifications").await;
    assert_eq!(page.texts("td.as-title .line"), ["A. L.", "E. N.", "S. K."]);
    assert_eq!(page.texts("td .badge"), ["Waiting", "Waiting", "Waiting"]);
    assert_eq!(page.texts(".tabs [aria-current]"), ["Waiting 3"]);
    assert!(!holder.get("/verifications?state=claimed").await.has("tbody tr"));
}

async fn decided_cases_are_listed_by_their_decision_with_who_decided(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    app.clock.advance(TimeDelta::minutes(1));
    let emmy = applicant(&app, "Emmy Noether").await;
    // The later one is decided first.
    for someone in [&emmy, &ada] {
        let (_, mut reviewer) = reviewer_with(&app, someone).await;
        reviewer.submit("#decision-form", &[("decision", "approve")]).await.assert_status(200);
        app.clock.advance(TimeDelta::minutes(1));
    }
    let page = app.reviewer().await.get("/verifications?state=approved").await;
    assert_eq!(page.texts("td.as-title .line"), ["Ada Lovelace", "Emmy Noether"]);
    assert!(page.texts("td").contains(&"Reviewer 2".to_owned()), "{page:?}");
    assert_eq!(page.texts("td time"), ["1 min ago", "2 min ago"]);
}

async fn each_list_without_rows_says_why(app: TestApp) {
    let mut reviewer = app.reviewer().await;
    for (list, title) in [
        ("", "Nothing waits"),
        ("?state=mine", "You hold no case"),
        ("?state=all", "No cases yet"),
        ("?state=rejected", "Nothing rejected yet"),
        ("?q=nobody", "Nothing matches"),
        ("?state=unheard-of", "Nothing waits"),
    ] {
        let page = reviewer.get(&format!("/verifications{list}")).await;
        assert_eq!(page.assert_status(200).text(".empty .title"), title, "{list}");
    }
    let page = reviewer.get("/verifications?q=nobody").await;
    assert_eq!(page.attribute(".empty a", "href"), "/verifications");
}

async fn what_is_late_is_marked_and_found(app: TestApp) {
    applicant(&app, "Ada Lovelace").await;
    app.clock.advance(TimeDelta::hours(23));
    applicant(&app, "Emmy Noether").await;
    app.clock.advance(TimeDelta::hours(1));
    let mut reviewer = app.reviewer().await;
    let page = reviewer.get("/verifications").await;
    assert_eq!(page.texts("td .badge.bad"), ["Overdue"]);
    let page = reviewer.get("/verifications?q=overdue:yes").await;
    assert_eq!(page.texts("td.as-title .line"), ["A. L."]);
}

async fn a_list_over_htmx_is_a_fragment(app: TestApp) {
    applicant(&app, "Ada Lovelace").await;
    let reviewer = app.signed_in(Role::Admin).await;
    let page = reviewer.hx_get("/verifications?q=ada").await;
    assert_eq!(page.assert_status(200).header("vary"), Some("HX-Request"));
    assert!(page.body().starts_with("<nav class=\"tabs\""), "{}", page.body());
}
