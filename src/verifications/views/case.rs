//! The case page: who holds it, what was declared, the documents, the decision, what happened.

use chrono::NaiveDate;
use maud::{Markup, html};

use super::{claim, decision, history, preview, sheets};
use crate::access::Actor;
use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::DocumentId;
use crate::error::FieldError;
use crate::ui::{Facts, Meaning, badge, copyable, masked, time, time_absolute};
use crate::verifications::dossier::Dossier;
use crate::verifications::draft::Draft;
use crate::verifications::masking;
use crate::verifications::model::Refusal;
use crate::web::Context;

/// What has to be said before anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    None,
    /// The mail is shown before it is sent.
    Preview,
    /// It could not be done, the case being as it is now.
    Conflict(Refusal),
    /// The form is not complete.
    Errors(Vec<FieldError>),
}

/// One case, as one reviewer sees it.
#[derive(Clone, Debug)]
pub struct CaseView<'a> {
    pub app: &'a App,
    pub csrf: &'a str,
    pub now: Timestamp,
    pub reviewer: &'a Actor,
    pub dossier: &'a Dossier,
    pub draft: Draft,
    pub notice: Notice,
    /// The document that is shown first.
    pub document: Option<DocumentId>,
}

impl<'a> CaseView<'a> {
    #[must_use]
    pub fn new(context: &'a Context, reviewer: &'a Actor, dossier: &'a Dossier) -> Self {
        Self {
            app: &context.app,
            csrf: context.csrf(),
            now: context.now,
            reviewer,
            dossier,
            draft: Draft::default(),
            notice: Notice::None,
            document: None,
        }
    }

    /// The applicant's name, or what may be seen of it.
    #[must_use]
    pub fn title(&self) -> String {
        self.dossier.shown_name(&self.reviewer.user, self.now)
    }

    /// May the documents be opened?
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.dossier.case.is_open_to(&self.reviewer.user, self.now)
    }

    #[must_use]
    pub fn holds(&self) -> bool {
        self.dossier.case.is_held_by(&self.reviewer.user, self.now)
    }

    /// Could this reviewer decide it now?
    #[must_use]
    pub fn may_decide(&self) -> bool {
        let case = &self.dossier.case;
        let free = case.holder(self.now).is_none_or(|(by, _)| *by == self.reviewer.user);
        case.state.is_open() && free && case.applicant_id != self.reviewer.user
    }

    /// Who holds the case; the page keeps it up to date by itself.
    #[must_use]
    pub fn claim(&self) -> Markup {
        claim::claim(self)
    }

    /// The preview of the mail, with the message when the reason may have put new words there.
    #[must_use]
    pub fn live_preview(&self, with_message: bool) -> Markup {
        html! {
            (preview::preview(self))
            @if with_message { (decision::message_field(self, true)) }
        }
    }

    #[must_use]
    pub fn main(&self) -> Markup {
        // A form that was sent is shown again as it was typed, whoever holds the case by now.
        let kept = self.draft != Draft::default();
        html! {
            div .case {
                (claim::notice(self))
                (self.claim())
                section .panel {
                    h2 { "Compare with the documents" }
                    (self.declared())
                }
                (sheets::viewer(self.dossier, self.document.as_ref(), self.is_open()))
                @if self.holds() || (kept && self.may_decide()) {
                    (decision::form(self))
                } @else if kept {
                    (decision::kept(self))
                }
                section .panel {
                    h2 { "Applicant" }
                    (self.about())
                }
                section .panel {
                    h2 { "History" }
                    (history::history(self.dossier, self.hides(), self.now))
                }
            }
        }
    }

    fn hides(&self) -> bool {
        self.dossier.hides(&self.reviewer.user, self.now)
    }

    /// What the documents should confirm.
    fn declared(&self) -> Facts {
        let (case, applicant) = (&self.dossier.case, &self.dossier.applicant);
        let hidden = self.hides();
        let name = if hidden { self.title() } else { applicant.name.to_string() };
        let number = case.declared_number.as_ref().map_or("", |number| number.as_str());
        let mut compare = Facts::new().text("Name", &name).text("Document", case.declared_kind.label());
        compare = match number {
            "" => compare.text("Number", ""),
            _ if hidden => compare.fact("Number", masked("Number")),
            number => compare.fact("Number", copyable("document number", number)),
        };
        compare = compare.text("Issued by", case.declared_country.map_or("", |country| country.name()));
        match case.declared_expiry {
            None => compare.text("Valid until", ""),
            Some(day) => compare.fact("Valid until", expiry(day, self.now)),
        }
    }

    fn about(&self) -> Facts {
        let (case, applicant) = (&self.dossier.case, &self.dossier.applicant);
        let hidden = self.hides();
        let email = applicant.email.as_str();
        let email = if hidden { masking::masked_email(email) } else { email.to_owned() };
        let verified = applicant.email_verified_at.is_some();
        let mark =
            if verified { badge(Meaning::Ok, "Verified") } else { badge(Meaning::Warn, "Not verified") };
        let phone = applicant.phone.as_deref().unwrap_or_default();
        let facts = Facts::new().fact("Email", html! { bdi { (email) } " " (mark) });
        let facts = if hidden && !phone.is_empty() {
            facts.fact("Phone", masked("Phone"))
        } else {
            facts.text("Phone", phone)
        };
        let facts = facts.fact("Submitted", time(case.submitted_at, self.now));
        let facts = if case.state.is_open() { facts.fact("Due", self.due()) } else { facts };
        facts.fact("Case", copyable("case id", case.id.as_str()))
    }

    fn due(&self) -> Markup {
        let case = &self.dossier.case;
        html! {
            (time(case.due_at, self.now))
            @if case.is_overdue(self.now) { " " (badge(Meaning::Bad, "Overdue")) }
        }
    }

    /// A moment in full where it matters, such as a decision.
    pub(super) fn moment(&self, at: Timestamp) -> Markup {
        html! { (time(at, self.now)) ", " (time_absolute(at)) }
    }
}

/// Whether a document still counts is the first thing to see of its date.
fn expiry(day: NaiveDate, now: Timestamp) -> Markup {
    let today = now.utc().date_naive();
    html! {
        span .mono { (day.format("%Y-%m-%d")) }
        @if day < today { " " (badge(Meaning::Bad, "Expired")) }
        @else if (day - today).num_days() <= 30 { " " (badge(Meaning::Warn, "Expires soon")) }
    }
}
