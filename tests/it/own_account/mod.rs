//! One's own account: details, devices, notifications, wishes about mail, own data.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::mail::letters::SessionLetter;
use frontdesk::mail::{self, EmailAddress, EmailStatus, Letter, NewEmail, Party, TemplateKind};
use frontdesk::notifications::{self, Kind, New, Severity};
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Person, TestApp, both_engines};

both_engines!(
    details_are_changed_recorded_and_refused_with_what_was_typed,
    every_device_is_listed_and_one_of_them_is_ended,
    all_other_devices_are_ended_at_once,
    a_session_of_somebody_else_is_not_there,
    notifications_are_listed_opened_and_marked_as_read,
    a_notification_of_somebody_else_is_not_there,
    a_mail_that_was_switched_off_is_kept_but_not_sent,
    a_mail_that_is_needed_cannot_be_switched_off,
    warnings_and_what_lets_in_are_not_offered_for_switching_off,
    the_own_data_is_whole_and_holds_no_secret,
    the_own_data_asks_for_a_fresh_factor,
    an_account_is_erased_after_a_fortnight_unless_its_owner_stays,
);

async fn member(app: &TestApp) -> Person {
    app.add_person(Role::Member, &app.organization().await).await
}

async fn tell(app: &TestApp, person: &Person, title: &'static str, link: Option<&str>) {
    let (random, now) = (app.random.clone(), app.clock.now());
    let (person, link) = (person.clone(), link.map(ToOwned::to_owned));
    app.db
        .write(move |c| {
            let new = New {
                organization: &person.organization,
                user: &person.id,
                kind: Kind::SecurityAlert,
                severity: Severity::High,
                title,
                message: "Somebody signed in from a device that is new.",
                data: json!({}),
                link,
            };
            notifications::notify(c, &random, now, &new)
        })
        .await
        .unwrap();
}

async fn details_are_changed_recorded_and_refused_with_what_was_typed(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    browser.get(paths::ACCOUNT).await;
    let refused = browser.submit("#profile-form", &[("name", ""), ("phone", "seven")]).await;
    assert!(refused.assert_status(422).body().contains("value=\"seven\""), "{refused:?}");
    assert!(refused.body().contains("country code"), "{refused:?}");
    let page = browser.submit("#profile-form", &[("name", "Ada King"), ("phone", "+44 20 7946 0958")]).await;
    assert!(page.assert_status(200).body().contains("value=\"Ada King\""), "{page:?}");
    let mut admin = app.admin().await;
    let log = admin.get(&format!("{}?q={}", paths::AUDIT, person.id)).await;
    assert!(log.body().contains("User profile changed"), "{log:?}");
}

async fn every_device_is_listed_and_one_of_them_is_ended(app: TestApp) {
    let person = member(&app).await;
    let mut elsewhere = app.browser_of(&person).await;
    app.clock.advance(TimeDelta::minutes(5));
    let mut here = app.browser_of(&person).await;
    let page = here.get(paths::OWN_SESSIONS).await;
    assert_eq!(page.texts("#sessions > li").len(), 2, "{page:?}");
    assert!(page.text("#sessions > li:first-child").contains("This device"), "{page:?}");
    let page = here.submit("#sessions > li:last-child form", &[]).await;
    assert_eq!(page.assert_status(200).texts("#sessions > li").len(), 1, "{page:?}");
    assert!(elsewhere.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    assert_eq!(here.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
}

async fn all_other_devices_are_ended_at_once(app: TestApp) {
    let person = member(&app).await;
    let mut others = [app.browser_of(&person).await, app.browser_of(&person).await];
    let mut here = app.browser_of(&person).await;
    here.get(paths::OWN_SESSIONS).await;
    let page = here.submit("#end-others-form", &[]).await;
    assert!(page.body().contains("2 other devices were signed out."), "{page:?}");
    for other in &mut others {
        assert!(other.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    }
}

async fn a_session_of_somebody_else_is_not_there(app: TestApp) {
    let (one, other) = (member(&app).await, member(&app).await);
    let mut theirs = app.browser_of(&other).await;
    let page = {
        let mut third = app.browser_of(&other).await;
        third.get(paths::OWN_SESSIONS).await
    };
    let action = page.attribute("#sessions > li:last-child form", "action");
    let mut browser = app.browser_of(&one).await;
    browser.get(paths::ACCOUNT).await;
    let request = browser.request(Method::POST, &action).form(&[("csrf", browser.csrf())]);
    browser.send(request).await.assert_status(404);
    assert_eq!(theirs.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
}

async fn notifications_are_listed_opened_and_marked_as_read(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    let page = browser.get(paths::OWN_NOTIFICATIONS).await;
    assert!(page.body().contains("No notifications"), "{page:?}");
    for n in 0..23 {
        app.clock.advance(TimeDelta::minutes(1));
        tell(&app, &person, "A new device", (n == 22).then_some(paths::OWN_SESSIONS)).await;
    }
    let page = browser.get(paths::OWN_NOTIFICATIONS).await;
    assert_eq!(page.texts("#notifications > li").len(), 20);
    assert!(page.text("nav.tabs").contains("23"), "{page:?}");
    let page = browser.submit("#notifications > li:first-child form", &[]).await;
    assert_eq!(page.path, paths::OWN_SESSIONS, "it leads to what it is about");
    let page = browser.get(paths::OWN_NOTIFICATIONS).await;
    assert!(page.text("nav.tabs").contains("22"), "{page:?}");
    let older = page.attribute(".pager .older", "href");
    assert_eq!(browser.get(&older).await.texts("#notifications > li").len(), 3);
    let page = browser.submit("#read-all-form", &[]).await;
    assert!(!page.text("nav.tabs").contains("22"), "{page:?}");
    assert_eq!(page.texts("#notifications .badge").len(), 0);
}

async fn a_notification_of_somebody_else_is_not_there(app: TestApp) {
    let (one, other) = (member(&app).await, member(&app).await);
    tell(&app, &other, "A new device", None).await;
    let mut theirs = app.browser_of(&other).await;
    let action = theirs.get(paths::OWN_NOTIFICATIONS).await.attribute("#notifications form", "action");
    let mut browser = app.browser_of(&one).await;
    let page = browser.get(paths::OWN_NOTIFICATIONS).await;
    assert!(page.body().contains("No notifications"), "{page:?}");
    browser.get(paths::ACCOUNT).await;
    let request = browser.request(Method::POST, &action).form(&[("csrf", browser.csrf())]);
    browser.send(request).await.assert_status(404);
}

async fn write_to(app: &TestApp, person: &Person, letter: Letter) -> EmailStatus {
    let (app_, person, now) = ((**app).clone(), person.clone(), app.clock.now());
    app.db
        .write(move |c| {
            let recipient = Party { name: None, address: EmailAddress::parse(&person.email).unwrap() };
            let mail = NewEmail::new(&person.organization, recipient, &letter).for_user(&person.id);
            let id = mail::enqueue(c, &app_, now, mail)?;
            Ok::<_, frontdesk::error::AppError>(mail::store::by_id(c, &id)?.unwrap().status)
        })
        .await
        .unwrap()
}

fn ended(app: &TestApp) -> Letter {
    Letter::Session(SessionLetter::Ended {
        count: 2,
        reason: "Lost laptop".to_owned(),
        at: app.clock.now(),
        sign_in_url: "https://desk.demo.test/login".to_owned(),
    })
}

async fn a_mail_that_was_switched_off_is_kept_but_not_sent(app: TestApp) {
    let person = app.add_person(Role::Admin, &app.organization().await).await;
    let replaced =
        || Letter::samples().into_iter().find(|letter| letter.kind() == TemplateKind::ApiKeyRotation);
    assert_eq!(write_to(&app, &person, replaced().unwrap()).await, EmailStatus::Queued);
    let mut browser = app.browser_of(&person).await;
    let page = browser.get(paths::OWN_PREFERENCES).await;
    assert_eq!(page.texts("#preferences-form input[checked]").len(), 1, "{page:?}");
    let sent =
        browser.request(Method::POST, paths::OWN_PREFERENCES).form(&[("csrf", browser.csrf().as_str())]);
    browser.send(sent).await.assert_status(303);
    let page = browser.get(paths::OWN_PREFERENCES).await;
    assert_eq!(page.texts("#preferences-form input[checked]").len(), 0, "{page:?}");
    assert_eq!(write_to(&app, &person, replaced().unwrap()).await, EmailStatus::Cancelled);
}

async fn warnings_and_what_lets_in_are_not_offered_for_switching_off(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    let page = browser.get(paths::OWN_PREFERENCES).await;
    assert!(page.body().contains("nothing to switch off") && !page.has("#preferences-form"), "{page:?}");
    let sent =
        browser.request(Method::POST, paths::OWN_PREFERENCES).form(&[("csrf", browser.csrf().as_str())]);
    browser.send(sent).await.assert_status(303);
    assert_eq!(write_to(&app, &person, ended(&app)).await, EmailStatus::Queued);
}

async fn a_mail_that_is_needed_cannot_be_switched_off(app: TestApp) {
    let person = member(&app).await;
    let (id, now) = (person.id.clone(), app.clock.now());
    app.db.write(move |c| mail::preferences::set_muted(c, &id, TemplateKind::ALL, now)).await.unwrap();
    for letter in Letter::samples() {
        let expected =
            if letter.kind().may_be_muted() { EmailStatus::Cancelled } else { EmailStatus::Queued };
        assert_eq!(write_to(&app, &person, letter.clone()).await, expected, "{}", letter.kind());
    }
}

async fn the_own_data_is_whole_and_holds_no_secret(app: TestApp) {
    let person = member(&app).await;
    tell(&app, &person, "A new device", None).await;
    write_to(&app, &person, ended(&app)).await;
    let mut browser = app.browser_of(&person).await;
    browser.get(paths::ACCOUNT).await;
    browser.submit("#profile-form", &[("name", "Ada King"), ("phone", "")]).await.assert_status(200);
    browser.get(paths::ACCOUNT_EMAIL).await;
    browser.submit("#address-form", &[("email", "ada.king@demo.test")]).await.assert_status(200);
    let mut stranger = app.anonymous();
    stranger.get(paths::LOGIN).await;
    stranger
        .submit("#login-form", &[("email", &person.email), ("password", "wrong")])
        .await
        .assert_status(422);
    let page = browser.get(paths::OWN_DATA_FILE).await;
    assert_eq!(page.header("content-disposition"), Some("attachment; filename=\"your-data.json\""));
    let data: Value = page.json();
    assert_eq!(data["profile"]["email"], person.email.as_str());
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(data["notifications"][0]["title"], "A new device");
    let mails = data["mails"].as_array().unwrap();
    assert!(mails.iter().any(|mail| mail["kind"] == "session_revoked"), "{mails:?}");
    assert_eq!(data["sign_in"]["devices"][0]["device"], "Firefox on Linux");
    assert_eq!(data["sign_in"]["recovery_codes_left"], 0);
    assert_eq!(data["address_changes"][0]["to"], "ada.king@demo.test");
    assert_eq!(data["sign_in"]["failures"].as_array().unwrap().len(), 1);
    let history: Vec<&str> =
        data["history"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert!(history.contains(&"user.profile_changed"), "{history:?}");
    for secret in ["argon2", "hash", "token"] {
        assert!(!page.body().contains(secret), "{secret} in {}", page.body());
    }
}

async fn the_own_data_asks_for_a_fresh_factor(app: TestApp) {
    let person = member(&app).await;
    let browser = app.browser_of(&person).await;
    app.clock.advance(TimeDelta::minutes(11));
    let page = browser.send(browser.request(Method::GET, paths::OWN_DATA_FILE)).await;
    page.assert_status(303);
    assert_eq!(page.header("location"), Some("/account/confirm?next=%2Faccount%2Fdata.json"));
}

async fn an_account_is_erased_after_a_fortnight_unless_its_owner_stays(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    browser.get(paths::OWN_DATA).await;
    let refused = browser.submit("#erase-form", &[("confirm", "somebody@demo.test")]).await;
    assert!(refused.assert_status(422).body().contains("Type your email address"), "{refused:?}");
    let page = browser.submit("#erase-form", &[("confirm", &person.email)]).await;
    assert!(page.assert_status(200).body().contains("Your account will be erased"), "{page:?}");
    let page = browser.submit("#keep-form", &[]).await;
    assert!(page.body().contains("Your account stays."), "{page:?}");
    browser.submit("#erase-form", &[("confirm", &person.email)]).await.assert_status(200);
    app.clock.advance(TimeDelta::days(15));
    app.run_jobs().await;
    let mails = app.mail_to(&person.email).await;
    assert!(mails.iter().any(|mail| mail.text.contains("erased")), "{mails:?}");
    app.run_jobs().await;
    app.clock.advance(TimeDelta::hours(2));
    app.run_jobs().await;
    let mut again = app.anonymous();
    again.get(paths::LOGIN).await;
    let fields = [("email", person.email.as_str()), ("password", person.password)];
    again.submit("#login-form", &fields).await.assert_status(422);
}
