//! Taking somebody's factors away.

use frontdesk::access::{Act, Role};
use frontdesk::accounts::mfa::reset::{self, Refused};
use frontdesk::live::{Ended, Event};
use frontdesk::mail::EmailAddress;
use frontdesk::paths;

use super::support::{signed_in_with, with_app};
use crate::harness::{TestApp, both_engines};

both_engines!(
    an_administrator_resets_a_user_who_is_out_everywhere_then,
    a_reset_needs_a_reason_and_somebody_else,
    an_administrator_resets_no_operator,
    a_user_of_another_organization_is_not_there,
    somebody_at_the_terminal_resets_by_address,
);

async fn an_administrator_resets_a_user_who_is_out_everywhere_then(app: TestApp) {
    let user = app.add_person(Role::Support, &app.organization().await).await;
    let (phone, _) = with_app(&app, &user).await;
    let mut theirs = signed_in_with(&app, &user, &phone).await;
    let mut heard = app.hub.listen();
    let mut admin = app.admin().await;
    let page = admin.get(&paths::user_mfa(&user.id)).await;
    assert!(page.body().contains("10 of 10 left"), "{page:?}");
    let page = admin.submit("#reset-mfa", &[("reason", "Lost the phone")]).await;
    assert!(page.body().contains("was reset"), "{page:?}");
    assert!(!page.has("#reset-mfa"));
    let Event::SessionsEnded { user: whose, sessions, .. } = heard.try_recv().unwrap();
    assert_eq!((whose, sessions), (user.id.clone(), Ended::All));
    assert!(theirs.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    assert_eq!(app.count("totp_secrets").await + app.count("recovery_codes").await, 0);
    app.browser_of(&user).await;
    let letters = app.mail_to(&user.email).await;
    let mut texts = letters.iter().map(|letter| &letter.text);
    let text = texts.find(|text| text.contains("removed by an administrator")).unwrap();
    assert!(!text.contains("IP address"), "{text}");
}

async fn a_reset_needs_a_reason_and_somebody_else(app: TestApp) {
    let organization = app.organization().await;
    let user = app.add_person(Role::Member, &organization).await;
    with_app(&app, &user).await;
    let admin = app.add_person(Role::Admin, &organization).await;
    let (phone, _) = with_app(&app, &admin).await;
    let mut browser = signed_in_with(&app, &admin, &phone).await;
    browser.get(&paths::user_mfa(&user.id)).await;
    let page = browser.submit("#reset-mfa", &[("reason", "  ")]).await;
    assert!(page.assert_status(422).body().contains("Say why"), "{page:?}");
    browser.get(&paths::user_mfa(&admin.id)).await;
    let page = browser.submit("#reset-mfa", &[("reason", "For fun")]).await;
    assert!(page.assert_status(422).body().contains("your own second factor"), "{page:?}");
    assert_eq!(app.count("totp_secrets").await, 2);
}

async fn an_administrator_resets_no_operator(app: TestApp) {
    let operator = app.add_person(Role::Operator, &app.organization().await).await;
    with_app(&app, &operator).await;
    let mut admin = app.admin().await;
    admin.get(&paths::user_mfa(&operator.id)).await;
    let page = admin.submit("#reset-mfa", &[("reason", "Please")]).await;
    assert!(page.assert_status(422).body().contains("Only an operator"), "{page:?}");
}

async fn a_user_of_another_organization_is_not_there(app: TestApp) {
    let other = app.add_organization("elsewhere").await;
    let user = app.add_person(Role::Member, &other).await;
    with_app(&app, &user).await;
    let mut admin = app.admin().await;
    admin.get(&paths::user_mfa(&user.id)).await.assert_status(404);
    let csrf = admin.get(paths::ACCOUNT).await.attribute("meta[name=csrf-token]", "content");
    let request = admin.request(reqwest::Method::POST, &paths::user_mfa_reset(&user.id));
    let page = admin.send(request.form(&[("csrf", csrf.as_str()), ("reason", "x")])).await;
    page.assert_status(404);
    assert_eq!(app.count("totp_secrets").await, 1);
}

async fn somebody_at_the_terminal_resets_by_address(app: TestApp) {
    let user = app.add_person(Role::Operator, &app.organization().await).await;
    with_app(&app, &user).await;
    let act = Act::by_command(app.clock.now());
    let email = EmailAddress::parse(&user.email).unwrap();
    reset::at_terminal(&app, &act, &email).await.unwrap().unwrap();
    app.browser_of(&user).await;
    let again = reset::at_terminal(&app, &act, &email).await.unwrap();
    assert_eq!(again.unwrap_err(), Refused::NothingThere);
}
