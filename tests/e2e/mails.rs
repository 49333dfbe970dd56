//! The email log in a real browser: frames that run nothing, and the message that was kept.

use frontdesk::access::Role;
use frontdesk::app::App;
use frontdesk::mail::letters::Credentials;
use frontdesk::mail::{self, DisplayName, EmailAddress, EmailId, Letter, NewEmail, Party, worker};
use frontdesk::paths;

use super::driver::{Scripts, Tab};
use super::pages::look_at;
use crate::harness::{TestApp, both_engines};

both_engines!(a_mail_can_be_read_and_its_captured_link_followed, the_email_log_looks_right,);

const LONG_NAME: &str = "Augusta Ada Maria Wilhelmina Clementine King, Countess of Lovelace";

async fn enqueue(app: &TestApp, name: &str, address: &str, letter: Letter) -> EmailId {
    let recipient =
        Party { name: DisplayName::parse(name).ok(), address: EmailAddress::parse(address).unwrap() };
    let mail = NewEmail::new(&app.organization().await, recipient, &letter);
    let (desk, now): (App, _) = (App::clone(app), app.clock.now());
    app.db.write(move |c| mail::enqueue(c, &desk, now, mail)).await.unwrap()
}

fn approved(app: &TestApp) -> Letter {
    let expires_at = app.clock.now().plus(chrono::TimeDelta::hours(72));
    let credentials = Credentials::TemporaryPassword { password: "mK7!vQ2xTr9#Lp".to_owned(), expires_at };
    Letter::Approved { sign_in_url: app.url.join(paths::ACCOUNT).unwrap().to_string(), credentials }
}

/// Somebody who may read every mail, signed in, in a tab that shows the email log.
async fn reader(app: &TestApp, scripts: Scripts) -> Tab {
    let person = app.add_person(Role::Admin, &app.organization().await).await;
    let tab = Tab::with(app, scripts).await;
    tab.visit(paths::LOGIN).await;
    tab.fill("Email", &person.email).await;
    tab.fill("Password", person.password).await;
    tab.press("Sign in").await;
    tab.arrive(paths::VERIFICATIONS).await;
    tab.visit(paths::EMAILS).await;
    tab
}

async fn a_mail_can_be_read_and_its_captured_link_followed(app: TestApp) {
    let id = enqueue(&app, "Ada Lovelace", "ada@demo.test", approved(&app)).await;
    while worker::run_once(&app).await.unwrap() > 0 {}
    let tab = reader(&app, Scripts::Off).await;
    tab.visit(paths::EMAILS).await;
    tab.follow("Your registration with Analytical Society is approved").await;
    tab.arrive(&paths::email(&id)).await;
    tab.find("iframe").await.enter_frame().await.unwrap();
    tab.see("••••").await;
    tab.client.clone().enter_parent_frame().await.unwrap();
    tab.follow("Open captured message").await;
    tab.find("iframe").await.enter_frame().await.unwrap();
    tab.see("mK7!vQ2xTr9#Lp").await;
    tab.find("a.button").await.click().await.unwrap();
    tab.until("the window of the link", async || tab.client.windows().await.unwrap().len() == 2).await;
    let here = tab.client.window().await.unwrap();
    let windows = tab.client.windows().await.unwrap();
    let opened = windows.into_iter().find(|window| *window != here).unwrap();
    tab.client.switch_to_window(opened).await.unwrap();
    tab.arrive(paths::ACCOUNT).await;
}

async fn the_email_log_looks_right(app: TestApp) {
    let link = app.url.join("/case/link/token").unwrap().to_string();
    let reason = "The photo of your passport is too dark to read.\nTake it by day.".to_owned();
    let id = enqueue(&app, LONG_NAME, "augusta.ada.king@a-rather-long-domain-name.demo.test", approved(&app))
        .await;
    while worker::run_once(&app).await.unwrap() > 0 {}
    let rejected = Letter::Rejected { reason, case_link: Some(link) };
    let waiting = enqueue(&app, "محمد بن موسى الخوارزمي", "muhammad@demo.test", rejected).await;
    let tab = reader(&app, Scripts::On).await;
    let text = format!("{}?part=text", paths::email_captured(&id));
    let pages = [
        ("emails", paths::EMAILS.to_owned()),
        ("emails-none", format!("{}?q=nobody&status=sent", paths::EMAILS)),
        ("email", paths::email(&id)),
        ("email-waiting", format!("{}?part=text", paths::email(&waiting))),
        ("email-captured", paths::email_captured(&id)),
        ("email-captured-text", text),
    ];
    for (name, path) in &pages {
        look_at(&tab, path, name).await;
    }
}
