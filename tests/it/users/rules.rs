//! Who may do what to whom, through the doors.

use frontdesk::access::Role;
use frontdesk::accounts::Status;
use frontdesk::paths;
use frontdesk::users::Deed;
use reqwest::Method;

use super::support::{REASON, act, actions, done, set, somebody, user};
use crate::harness::{Browser, Page, Person, TestApp, both_engines};

both_engines!(
    nobody_acts_on_themselves,
    operators_are_left_to_operators,
    the_last_administrator_stays,
    whoever_was_unmade_meanwhile_does_nothing_more,
);

/// Sends a deed without looking at its page first.
async fn send(browser: &mut Browser, person: &Person, deed: Deed, role: &str) -> Page {
    let csrf = browser.get(paths::ACCOUNT).await.attribute("meta[name=csrf-token]", "content");
    let state = "active.admin.password.kept";
    let fields = [
        ("csrf", csrf.as_str()),
        ("reason", REASON),
        ("confirm", &person.email),
        ("role", role),
        ("state", state),
    ];
    let request = browser.request(Method::POST, &paths::user_deed(&person.id, deed));
    browser.send(request.form(&fields)).await
}

async fn nobody_acts_on_themselves(app: TestApp) {
    let person = somebody(&app, Role::Admin).await;
    somebody(&app, Role::Admin).await;
    let mut admin = app.browser_of(&person).await;
    for deed in Deed::ALL.iter().filter(|deed| !matches!(deed, Deed::Erase | Deed::KeepAccount)) {
        let page = send(&mut admin, &person, *deed, "operator").await;
        assert!(page.assert_status(403).body().contains("This is your own account"), "{deed}: {page:?}");
    }
    assert!(actions(&app, &person).await.is_empty());
}

async fn operators_are_left_to_operators(app: TestApp) {
    let operator = somebody(&app, Role::Operator).await;
    let member = somebody(&app, Role::Member).await;
    let mut admin = app.admin().await;
    for deed in Deed::ALL {
        let page = send(&mut admin, &operator, *deed, "member").await;
        assert!(page.assert_status(403).body().contains("Only an operator"), "{deed}: {page:?}");
    }
    let page = admin.get(&paths::user_deed(&member.id, Deed::ChangeRole)).await;
    assert!(!page.has("[name=role][value=operator]"), "{page:?}");
    send(&mut admin, &member, Deed::ChangeRole, "operator").await.assert_status(403);
    assert_eq!(user(&app, &member).await.role, Role::Member);
    let mut one = app.browser_of(&operator).await;
    done(&mut one, &member, Deed::ChangeRole, &[("role", "operator"), ("reason", REASON)]).await;
    assert_eq!(user(&app, &member).await.role, Role::Operator);
}

async fn the_last_administrator_stays(app: TestApp) {
    let last = somebody(&app, Role::Admin).await;
    let elsewhere = app.add_organization("elsewhere").await;
    app.add_person(Role::Admin, &elsewhere).await;
    // Somebody who manages users, but is about to go.
    let leaver = somebody(&app, Role::Operator).await;
    set(&app, &leaver.id, "erase_at = '2026-03-20 00:00:00'").await;
    let mut leaving = app.browser_of(&leaver).await;
    let words = [("reason", REASON), ("confirm", last.email.as_str()), ("role", "member")];
    for deed in [Deed::Suspend, Deed::Ban, Deed::ChangeRole, Deed::Erase] {
        let named: Vec<(&str, &str)> = words
            .iter()
            .copied()
            .filter(|(name, _)| match *name {
                "confirm" => deed.is_confirmed_by_address(),
                "role" => deed == Deed::ChangeRole,
                _ => true,
            })
            .collect();
        let page = act(&mut leaving, &last, deed, &named).await;
        assert!(page.assert_status(409).text(".callout").contains("last administrator"), "{deed}: {page:?}");
    }
    assert!(actions(&app, &last).await.is_empty());
    done(&mut leaving, &last, Deed::ChangeRole, &[("role", "operator"), ("reason", REASON)]).await;
}

async fn whoever_was_unmade_meanwhile_does_nothing_more(app: TestApp) {
    // The role is read again under the lock: a request that was let in before counts for nothing then. Here the
    // session still says so, as it would for a request under way.
    let member = somebody(&app, Role::Member).await;
    let person = somebody(&app, Role::Admin).await;
    let actor = {
        let mut browser = app.browser_of(&person).await;
        browser.get(paths::ACCOUNT).await;
        frontdesk::access::Actor {
            user: person.id.clone(),
            organization: person.organization.clone(),
            organization_name: String::new(),
            session: frontdesk::access::SessionId::new(&app.random, app.clock.now()),
            role: Role::Admin,
            name: person.name.clone(),
            email: person.email.clone(),
            means: frontdesk::access::Means::Cookie,
            key: None,
            must_change_password: false,
            must_enrol: false,
            factor_at: None,
        }
    };
    for assignment in ["role = 'support'", "role = 'admin', status = 'suspended'"] {
        set(&app, &person.id, assignment).await;
        let act = frontdesk::access::Act::by_system(app.clock.now());
        let order = frontdesk::users::Order::new(Deed::Suspend).because(Some(REASON));
        let done = frontdesk::users::actions::carry_out(&app, &act, &actor, &member.id, order).await.unwrap();
        assert_eq!(done.unwrap_err(), frontdesk::users::Refusal::NotPermitted, "{assignment}");
    }
    assert_eq!(user(&app, &member).await.status, Status::Active);
}
