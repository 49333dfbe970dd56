//! People in every state, and what became of them.

use diesel::prelude::*;
use frontdesk::access::{Role, UserId};
use frontdesk::audit::{self, Entry, Target};
use frontdesk::live::Event;
use frontdesk::notifications::{self, Notification};
use frontdesk::paths;
use frontdesk::users::{Deed, Person as User, store};
use tokio::sync::broadcast::Receiver;

use crate::harness::{Browser, Page, Person, TestApp};

/// Why, in tests.
pub const REASON: &str = "Reported by the landlord";

/// Somebody new of the first organization.
pub async fn somebody(app: &TestApp, role: Role) -> Person {
    let organization = app.organization().await;
    app.add_person(role, &organization).await
}

/// Changes a row of users: `"status = 'pending'"`.
pub async fn set(app: &TestApp, id: &UserId, assignment: &str) {
    let query = format!("UPDATE users SET {assignment} WHERE id = '{id}'");
    app.db.write(move |c| diesel::sql_query(query).execute(c)).await.unwrap();
}

/// The row as it is kept.
pub async fn user(app: &TestApp, person: &Person) -> User {
    let (organization, id) = (person.organization.clone(), person.id.clone());
    app.read(move |c| store::person(c, &organization, &id)).await.unwrap()
}

/// Sends the form of a deed from its own page.
pub async fn act(browser: &mut Browser, person: &Person, deed: Deed, fields: &[(&str, &str)]) -> Page {
    browser.get(&paths::user_deed(&person.id, deed)).await.assert_status(200);
    browser.submit(&format!("#{deed}-form"), fields).await
}

/// The same, which must go well.
pub async fn done(browser: &mut Browser, person: &Person, deed: Deed, fields: &[(&str, &str)]) -> Page {
    let page = act(browser, person, deed, fields).await;
    assert_eq!(page.assert_status(200).path, paths::user(&person.id), "{page:?}");
    page
}

/// What was recorded about a person but for sign-ins, oldest first.
pub async fn entries(app: &TestApp, person: &Person) -> Vec<Entry> {
    let (organization, id) = (person.organization.clone(), person.id.to_string());
    let all = app.read(move |c| audit::for_target(c, &organization, Target("user", &id))).await;
    all.into_iter().filter(|entry| entry.action != "session.started").collect()
}

pub async fn actions(app: &TestApp, person: &Person) -> Vec<String> {
    entries(app, person).await.into_iter().map(|entry| entry.action).collect()
}

pub async fn notifications_of(app: &TestApp, person: &Person) -> Vec<Notification> {
    let id = person.id.clone();
    app.read(move |c| notifications::store::latest(c, &id, 50)).await
}

/// Is this browser still signed in?
pub async fn is_in(browser: &mut Browser) -> bool {
    browser.get(paths::ACCOUNT).await.path == paths::ACCOUNT
}

/// What the hub has said about this person.
pub fn heard(hub: &mut Receiver<Event>, person: &Person) -> usize {
    let mut heard = 0;
    while let Ok(Event::SessionsEnded { user, .. }) = hub.try_recv() {
        heard += usize::from(user == person.id);
    }
    heard
}
