//! Locks: five wrong passwords close an account for a quarter of an hour, and nobody else's.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::{Act, Role};
use frontdesk::accounts::devices::Presented;
use frontdesk::accounts::locks::{self, Cleared, Reason, Settled};
use frontdesk::accounts::store;
use frontdesk::clock::Timestamp;
use frontdesk::db::schema::{account_locks, notifications, sign_in_failures, users};
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Browser, Engine, Page, Person, TestApp, both_engines};
use crate::registration::support::audited;

both_engines!(
    five_wrong_passwords_lock_and_then_the_right_one_is_refused_in_the_same_words,
    an_unknown_address_a_wrong_password_and_a_lock_get_the_same_bytes,
    a_lock_ends_by_itself_after_fifteen_minutes,
    failures_are_counted_within_fifteen_minutes,
    a_sign_in_begins_the_count_anew,
    another_account_is_not_touched,
    the_link_of_the_mail_unlocks_once_and_only_by_its_button,
    whoever_may_lifts_a_lock,
    a_new_password_lifts_a_lock,
    a_known_browser_gets_in_while_strangers_are_locked_out,
    failures_from_a_known_browser_lock_it_as_well,
    one_network_that_fails_too_often_waits_and_no_other,
    a_network_gets_no_more_guesses_by_sending_them_at_once,
    two_hundred_failures_at_once_lock_once_and_send_one_mail,
    a_guess_that_was_under_way_when_the_lock_came_is_refused,
    the_right_password_of_a_closed_account_is_no_failure,
    failures_are_counted_by_reason,
    old_failures_and_locks_are_swept_away,
    beyond_the_queue_signing_in_is_answered_503_with_a_time_to_wait,
);

async fn member(app: &TestApp) -> Person {
    app.add_person(Role::Member, &app.organization().await).await
}

async fn try_in(browser: &mut Browser, email: &str, password: &str) -> Page {
    browser.get(paths::LOGIN).await;
    browser.submit("#login-form", &[("email", email), ("password", password)]).await
}

async fn try_as_stranger(app: &TestApp, email: &str, password: &str) -> Page {
    try_in(&mut app.anonymous(), email, password).await
}

async fn call(app: &TestApp, email: &str, password: &str) -> Page {
    let client = app.anonymous();
    let body = json!({ "email": email, "password": password });
    client.send(client.request(Method::POST, "/api/v1/auth/login").json(&body)).await
}

async fn fail(app: &TestApp, email: &str, times: usize) {
    for _ in 0..times {
        call(app, email, "wrong").await.assert_status(401);
    }
}

async fn locked(app: &TestApp, person: &Person) -> bool {
    let (id, now) = (person.id.clone(), app.clock.now());
    let until: Option<Timestamp> =
        app.read(move |c| users::table.find(id).select(users::locked_until).first(c)).await;
    until.is_some_and(|until| until > now)
}

async fn five_wrong_passwords_lock_and_then_the_right_one_is_refused_in_the_same_words(app: TestApp) {
    let person = member(&app).await;
    let mut wrong = None;
    for _ in 0..5 {
        assert!(!locked(&app, &person).await);
        wrong = Some(try_as_stranger(&app, &person.email, "wrong").await);
    }
    assert!(locked(&app, &person).await);
    let right = try_as_stranger(&app, &person.email, person.password).await;
    let wrong = wrong.unwrap();
    assert_eq!((right.status, right.text("main")), (wrong.status, wrong.text("main")));
    call(&app, &person.email, person.password).await.assert_status(401);
    locks::tell_all(&app).await.unwrap();
    let mail = app.only_mail_to(&person.email).await;
    assert!(mail.text.contains("After 5 failed attempts"), "{}", mail.text);
    assert!(mail.text.contains("09:15"), "{}", mail.text);
    assert!(mail.link("/unlock/").starts_with("/unlock/"));
    let kinds: Vec<String> = app.read(|c| notifications::table.select(notifications::kind).load(c)).await;
    assert_eq!(kinds, ["account_lockout"]);
    let done = audited(&app, &person.id).await;
    assert_eq!(done, [("user.locked".to_owned(), "visitor".to_owned())]);
}

async fn an_unknown_address_a_wrong_password_and_a_lock_get_the_same_bytes(app: TestApp) {
    let person = member(&app).await;
    let bytes = |page: Page| {
        let mut body: Value = page.assert_status(401).json();
        body["request_id"].take();
        (body, page.header("content-length").map(str::len))
    };
    let wrong = bytes(call(&app, &person.email, "wrong").await);
    let unknown = bytes(call(&app, "nobody@demo.test", "wrong").await);
    let none = bytes(call(&app, "no address", "wrong").await);
    fail(&app, &person.email, 4).await;
    let locked = bytes(call(&app, &person.email, person.password).await);
    assert_eq!([&unknown, &none, &locked], [&wrong, &wrong, &wrong]);

    // The page, but for the address that was typed and the token of the form.
    let page = async |email: &str, password: &str| {
        let mut browser = app.anonymous();
        let page = try_in(&mut browser, email, password).await;
        page.assert_status(422).body().replace(email, "ADDRESS").replace(&browser.csrf(), "TOKEN")
    };
    let other = member(&app).await;
    let wrong = page(&other.email, "wrong").await;
    assert_eq!(page("nobody@demo.test", "wrong").await, wrong);
    assert_eq!(page(&person.email, person.password).await, wrong);
}

async fn a_lock_ends_by_itself_after_fifteen_minutes(app: TestApp) {
    let person = member(&app).await;
    fail(&app, &person.email, 5).await;
    app.clock.advance(TimeDelta::minutes(14) + TimeDelta::seconds(59));
    call(&app, &person.email, person.password).await.assert_status(401);
    app.clock.advance(TimeDelta::seconds(1));
    call(&app, &person.email, person.password).await.assert_status(200);
}

async fn failures_are_counted_within_fifteen_minutes(app: TestApp) {
    let person = member(&app).await;
    fail(&app, &person.email, 4).await;
    app.clock.advance(TimeDelta::minutes(15));
    fail(&app, &person.email, 4).await;
    assert!(!locked(&app, &person).await);
    fail(&app, &person.email, 1).await;
    assert!(locked(&app, &person).await);
}

async fn a_sign_in_begins_the_count_anew(app: TestApp) {
    let person = member(&app).await;
    for _ in 0..3 {
        fail(&app, &person.email, 4).await;
        call(&app, &person.email, person.password).await.assert_status(200);
    }
    assert!(!locked(&app, &person).await);
}

async fn another_account_is_not_touched(app: TestApp) {
    let (person, other) = (member(&app).await, member(&app).await);
    fail(&app, &person.email, 5).await;
    call(&app, &other.email, other.password).await.assert_status(200);
    assert!(!locked(&app, &other).await);
}

async fn the_link_of_the_mail_unlocks_once_and_only_by_its_button(app: TestApp) {
    let person = member(&app).await;
    fail(&app, &person.email, 5).await;
    locks::tell_all(&app).await.unwrap();
    let link = app.only_mail_to(&person.email).await.link("/unlock/");
    for _ in 0..5 {
        assert_eq!(app.anonymous().get(&link).await.path, paths::UNLOCK, "the token leaves the address");
    }
    assert!(locked(&app, &person).await, "looking at the link does nothing");
    let mut browser = app.anonymous();
    browser.get(&link).await;
    let page = browser.submit("#unlock-form", &[]).await;
    assert_eq!(page.path, paths::LOGIN);
    assert!(page.body().contains("Your account is unlocked"), "{page:?}");
    call(&app, &person.email, person.password).await.assert_status(200);
    let again = app.anonymous().get(&link).await;
    assert!(again.body().contains("used already"), "{again:?}");
    let how: Vec<Option<String>> =
        app.read(|c| account_locks::table.select(account_locks::cleared_how).load(c)).await;
    assert_eq!(how, [Some("link".to_owned())]);
    assert!(audited(&app, &person.id).await.contains(&("user.unlocked".to_owned(), "user".to_owned())));
}

async fn whoever_may_lifts_a_lock(app: TestApp) {
    let person = member(&app).await;
    let admin = app.add_person(Role::Admin, &app.organization().await).await;
    fail(&app, &person.email, 5).await;
    locks::tell_all(&app).await.unwrap();
    let link = app.only_mail_to(&person.email).await.link("/unlock/");
    let act = Act::by_system(app.clock.now()).known_as(&admin.id, &admin.name);
    let (inner, id) = (app.another_process(7), person.id.clone());
    let lifted = app
        .db
        .write(move |c| {
            let user = store::by_id(c, &id)?.unwrap();
            locks::clear(c, &inner, &act, &user, Cleared::Administrator)
        })
        .await
        .unwrap();
    assert!(lifted);
    call(&app, &person.email, person.password).await.assert_status(200);
    let by: Vec<Option<String>> =
        app.read(|c| account_locks::table.select(account_locks::cleared_by).load(c)).await;
    assert_eq!(by, [Some(admin.id.to_string())]);
    let late = app.anonymous().get(&link).await;
    assert!(late.body().contains("no longer valid"), "{late:?}");
}

async fn a_new_password_lifts_a_lock(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    fail(&app, &person.email, 5).await;
    browser.get(paths::PASSWORD).await;
    let new = "Analytical-Engine-1837";
    browser.submit("#password-form", &[("current", person.password), ("new", new)]).await.assert_status(200);
    assert!(!locked(&app, &person).await);
    call(&app, &person.email, new).await.assert_status(200);
}

async fn a_known_browser_gets_in_while_strangers_are_locked_out(app: TestApp) {
    let person = member(&app).await;
    let mut known = app.browser_of(&person).await;
    known.get(paths::ACCOUNT).await;
    known.submit("#sign-out", &[]).await;
    fail(&app, &person.email, 5).await;
    try_as_stranger(&app, &person.email, person.password).await.assert_status(422);
    let page = try_in(&mut known, &person.email, person.password).await;
    assert_eq!(page.path, paths::ACCOUNT, "{page:?}");
    assert!(locked(&app, &person).await, "strangers stay out");
}

async fn failures_from_a_known_browser_lock_it_as_well(app: TestApp) {
    let person = member(&app).await;
    let mut known = app.browser_of(&person).await;
    known.get(paths::ACCOUNT).await;
    known.submit("#sign-out", &[]).await;
    for _ in 0..5 {
        try_in(&mut known, &person.email, "wrong").await.assert_status(422);
    }
    try_in(&mut known, &person.email, person.password).await.assert_status(422);
    try_as_stranger(&app, &person.email, person.password).await.assert_status(422);
    app.clock.advance(TimeDelta::minutes(15));
    assert_eq!(try_in(&mut known, &person.email, person.password).await.path, paths::ACCOUNT);
}

async fn one_network_that_fails_too_often_waits_and_no_other(engine: Engine) {
    let settings = [("SIGN_IN_FAILURES_PER_IP", "6"), ("TRUSTED_PROXIES", "127.0.0.0/8")];
    let app = TestApp::start(engine, &settings).await;
    let person = member(&app).await;
    let from = async |ip: &str, email: &str, password: &str| {
        let client = app.anonymous();
        let body = json!({ "email": email, "password": password });
        let request = client.request(Method::POST, "/api/v1/auth/login").json(&body);
        client.send(request.header("x-forwarded-for", ip)).await
    };
    for number in 0..6 {
        let email = format!("guess{number}@demo.test");
        from(&format!("2001:db8::{number}"), &email, "wrong").await.assert_status(401);
        app.clock.advance(TimeDelta::minutes(1));
    }
    let refused = from("2001:db8::ffff", &person.email, person.password).await;
    assert_eq!(refused.assert_status(429).header("retry-after"), Some("540"));
    from("2001:db8:0:1::1", &person.email, person.password).await.assert_status(200);
    from("192.0.2.1", &person.email, person.password).await.assert_status(200);
    app.clock.advance(TimeDelta::minutes(9));
    from("2001:db8::ffff", &person.email, person.password).await.assert_status(200);
}

async fn a_network_gets_no_more_guesses_by_sending_them_at_once(engine: Engine) {
    let settings = [("SIGN_IN_FAILURES_PER_IP", "6"), ("HASHING_QUEUE", "1000")];
    let app = TestApp::start(engine, &settings).await;
    let guesses = (0..60).map(|number| format!("guess{number}@demo.test"));
    let all = guesses.map(async |email| call(&app, &email, "wrong").await.status);
    let all = futures_util::future::join_all(all).await;
    let of = |status: u16| all.iter().filter(|one| **one == status).count();
    assert_eq!((of(401), of(429)), (6, 54), "{all:?}");
    assert_eq!(app.count("sign_in_failures").await, 6);
}

async fn two_hundred_failures_at_once_lock_once_and_send_one_mail(engine: Engine) {
    let settings = [("SIGN_IN_FAILURES_PER_IP", "1000"), ("HASHING_QUEUE", "1000")];
    let app = TestApp::start(engine, &settings).await;
    let person = member(&app).await;
    let all = futures_util::future::join_all((0..200).map(|_| call(&app, &person.email, "wrong"))).await;
    assert!(all.iter().all(|page| page.status == 401));
    locks::tell_all(&app).await.unwrap();
    app.only_mail_to(&person.email).await;
    assert_eq!(app.count("account_locks").await, 1);
    assert_eq!(app.count("notifications").await, 1);
    let counted: i64 = app
        .read(|c| {
            let counted = sign_in_failures::table.filter(sign_in_failures::reason.eq("credentials"));
            counted.count().get_result(c)
        })
        .await;
    assert_eq!((counted, app.count("sign_in_failures").await), (5, 200));
}

async fn a_guess_that_was_under_way_when_the_lock_came_is_refused(app: TestApp) {
    let person = member(&app).await;
    let (inner, act, email) = (app.another_process(7), Act::by_system(app.clock.now()), person.email.clone());
    let (inner_, act_) = (inner.clone(), act.clone());
    let seen = app.read(move |c| locks::seen(c, &inner_, &act_, &email, &Presented::Program)).await;
    assert!(seen.user.is_some());
    fail(&app, &person.email, 5).await;
    let settled = app.db.write(move |c| locks::settle(c, &inner, &act, &seen, true)).await.unwrap();
    assert!(matches!(settled, Settled::Refused { reason: Reason::Locked, lock: None }), "{settled:?}");
}

async fn the_right_password_of_a_closed_account_is_no_failure(app: TestApp) {
    let person = member(&app).await;
    let (id, now) = (person.id.clone(), app.clock.now());
    let suspended = frontdesk::accounts::Status::Suspended;
    app.db.write(move |c| store::set_status(c, &id, suspended, now)).await.unwrap();
    for _ in 0..6 {
        call(&app, &person.email, person.password).await.assert_status(403);
    }
    assert_eq!(app.count("sign_in_failures").await, 0);
    assert!(!locked(&app, &person).await);
}

async fn failures_are_counted_by_reason(app: TestApp) {
    let person = member(&app).await;
    fail(&app, &person.email, 5).await;
    call(&app, &person.email, person.password).await.assert_status(401);
    fail(&app, "nobody@demo.test", 1).await;
    let text = app.metrics.text().unwrap();
    for line in [
        "auth_login_attempts_total 7",
        "auth_login_failures_total{reason=\"credentials\"} 6",
        "auth_login_failures_total{reason=\"locked\"} 1",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

async fn old_failures_and_locks_are_swept_away(app: TestApp) {
    let person = member(&app).await;
    fail(&app, &person.email, 6).await;
    app.clock.advance(TimeDelta::days(31));
    fail(&app, &person.email, 1).await;
    app.run_jobs().await;
    assert_eq!((app.count("sign_in_failures").await, app.count("account_locks").await), (1, 0));
}

async fn beyond_the_queue_signing_in_is_answered_503_with_a_time_to_wait(engine: Engine) {
    let app = TestApp::start(engine, &[("HASHING_QUEUE", "1"), ("HASHING_PARALLEL", "1")]).await;
    let person = member(&app).await;
    let all =
        futures_util::future::join_all((0..20).map(|_| call(&app, &person.email, person.password))).await;
    let refused: Vec<&Page> = all.iter().filter(|page| page.status == 503).collect();
    assert!(!refused.is_empty() && refused.len() < 20, "{} of 20", refused.len());
    assert!(refused.iter().all(|page| page.header("retry-after").is_some()));
    assert!(all.iter().all(|page| matches!(page.status.as_u16(), 200 | 503)));
}
