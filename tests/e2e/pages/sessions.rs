//! Sessions, families, a person's security, and revocations.

use chrono::TimeDelta;
use diesel::prelude::*;
use fantoccini::Locator;
use frontdesk::access::{Act, Role, SessionId};
use frontdesk::db::schema::{sessions, users};
use frontdesk::paths;
use frontdesk::revocations::{Reason, Scope, Selection, actions, terminal};
use frontdesk::sessions::filter::Filter;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ARABIC_NAME, LONG_NAME, look, look_at};
use crate::e2e::driver::Tab;
use crate::harness::{Engine, Person, TestApp};
use crate::revocations::support::{Program, filled, sessions_of};

async fn rename(app: &TestApp, person: &Person, name: &'static str) {
    let user = person.id.clone();
    app.db
        .write(move |c| diesel::update(users::table.find(user)).set(users::name.eq(name)).execute(c))
        .await
        .unwrap();
}

/// An administrator in a tab.
async fn administrator(app: &TestApp) -> Tab {
    let person = app.add_person(Role::Admin, &app.organization().await).await;
    let tab = Tab::open(app).await;
    tab.visit(paths::ACCOUNT).await;
    tab.sign_in(&person).await;
    tab
}

async fn refreshed(app: &TestApp, program: &Program, times: usize) {
    let mut token = program.refresh.clone();
    let browser = app.anonymous();
    for _ in 0..times {
        app.clock.advance(TimeDelta::minutes(14));
        let body = json!({ "refresh_token": token });
        let request = browser.request(Method::POST, "/api/v1/auth/refresh").json(&body);
        let answer: Value = browser.send(request).await.json();
        answer["refresh_token"].as_str().unwrap().clone_into(&mut token);
    }
}

#[tokio::test]
async fn sessions_look_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let organization = app.organization().await;
    let (long, arabic) = (
        app.add_person(Role::Member, &organization).await,
        app.add_person(Role::Support, &organization).await,
    );
    rename(&app, &long, LONG_NAME).await;
    rename(&app, &arabic, ARABIC_NAME).await;
    let mut stranger = app.anonymous();
    for _ in 0..5 {
        stranger.get(paths::LOGIN).await;
        stranger.submit("#login-form", &[("email", &arabic.email), ("password", "wrong")]).await;
    }
    app.clock.advance(TimeDelta::minutes(16));
    let program = Program::of(&app, &long).await;
    refreshed(&app, &program, 15).await;
    let copied = app.add_person(Role::Member, &organization).await;
    let thief = Program::of(&app, &copied).await;
    refreshed(&app, &thief, 1).await;
    app.clock.advance(TimeDelta::minutes(1));
    thief.refresh().await.assert_status(401);
    let reused: SessionId = sessions_of(&app, &copied).await[0].clone();
    drop((app.browser_of(&long).await, app.browser_of(&arabic).await));
    filled(&app, 30, 2).await;
    app.db
        .write(|c| {
            let some = sessions::table.filter(sessions::ip.eq("10.0.0.1"));
            diesel::update(some).set(sessions::country.eq(Some("NZ"))).execute(c)
        })
        .await
        .unwrap();
    let act = Act::by_command(app.clock.now());
    let lost = Reason::parse("A laptop was reported as lost, and nobody knows who has it now.").unwrap();
    let ended = sessions_of(&app, &arabic).await[0].clone();
    actions::revoke_session(&app, &act, &organization, &ended, lost.clone()).await.unwrap();
    let tab = administrator(&app).await;
    look_at(&tab, paths::SESSIONS, "sessions").await;
    tab.find("tbody input").await.click().await.unwrap();
    look(&tab, "sessions-picked").await;
    look_at(&tab, &format!("{}?state=ended", paths::SESSIONS), "sessions-ended").await;
    look_at(&tab, &format!("{}?q=kind:api+Wolfe+colour:red", paths::SESSIONS), "sessions-search").await;
    look_at(&tab, &format!("{}?q=nobody", paths::SESSIONS), "sessions-nothing").await;
    let family: SessionId = sessions_of(&app, &long).await[0].clone();
    look_at(&tab, &paths::family(&family), "family").await;
    look_at(&tab, &paths::family(&reused), "family-reused").await;
    look_at(&tab, &paths::user_security(&long.id), "security").await;
    look_at(&tab, &paths::user_security(&arabic.id), "security-locked").await;
    look_at(&tab, &paths::end_one("family", &family), "end-family").await;

    look_at(&tab, &format!("{}?q=ip:10.0.0.0/8", paths::NEW_REVOCATION), "revocation-ask").await;
    tab.find("#revoke").await.click().await.unwrap();
    tab.find(".error-summary").await;
    look(&tab, "revocation-errors").await;
    look_at(&tab, paths::NEW_REVOCATION, "revocation-ask-all").await;
    look_at(&tab, paths::PEOPLE_REVOCATION, "revocation-list").await;
    let field = tab.find("#list").await;
    field.send_keys("m1@many.test\nm2@many.test # the second\nbabbage\n").await.unwrap();
    tab.find("#count-list").await.click().await.unwrap();
    tab.find("#revoke").await;
    look(&tab, "revocation-list-ask").await;
    let selection = Selection::new(Scope::Filter, Filter::default());
    let begun = terminal::open(&app, &organization, &selection, &lost).await.unwrap().run;
    look_at(&tab, &paths::revocation(&begun.id), "revocation-running").await;
    // The page is drawn anew while the run goes on: the button may have been replaced since it was found.
    let press = async || match tab.client.find(Locator::Css("#cancel")).await {
        Ok(button) => button.click().await.is_ok(),
        Err(_) => false,
    };
    tab.until("the way to cancel", press).await;
    tab.see("Cancelled after").await;
    look(&tab, "revocation-cancelled").await;
    look_at(&tab, paths::REVOCATIONS, "revocations").await;
}
