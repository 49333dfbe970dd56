//! What the tests of invites share.

use diesel::prelude::*;
use frontdesk::access::{OrganizationId, Role};
use frontdesk::accounts::invites::{Invite, store};
use frontdesk::accounts::{User, store as users};
use frontdesk::db::schema::{audit_entries, invites};
use frontdesk::paths;
use frontdesk::web::pager::Place;

use crate::harness::{Browser, Page, TestApp, Upload};

pub const EMAIL: &str = "ada@demo.test";
pub const NAME: &str = "Ada Lovelace";
/// Keeps the rules of every role.
pub const PASSWORD: &str = "Analytical-Engine-1843";

/// Sends the form for one invite.
pub async fn send_form(browser: &mut Browser, email: &str, role: Role) -> Page {
    browser.get(paths::INVITE_NEW).await.assert_status(200);
    browser.submit("#invite-form", &[("email", email), ("role", role.as_str())]).await
}

/// Invites somebody, and answers the path of the link that they got.
pub async fn invited(app: &TestApp, browser: &mut Browser, email: &str, role: Role) -> String {
    let page = send_form(browser, email, role).await;
    assert_eq!(page.path, paths::INVITES, "{page:?}");
    newest_link(app, email).await
}

/// The path of the link in the newest mail to an address.
pub async fn newest_link(app: &TestApp, email: &str) -> String {
    app.mail_to(email).await.pop().unwrap().link("/invite/")
}

/// Opens a link and sends the form behind it.
pub async fn accept(browser: &mut Browser, link: &str, name: &str, password: &str) -> Page {
    browser.get(link).await.assert_status(200);
    browser.submit("#accept-form", &[("name", name), ("password", password)]).await
}

pub async fn user(app: &TestApp, email: &'static str) -> Option<User> {
    app.read(move |c| users::by_email_key(c, email)).await
}

/// Every invite of an organization, newest first.
pub async fn all(app: &TestApp, organization: &OrganizationId) -> Vec<Invite> {
    let (organization, now) = (organization.clone(), app.clock.now());
    let page = app
        .read(move |c| {
            store::page(c, &organization, &store::Filter::default(), (&Place::default(), 200), now)
        })
        .await;
    page.items.into_iter().map(|row| row.invite).collect()
}

/// The id of the one invite there is.
pub async fn only_id(app: &TestApp) -> String {
    let ids: Vec<String> = app.read(|c| invites::table.select(invites::id).load(c)).await;
    assert_eq!(ids.len(), 1, "{ids:?}");
    ids.into_iter().next().unwrap()
}

/// What the audit log holds of one kind of thing: action, actor's name, what came of it.
pub async fn audited(app: &TestApp, target: &'static str) -> Vec<(String, String, Option<String>)> {
    app.read(move |c| {
        audit_entries::table
            .filter(audit_entries::target_kind.eq(target))
            .order(audit_entries::id)
            .select((audit_entries::action, audit_entries::actor_name, audit_entries::after))
            .load(c)
    })
    .await
}

/// Sends a CSV file; answers the page of its preview, or the form with what is wrong.
pub async fn upload(browser: &mut Browser, csv: &[u8]) -> Page {
    browser.get(paths::INVITE_FILE).await.assert_status(200);
    let file = Upload { field: "file", name: "people.csv", content_type: "text/csv", bytes: csv.to_vec() };
    browser.upload("#file-form", &[], &[file]).await
}
