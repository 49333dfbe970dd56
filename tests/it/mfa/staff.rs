//! Staff of an organization that asks for a second factor.

use frontdesk::access::Role;
use frontdesk::accounts::store::{self, Password};
use frontdesk::paths;

use super::support::{Authenticator, set_up_app};
use crate::harness::{TestApp, both_engines};

both_engines!(
    staff_set_up_a_second_factor_before_the_console_opens,
    staff_cannot_remove_their_last_factor,
    a_temporary_password_is_changed_first_and_then_a_factor_is_set_up,
    members_are_not_made_to,
);

async fn staff_set_up_a_second_factor_before_the_console_opens(app: TestApp) {
    app.require_staff_mfa().await;
    let person = app.add_person(Role::Admin, &app.organization().await).await;
    let mut browser = app.anonymous();
    browser.get(paths::AUDIT).await;
    let fields = [("email", person.email.as_str()), ("password", person.password)];
    let page = browser.submit("#login-form", &fields).await;
    assert_eq!(page.path, paths::MFA, "{page:?}");
    assert!(page.body().contains("Set up a second factor to open the console"), "{page:?}");
    assert!(page.body().contains("Staff of"), "{page:?}");
    for path in [paths::VERIFICATIONS, paths::EMAILS, paths::HEALTH_PAGE] {
        assert_eq!(browser.get(path).await.path, paths::MFA);
    }
    let page = browser.submit("#set-up-app", &[]).await;
    let phone = Authenticator::scan(&page);
    let page = browser.submit("#code-form", &[("code", &phone.code(&app, 0))]).await;
    let start = page.attribute("main a.button.primary", "href");
    assert_eq!(start, paths::VERIFICATIONS);
    assert_eq!(browser.get(&start).await.path, paths::VERIFICATIONS);
    assert!(!browser.get(paths::MFA).await.body().contains("to open the console"));
}

async fn staff_cannot_remove_their_last_factor(app: TestApp) {
    app.require_staff_mfa().await;
    let mut browser = app.signed_in(Role::Support).await;
    set_up_app(&app, &mut browser).await;
    browser.get(paths::MFA).await;
    let page = browser.submit("#remove-app", &[]).await;
    assert!(page.body().contains("Staff need a second factor"), "{page:?}");
    assert!(page.has("#remove-app"));
    assert_eq!(browser.get(paths::EMAILS).await.path, paths::EMAILS);
}

async fn a_temporary_password_is_changed_first_and_then_a_factor_is_set_up(app: TestApp) {
    app.require_staff_mfa().await;
    let person = app.add_person(Role::Reviewer, &app.organization().await).await;
    let hash = app.hasher.hash_here(&person.password.into()).unwrap();
    let (id, now) = (person.id.clone(), app.clock.now());
    let temporary = Password::Temporary(hash, now.plus(chrono::TimeDelta::hours(1)));
    app.db.write(move |c| store::set_password(c, &id, &temporary, now)).await.unwrap();
    let mut browser = app.anonymous();
    browser.get(paths::LOGIN).await;
    let fields = [("email", person.email.as_str()), ("password", person.password)];
    assert_eq!(browser.submit("#login-form", &fields).await.path, paths::PASSWORD);
    assert_eq!(browser.get(paths::MFA).await.path, paths::PASSWORD);
    let page = browser.submit("#password-form", &[("new", "Analytical-Engine-1837")]).await;
    assert_eq!(page.path, paths::MFA, "{page:?}");
}

async fn members_are_not_made_to(app: TestApp) {
    app.require_staff_mfa().await;
    let mut browser = app.signed_in(Role::Member).await;
    let page = browser.get(paths::ACCOUNT).await;
    assert_eq!(page.path, paths::ACCOUNT);
    assert!(!browser.get(paths::MFA).await.body().contains("to open the console"));
}
