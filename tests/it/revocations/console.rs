//! The console's pages: looking sessions up, ending some or all that match, watching it, and the result.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;

use super::bulk::until_over;
use super::support::{Program, filled, open, sessions_of, sql};
use crate::harness::{TestApp, both_engines};

both_engines!(
    the_list_shows_who_is_signed_in_and_finds_them,
    what_was_ended_or_has_expired_is_on_its_own_tab,
    the_list_goes_on_page_by_page,
    picked_sessions_end_after_a_reason_and_the_typed_count,
    all_that_match_end_with_progress_and_a_result,
    a_search_that_was_not_understood_ends_nothing,
    one_session_ends_with_a_reason_from_the_persons_page,
    a_family_is_drawn_with_its_chain_and_ended,
    a_family_shows_from_where_and_with_what_its_tokens_were_used,
    the_tokens_of_a_long_chain_keep_their_numbers,
    whoever_may_only_look_is_offered_no_act,
    ending_many_leads_to_a_fresh_factor_first,
);

async fn the_list_shows_who_is_signed_in_and_finds_them(app: TestApp) {
    let ada = app.add_person(Role::Member, &app.organization().await).await;
    let program = Program::of(&app, &ada).await;
    drop(app.browser_of(&ada).await);
    let mut admin = app.admin().await;
    let page = admin.get(paths::SESSIONS).await;
    assert_eq!(page.text("h1"), "Sessions");
    assert_eq!(page.texts("tbody .as-title .line"), ["Administrator 2", "Member 1", "Member 1"]);
    assert!(page.body().contains("This session is yours"));
    assert!(!page.texts("th").contains(&"Country".to_owned()), "no country is known");
    for (search, found) in [
        ("member", 2),
        ("user:member1@demo.test", 2),
        ("kind:api", 1),
        ("device:firefox", 3),
        ("ip:127.0.0.1", 3),
        ("ip:127.0.0.0/8", 3),
        ("ip:10.0.0.0/8", 0),
        ("role:admin", 1),
        ("before:2026-03-02", 0),
        ("after:2026-03-02", 3),
        ("unseen:2026-03-02", 0),
        ("country:de", 0),
        ("member kind:browser", 1),
    ] {
        let page = admin.get(&format!("{}?q={}", paths::SESSIONS, search.replace(' ', "+"))).await;
        assert_eq!(page.texts("tbody tr").len(), found, "{search}");
    }
    let family = sessions_of(&app, &ada).await[0].clone();
    let page = admin.get(&format!("{}?q=family:{family}", paths::SESSIONS)).await;
    assert_eq!(page.texts("tbody tr").len(), 1);
    let page = admin.get(&format!("{}?q=colour:red", paths::SESSIONS)).await;
    assert!(page.text(".callout").contains("“colour:” is not known here"));
    drop(program);
}

async fn what_was_ended_or_has_expired_is_on_its_own_tab(app: TestApp) {
    let ada = app.add_person(Role::Member, &app.organization().await).await;
    let mut gone = app.browser_of(&ada).await;
    gone.get(paths::ACCOUNT).await;
    gone.submit("#sign-out", &[]).await;
    drop(app.browser_of(&ada).await);
    app.clock.advance(TimeDelta::hours(13));
    let mut admin = app.admin().await;
    for (tab, states) in [
        ("open", vec!["Open"]),
        ("ended", vec!["Ended"]),
        ("expired", vec!["Expired"]),
        ("all", vec!["Open", "Expired", "Ended"]),
    ] {
        let page = admin.get(&format!("{}?state={tab}", paths::SESSIONS)).await;
        let mut shown = page.texts("tbody .badge");
        let mut states: Vec<String> = states.into_iter().map(ToOwned::to_owned).collect();
        shown.sort();
        states.sort();
        assert_eq!(shown, states, "{tab}: unused for 12 hours is over");
    }
}

async fn the_list_goes_on_page_by_page(app: TestApp) {
    filled(&app, 60, 2).await;
    let mut admin = app.admin().await;
    let mut seen = Vec::new();
    let mut page = admin.get(paths::SESSIONS).await;
    loop {
        seen.extend(page.texts("tbody tr").iter().map(|_| ()));
        if !page.has("a#page-older") {
            break;
        }
        let next = page.attribute("a#page-older", "href");
        page = admin.get(&next).await;
    }
    assert_eq!(seen.len(), 122);
    let newer = page.attribute("a#page-newer", "href");
    assert_eq!(admin.get(&newer).await.texts("tbody tr").len(), 50);
}

async fn picked_sessions_end_after_a_reason_and_the_typed_count(app: TestApp) {
    filled(&app, 2, 2).await;
    let mut admin = app.admin().await;
    let page = admin.get(&format!("{}?q=user:many.test", paths::SESSIONS)).await;
    let picked = page.attribute("tbody tr:nth-child(1) input", "value");
    let page = admin.submit("#bulk", &[]).await;
    assert_eq!(page.path, paths::SESSIONS, "nothing was picked");
    admin.get(&format!("{}?q=user:many.test", paths::SESSIONS)).await;
    let page = admin.submit("#bulk", &[("ids", &picked)]).await;
    assert_eq!((page.text("h1").as_str(), page.text("#matched").as_str()), ("End 1 session", "1"));
    let page = admin.submit("#revoke-form", &[("reason", ""), ("count", "7")]).await;
    page.assert_status(422);
    assert!(page.text(".error-summary").contains("Write why"));
    assert!(page.text(".error-summary").contains("Type 1 to confirm."));
    assert_eq!(open(&app).await, 6);
    let page = admin.submit("#revoke-form", &[("reason", "A stolen phone."), ("count", "1")]).await;
    assert_eq!(page.text("h1"), "1 session ended");
    assert!(page.body().contains("A stolen phone."));
    assert_eq!(open(&app).await, 5);
}

async fn all_that_match_end_with_progress_and_a_result(app: TestApp) {
    filled(&app, 201, 3).await;
    let mut admin = app.admin().await;
    let page = admin.get(&format!("{}?q=user:many.test", paths::SESSIONS)).await;
    let page = admin.get(&page.attribute("#end-matching", "href")).await;
    assert_eq!(page.text("#matched"), "603");
    let page = admin.submit("#revoke-form", &[("reason", "=1+1"), ("count", "603")]).await;
    page.assert_status(200);
    let id = page.path.rsplit('/').next().unwrap().to_owned();
    until_over(&app, &id).await;
    let page = admin.get(&page.path.clone()).await;
    assert_eq!(page.text("h1"), "603 sessions ended");
    assert!(!page.has("#cancel") && !page.has("#refresh"));
    let csv = admin.get(&page.attribute("#result", "href")).await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let body = csv.body();
    assert_eq!(body.lines().count(), 604, "a row for each session under the heading");
    assert!(body.starts_with("user,session,kind,device,ip,"));
    let page = admin.get(paths::REVOCATIONS).await;
    assert_eq!(page.texts("tbody tr").len(), 1);
    assert!(page.text("tbody tr").contains("603"));
}

async fn a_search_that_was_not_understood_ends_nothing(app: TestApp) {
    let mut admin = app.admin().await;
    let page = admin.get(&format!("{}?q=kind:phone", paths::NEW_REVOCATION)).await;
    page.assert_status(400);
}

async fn one_session_ends_with_a_reason_from_the_persons_page(app: TestApp) {
    let ada = app.add_person(Role::Member, &app.organization().await).await;
    let mut browser = app.browser_of(&ada).await;
    let mut admin = app.admin().await;
    let security = paths::user_security(&ada.id);
    let page = admin.get(&security).await;
    assert_eq!(page.text("h1"), format!("Security of {}", ada.name));
    let id = sessions_of(&app, &ada).await[0].clone();
    let link = page.attribute(&format!("#end-session-{id}"), "href");
    let page = admin.get(&link).await;
    assert_eq!(page.text("h1"), format!("End a session of {}", ada.name));
    admin.submit("#revoke-form", &[("reason", " ")]).await.assert_status(422);
    let page = admin.submit("#revoke-form", &[("reason", "A stolen phone.")]).await;
    assert_eq!(page.text("h1"), "1 session ended");
    assert!(browser.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    let page = admin.get(&security).await;
    assert!(page.text("#revocations").contains("A stolen phone."));
    assert!(page.text("#sessions").contains("A stolen phone."));
    assert!(!page.has("#end-user"), "nothing is left to end");
    drop(app.browser_of(&ada).await);
    let page = admin.get(&security).await;
    let page = admin.get(&page.attribute("#end-user", "href")).await;
    assert_eq!(page.text("h1"), format!("End all sessions of {}", ada.name));
    admin.submit("#revoke-form", &[("reason", "Left the company.")]).await.assert_status(200);
    assert_eq!(open(&app).await, 1);
}

async fn a_family_is_drawn_with_its_chain_and_ended(app: TestApp) {
    let ada = app.add_person(Role::Member, &app.organization().await).await;
    let program = Program::of(&app, &ada).await;
    program.refresh().await.assert_status(200);
    let mut admin = app.admin().await;
    let id = sessions_of(&app, &ada).await[0].clone();
    let page = admin.get(&paths::family(&id)).await;
    assert_eq!(page.text("h1"), format!("Token family of {}", ada.name));
    assert_eq!(page.texts(".chain .said"), ["Exchanged", "Live"]);
    assert_eq!(
        page.texts("tbody .badge"),
        ["Live", "Exchanged"],
        "the table says the same, the latest first"
    );
    admin.get(&page.attribute("#end-family", "href")).await;
    let page = admin.submit("#revoke-form", &[("reason", "The key was published.")]).await;
    assert_eq!(page.text("h1"), "1 session ended");
    let page = admin.get(&paths::family(&id)).await;
    assert_eq!(page.texts(".chain .said"), ["Exchanged", "Ended"]);
    assert!(!page.has("#end-family"));
    program.refresh().await.assert_status(401);
    drop(app.browser_of(&ada).await);
    let browser = sessions_of(&app, &ada).await[1].clone();
    admin.get(&paths::family(&browser)).await.assert_status(404);
}

async fn a_family_shows_from_where_and_with_what_its_tokens_were_used(app: TestApp) {
    let ada = app.add_person(Role::Member, &app.organization().await).await;
    let program = Program::of(&app, &ada).await;
    program.refresh().await.assert_status(200);
    // The answer was lost: the same client asks again.
    app.clock.advance(TimeDelta::seconds(5));
    program.refresh().await.assert_status(200);
    let mut admin = app.admin().await;
    let family = sessions_of(&app, &ada).await[0].clone();
    let page = admin.get(&paths::family(&family)).await;
    assert_eq!(page.texts("tbody .badge"), ["Live", "Given out again"]);
    let first = page.texts("tbody tr").pop().unwrap();
    for part in ["Token 1", "127.0.0.1", "Mozilla/5.0 (X11; Linux", "Token 2"] {
        assert!(first.contains(part), "{part}: {first}");
    }
    assert_eq!(first.matches("127.0.0.1").count(), 2, "issued and exchanged from there: {first}");
    assert!(!page.has(".callout"));
    // Later it comes again from somebody who has a copy.
    app.clock.advance(TimeDelta::seconds(11));
    program.refresh().await.assert_status(401);
    let page = admin.get(&paths::family(&family)).await;
    assert_eq!(page.texts("tbody .badge"), ["Ended", "Used again"]);
    let alarm = page.text(".callout");
    for part in
        ["A token was used a second time", "Token 1 came again", "from 127.0.0.1", "Mozilla/5.0 (X11; Linux"]
    {
        assert!(alarm.contains(part), "{part}: {alarm}");
    }
}

async fn the_tokens_of_a_long_chain_keep_their_numbers(app: TestApp) {
    let ada = app.add_person(Role::Member, &app.organization().await).await;
    drop(Program::of(&app, &ada).await);
    let family = sessions_of(&app, &ada).await[0].clone();
    sql(
        &app,
        format!(
            "INSERT INTO refresh_tokens (id, session_id, hash, created_at, expires_at, spent_at) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 229) \
             SELECT '00000000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), session_id, CAST(i AS TEXT), \
             '2026-03-01 00:00:00', expires_at, '2026-03-01 00:00:00' FROM n, refresh_tokens WHERE session_id = '{family}'"
        ),
    )
    .await;
    let mut admin = app.admin().await;
    let page = admin.get(&paths::family(&family)).await;
    let rows = page.texts("tbody tr");
    assert_eq!(rows.len(), 200);
    assert!(rows[0].contains("Token 230") && rows[199].contains("Token 31 "), "{rows:?}");
    assert_eq!(page.text(".chain .earlier .meta"), "218 earlier");
    assert_eq!(page.texts(".chain .dot").last().map(String::as_str), Some("230"));
    assert!(page.text(".callout").contains("The chain has 230 tokens."), "{page:?}");
    let page = admin.get(&paths::user_security(&ada.id)).await;
    assert!(page.text("#families tbody tr").contains("230"), "{page:?}");
}

async fn whoever_may_only_look_is_offered_no_act(app: TestApp) {
    let ada = filled(&app, 2, 1).await;
    let mut support = app.signed_in(Role::Support).await;
    let page = support.get(paths::SESSIONS).await;
    page.assert_status(200);
    assert!(!page.has("#bulk") && !page.has("#end-matching") && !page.has("tbody input"));
    let page = support.get(&paths::user_security(&ada.id)).await;
    page.assert_status(200);
    assert!(!page.has("#end-user"));
    support.get(&paths::end_one("user", &ada.id)).await.assert_status(403);
    support.get(paths::NEW_REVOCATION).await.assert_status(403);
}

async fn ending_many_leads_to_a_fresh_factor_first(app: TestApp) {
    filled(&app, 2, 1).await;
    let mut admin = app.admin().await;
    app.clock.advance(TimeDelta::minutes(11));
    let page = admin.get(&format!("{}?q=many", paths::NEW_REVOCATION)).await;
    assert!(page.path.starts_with(paths::CONFIRM), "{}", page.path);
    assert_eq!(open(&app).await, 4);
}
