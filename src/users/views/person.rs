//! The page of one person: facts and acts beside cases, mails and history.

use maud::{Markup, Render, html};

use super::deed::{DeedView, Typed, verb};
use super::history;
use crate::access::{Actor, Permission};
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::paths;
use crate::sessions::device;
use crate::ui::form::actions;
use crate::ui::{
    Button, Cell, Column, Dialog, Facts, Icon, Meaning, Row, Table, badge, callout, copyable, time,
    time_absolute,
};
use crate::users::dossier::Dossier;
use crate::users::model::{self, Deed, Doer};
use crate::verifications::views as cases;

/// One person, as one member of staff sees them.
#[derive(Clone, Copy, Debug)]
pub struct PersonView<'a> {
    pub actor: &'a Actor,
    pub csrf: &'a str,
    pub now: Timestamp,
    pub dossier: &'a Dossier,
}

impl PersonView<'_> {
    #[must_use]
    pub fn title(&self) -> String {
        self.dossier.person.name.to_string()
    }

    #[must_use]
    pub fn main(&self) -> Markup {
        let acts = self.acts();
        html! {
            (self.notices())
            div .columns {
                div .column-main {
                    section .panel #cases { h2 { "Verification cases" } (self.cases()) }
                    @if self.dossier.mails.is_some() { (self.mails()) }
                    section .panel #history {
                        header { h2 { "History" } (self.audit_link()) }
                        (history::history(self.dossier, self.now))
                    }
                }
                aside .column-side {
                    section .panel #facts { h2 { "Facts" } (self.facts()) }
                    section .panel #security { h2 { "Sessions" } (self.sessions()) }
                    @if let Some(acts) = &acts { section .panel #acts { h2 { "Acts" } (acts) } }
                }
            }
        }
    }

    /// What stands in the person's way, before anything else.
    fn notices(&self) -> Markup {
        let person = &self.dossier.person;
        let moment = |at| html! { (time(at, self.now)) ", " (time_absolute(at)) };
        html! {
            @if let Some(at) = person.erased_at {
                (callout(Meaning::Info, "This person was erased", html! {
                    p { (moment(at)) }
                    p { "What was decided stays, and so does the audit log. The address may register again." }
                }))
            } @else {
                @match person.status {
                    Status::Suspended => (self.kept_out("Suspended", "user.suspended")),
                    Status::Banned => (self.kept_out("Banned", "user.banned")),
                    _ => {}
                }
                @if let Some(at) = person.erasure() {
                    (callout(Meaning::Warn, "This person will be erased", html! {
                        p { (moment(at)) ". Until then it can be taken back." }
                    }))
                }
                @if let Some(until) = person.locked_until.filter(|_| person.is_locked(self.now)) {
                    (callout(Meaning::Warn, "Locked after wrong passwords", html! {
                        p { "Nobody can sign in before " (moment(until)) "." }
                    }))
                }
            }
        }
    }

    /// Who keeps the person out, since when and why.
    fn kept_out(&self, word: &str, action: &str) -> Markup {
        let entry = self.dossier.latest(action);
        let title = entry.map_or_else(|| word.to_owned(), |entry| format!("{word} by {}", entry.actor_name));
        callout(
            Meaning::Bad,
            &title,
            html! {
                @if let Some(entry) = entry {
                    p { (time(entry.at, self.now)) ", " (time_absolute(entry.at)) }
                    @if let Some(reason) = &entry.reason { p .quoted { bdi { (reason) } } }
                }
            },
        )
    }

    fn cases(&self) -> Markup {
        if self.dossier.cases.is_empty() {
            return html! { p .muted { "No documents were handed in." } };
        }
        let may_open = self.actor.role.allows(Permission::DecideVerifications);
        let row = |case: &crate::verifications::Case| {
            let kind = case.declared_kind.label();
            let first =
                if may_open { Cell::link(&paths::verification(&case.id), kind) } else { Cell::text(kind) };
            Row::new(case.id.as_str())
                .cell(first)
                .cell(Cell::of(cases::state(case.state_at(self.now))))
                .cell(Cell::of(time(case.submitted_at, self.now)))
                .cell(case.decided_at.map_or_else(Cell::none, |at| Cell::of(time(at, self.now))))
        };
        Table::new("Verification cases")
            .column(Column::text("Document"))
            .column(Column::badge("State"))
            .column(Column::text("Submitted").fits())
            .column(Column::text("Decided").fits())
            .rows(self.dossier.cases.iter().map(row))
            .render()
    }

    fn mails(&self) -> Markup {
        let mails = self.dossier.mails.as_deref().unwrap_or_default();
        let row = |mail: &crate::mail::store::Email| {
            Row::new(mail.id.as_str())
                .cell(Cell::link(&paths::email(&mail.id), mail.kind.title()))
                .cell(Cell::of(crate::mail::views::state(mail.status)))
                .cell(Cell::of(time(mail.created_at, self.now)))
        };
        let log = paths::emails_to(self.dossier.person.email.as_str());
        html! {
            section .panel #mails {
                header { h2 { "Mails" } @if !mails.is_empty() { a href=(log) { "All in the email log" } } }
                @if mails.is_empty() {
                    p .muted { "Nothing was sent to this person." }
                } @else {
                    (Table::new("Latest mails")
                        .column(Column::text("Mail"))
                        .column(Column::badge("Status"))
                        .column(Column::text("Created").fits())
                        .rows(mails.iter().map(row)))
                }
            }
        }
    }

    fn audit_link(&self) -> Markup {
        let may_search = self.actor.role.allows(Permission::SearchAudit);
        let url = paths::audit_matching(self.dossier.person.id.as_str());
        html! { @if may_search { a href=(url) { "All in the audit log" } } }
    }

    fn facts(&self) -> Facts {
        let person = &self.dossier.person;
        let facts = Facts::new().fact("Status", super::status(person, self.now));
        if person.erased_at.is_some() {
            return facts
                .fact("Created", time(person.created_at, self.now))
                .fact("Id", copyable("user id", person.id.as_str()));
        }
        let yes = |at| html! { (time(at, self.now)) };
        let not = |word: &str| badge(Meaning::Warn, word);
        facts
            .text("Role", person.role.label())
            .fact("Email", html! { bdi { (person.email) } })
            .fact("Verified", person.email_verified_at.map_or_else(|| not("Not verified"), yes))
            .text("Phone", person.phone.as_deref().unwrap_or_default())
            .fact("Documents", person.document_verified_at.map_or_else(|| muted("Not verified"), yes))
            .fact(
                "Second factor",
                match person.mfa_since {
                    Some(at) => self.second_factor(at),
                    None if person.role.is_staff() => not("Missing"),
                    None => muted("None"),
                },
            )
            .fact("Password", self.password())
            .fact("Last sign-in", self.last_sign_in())
            .fact("Created", time(person.created_at, self.now))
            .fact("Id", copyable("user id", person.id.as_str()))
    }

    fn second_factor(&self, since: Timestamp) -> Markup {
        let may_reset = self.actor.role.allows(Permission::ManageUsers);
        html! {
            "Since " (time(since, self.now))
            @if may_reset { br; a href=(paths::user_mfa(&self.dossier.person.id)) { "Look at it, or reset it" } }
        }
    }

    fn password(&self) -> Markup {
        let person = &self.dossier.person;
        match person.password_changed_at {
            _ if !person.has_password => badge(Meaning::Warn, "None"),
            _ if person.must_change_password => badge(Meaning::Info, "Temporary"),
            Some(at) => html! { "Changed " (time(at, self.now)) },
            None => html! { "Chosen" },
        }
    }

    fn last_sign_in(&self) -> Markup {
        let person = &self.dossier.person;
        let Some(at) = person.last_login_at else { return muted("Never") };
        html! {
            (time(at, self.now))
            @if let Some(agent) = person.last_login_agent.as_deref().filter(|agent| !agent.is_empty()) {
                br; (device(agent))
            }
            @if let Some(ip) = &person.last_login_ip { br; span .mono { (ip) } }
        }
    }

    fn sessions(&self) -> Markup {
        let url = paths::user_security(&self.dossier.person.id);
        html! {
            p {
                @match self.dossier.live_sessions {
                    0 => "Not signed in anywhere.",
                    1 => "Signed in once.",
                    number => { "Signed in " (number) " times." }
                }
                " " a href=(url) { "Sessions and security" }
            }
        }
    }

    /// What this member of staff may do; nothing for those who may only look.
    fn acts(&self) -> Option<Markup> {
        let person = &self.dossier.person;
        if person.id == self.actor.user {
            return Some(html! {
                p { "This is you. " a href=(paths::ACCOUNT) { "Your account" } " is where you change it." }
            });
        }
        let open = model::open_deeds(&Doer::of(self.actor), person, self.now);
        if open.is_empty() {
            return None;
        }
        Some(html! {
            (actions(html! { @for deed in &open { (self.button(*deed)) } }))
            @for deed in open.iter().filter(|deed| !deed.is_dangerous()) { (self.dialog(*deed)) }
        })
    }

    fn button(&self, deed: Deed) -> Markup {
        let (id, url) = (format!("do-{deed}"), paths::user_deed(&self.dossier.person.id, deed));
        let dialog = self.view(deed).dialog_id();
        let button = match deed {
            Deed::Ban | Deed::Erase => Button::danger(verb(deed)),
            _ => Button::secondary(verb(deed)),
        };
        let button = button.icon(icon_of(deed)).id(&id);
        // What is dangerous asks for a factor first, and so has a page of its own.
        if deed.is_dangerous() { button.href(&url).render() } else { button.opens(&dialog, &url).render() }
    }

    fn view(&self, deed: Deed) -> DeedView<'_> {
        DeedView {
            deed,
            person: &self.dossier.person,
            actor: self.actor,
            csrf: self.csrf,
            now: self.now,
            typed: Typed::default(),
            refusal: None,
        }
    }

    fn dialog(&self, deed: Deed) -> Markup {
        let view = self.view(deed);
        Dialog::new(&view.dialog_id(), &view.title(), view.form()).render()
    }
}

fn icon_of(deed: Deed) -> Icon {
    match deed {
        Deed::KeepAccount | Deed::Unban => Icon::Undo2,
        Deed::Unlock => Icon::LockOpen,
        Deed::Reinstate => Icon::UserCheck,
        Deed::VerifyAddress => Icon::MailCheck,
        Deed::ResetPassword => Icon::KeyRound,
        Deed::ChangeRole => Icon::Users,
        Deed::Suspend => Icon::UserX,
        Deed::Ban => Icon::Ban,
        Deed::Erase => Icon::Trash2,
    }
}

fn muted(words: &str) -> Markup {
    html! { span .muted { (words) } }
}
