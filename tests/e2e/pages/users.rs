//! Users in the console: the list, a person, the forms of what can be done.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;
use frontdesk::users::Deed;

use super::{ARABIC_NAME, LONG_NAME, look, look_at};
use crate::e2e::driver::{Scripts, Tab};
use crate::harness::{Engine, Person, TestApp};
use crate::users::support::{REASON, done, set, somebody};
use crate::verifications::support::{applicant, submit};

async fn administrator(app: &TestApp, scripts: Scripts) -> Tab {
    let person = somebody(app, Role::Admin).await;
    let tab = Tab::with(app, scripts).await;
    tab.visit(paths::ACCOUNT).await;
    tab.sign_in(&person).await;
    tab
}

#[tokio::test]
async fn the_list_of_users_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    for number in 1..=52 {
        applicant(&app, &format!("Applicant {number}")).await;
        app.clock.advance(TimeDelta::minutes(7));
    }
    let long = submit(&app, LONG_NAME, &[]).await;
    set(&app, &long.id, "status = 'suspended', role = 'reviewer', last_login_at = created_at").await;
    let arabic = submit(&app, ARABIC_NAME, &[]).await;
    set(&app, &arabic.id, "status = 'active', locked_until = '2027-01-01 00:00:00'").await;
    let banned = submit(&app, "Sofya Kovalevskaya", &[]).await;
    set(&app, &banned.id, "status = 'banned', mfa_since = created_at").await;
    let tab = administrator(&app, Scripts::On).await;
    look_at(&tab, paths::USERS, "users").await;
    look_at(&tab, &format!("{}?status=rejected", paths::USERS), "users-empty").await;
    let search = format!("{}?q=role:reviewer+mfa:perhaps+ada", paths::USERS);
    look_at(&tab, &search, "users-search").await;
    look_at(&tab, &format!("{}?q=nobody", paths::USERS), "users-nothing").await;
    tab.visit(paths::USERS).await;
    tab.find(".role-filter summary").await.click().await.unwrap();
    tab.find("#role-support").await;
    look(&tab, "users-roles").await;
}

#[tokio::test]
async fn a_person_looks_right_in_every_state() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let ada = submit(&app, LONG_NAME, &[]).await;
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let facts = format!(
        "status = 'active', role = 'analyst', password_hash = 'x', last_login_at = created_at,
         last_login_ip = '2001:db8:85a3::8a2e:370:7334', last_login_agent = '{agent}'"
    );
    set(&app, &ada.id, &facts).await;
    let person = Person {
        id: ada.id.clone(),
        organization: ada.organization.clone(),
        name: LONG_NAME.to_owned(),
        email: ada.email.clone(),
        password: "",
    };
    app.clock.advance(TimeDelta::hours(30));
    let mut colleague = app.admin().await;
    let role = [("role", "reviewer"), ("reason", "Joins the team that reviews.")];
    done(&mut colleague, &person, Deed::ChangeRole, &role).await;
    done(&mut colleague, &person, Deed::ResetPassword, &[("reason", "The laptop was stolen.")]).await;
    let tab = administrator(&app, Scripts::On).await;
    look_at(&tab, &paths::user(&ada.id), "user").await;
    tab.find("#do-suspend").await.click().await.unwrap();
    tab.find("#suspend-dialog[open]").await;
    look(&tab, "user-suspend-dialog").await;
    for deed in [Deed::Suspend, Deed::ChangeRole, Deed::Ban, Deed::Erase] {
        look_at(&tab, &paths::user_deed(&ada.id, deed), &format!("user-{deed}")).await;
    }
    tab.visit(&paths::user_deed(&ada.id, Deed::Ban)).await;
    tab.find("#ban-submit").await.click().await.unwrap();
    tab.find(".error-summary").await;
    look(&tab, "user-ban-errors").await;

    tab.visit(&paths::user_deed(&ada.id, Deed::Suspend)).await;
    done(&mut colleague, &person, Deed::ChangeRole, &[("role", "support"), ("reason", REASON)]).await;
    tab.fill("Reason", "Words that took an hour.").await;
    tab.find("#suspend-submit").await.click().await.unwrap();
    tab.see("It was not done").await;
    look(&tab, "user-conflict").await;

    let reason = format!("{REASON}.\nTwo neighbours say the same, and the meter was read by somebody else.");
    done(&mut colleague, &person, Deed::Suspend, &[("reason", &reason)]).await;
    set(&app, &ada.id, "locked_until = '2026-03-05 09:15:00'").await;
    done(&mut colleague, &person, Deed::Erase, &[("confirm", &person.email)]).await;
    look_at(&tab, &paths::user(&ada.id), "user-suspended").await;
    app.send_mail().await;
    app.clock.advance(TimeDelta::days(14));
    app.run_jobs().await;
    let tab = administrator(&app, Scripts::On).await;
    look_at(&tab, &paths::user(&ada.id), "user-erased").await;
    let arabic = submit(&app, ARABIC_NAME, &[]).await;
    look_at(&tab, &paths::user(&arabic.id), "user-arabic").await;
}

async fn suspending(scripts: Scripts) {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let bob = somebody(&app, Role::Member).await;
    let tab = administrator(&app, scripts).await;
    tab.visit(paths::USERS).await;
    tab.follow(&bob.name).await;
    tab.arrive(&paths::user(&bob.id)).await;
    tab.find("#do-suspend").await.click().await.unwrap();
    match scripts {
        Scripts::On => drop(tab.find("#suspend-dialog[open]").await),
        Scripts::Off => tab.arrive(&paths::user_deed(&bob.id, Deed::Suspend)).await,
    }
    tab.find("#suspend-reason").await.send_keys(REASON).await.unwrap();
    tab.find("#suspend-submit").await.click().await.unwrap();
    tab.see(&format!("Suspended {}.", bob.name)).await;
    tab.arrive(&paths::user(&bob.id)).await;
    tab.see_in("#history", REASON).await;
    tab.find("#do-reinstate").await;
}

#[tokio::test]
async fn a_person_is_suspended_in_a_dialog() {
    suspending(Scripts::On).await;
}

#[tokio::test]
async fn a_person_is_suspended_without_scripts() {
    suspending(Scripts::Off).await;
}
