//! The own case in plain words.

use maud::{Markup, html};

use super::model::{NextStep, OwnCase, replaces};
use crate::accounts::tokens::Verdict;
use crate::clock::Timestamp;
use crate::documents::form::{documents_hint, upload_field};
use crate::documents::inspect::MAX_FILES;
use crate::documents::{Document, DocumentState};
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{Button, Facts, Form, Meaning, badge, bytes, callout, time};
use crate::verifications::CaseState;
use crate::verifications::declared;
use crate::verifications::reasons::ReasonCode;
use crate::web::Context;
use crate::web::problems::Problems;
use crate::web::upload::Fields;

/// The page: where it stands, what to do, what was sent.
pub(super) fn case(context: &Context, own: &OwnCase, typed: &Fields, problems: Problems<'_>) -> Markup {
    html! {
        (problems.summary())
        (standing(context, own))
        (form(context, own, typed, problems))
        h2 { "Your documents" }
        (documents(own))
        h2 { "Your details" }
        (details(own, context.now))
    }
}

fn standing(context: &Context, own: &OwnCase) -> Markup {
    let written = own.case.message.as_deref();
    match own.state(context.now) {
        CaseState::Waiting => callout(
            Meaning::Info,
            "We have your documents",
            html! {
                p { "They wait for a reviewer. We write to you as soon as there is a decision; there is nothing to do until then." }
            },
        ),
        CaseState::Claimed => callout(
            Meaning::Info,
            "A reviewer is looking at your documents",
            html! {
                p { "We write to you as soon as there is a decision." }
            },
        ),
        CaseState::Approved => callout(
            Meaning::Ok,
            "Your documents were approved",
            html! {
                p {
                    "Your account is open."
                    @if context.actor.is_none() { " " a href=(paths::LOGIN) { "Sign in" } " with what our email says." }
                }
            },
        ),
        CaseState::Rejected => callout(
            Meaning::Bad,
            "We could not approve your registration",
            html! {
                (words(written))
                @if !matches!(own.next_step(), NextStep::SubmitAnew) {
                    p { "This decision is final: documents cannot be submitted again." }
                }
            },
        ),
        CaseState::ResubmissionAsked => callout(
            Meaning::Warn,
            "We need some of your documents again",
            html! {
                (words(written))
                p { "Send a new file for each document below. Everything else you sent is kept." }
            },
        ),
    }
}

/// The reviewer's words, line by line.
fn words(message: Option<&str>) -> Markup {
    html! {
        @for line in message.unwrap_or_default().lines().filter(|line| !line.trim().is_empty()) {
            p { (line) }
        }
    }
}

fn form(context: &Context, own: &OwnCase, typed: &Fields, problems: Problems<'_>) -> Markup {
    let frame = |fields: Markup| {
        Form::post(paths::CASE_DOCUMENTS, context.csrf())
            .id("documents-form")
            .multipart()
            .guarded()
            .body(fields)
    };
    match own.next_step() {
        NextStep::Nothing => html! {},
        NextStep::Replace(asked) => html! {
            h2 { "Send again" }
            (frame(html! {
                @for document in &asked { (replacement(document, problems)) }
                (actions(html! { (Button::primary("Send documents")) }))
            }))
        },
        NextStep::SubmitAnew => html! {
            h2 { "Submit again" }
            p { "You may put this right and submit your documents again." }
            (frame(html! {
                (declared::fields(typed, problems))
                (all_documents(problems))
                (actions(html! { (Button::primary("Submit again")) }))
            }))
        },
    }
}

const CHOOSE_AGAIN: &str =
    "Choose your files again: they are not kept when something else has to be corrected.";

fn replacement(document: &Document, problems: Problems<'_>) -> Markup {
    let field = replaces(&document.id);
    let label = format!("{} (instead of “{}”)", document.kind.label(), document.file_name);
    let hint = documents_hint(1);
    let hint = match reason(document, true) {
        Some(reason) => format!("{reason} {hint}"),
        None => hint,
    };
    let again = (!problems.is_empty()).then_some(CHOOSE_AGAIN);
    let error = problems.of(&field).or(again);
    html! { (upload_field(&field, &label, 1).hint(&hint).error(error)) }
}

fn all_documents(problems: Problems<'_>) -> Markup {
    let hint = documents_hint(MAX_FILES);
    let files = problems.all_of("documents");
    let again = (!problems.is_empty()).then_some(CHOOSE_AGAIN);
    let field = upload_field("documents", "Your files", MAX_FILES);
    html! { (field.hint(&hint).error(files.as_deref().or(again))) }
}

/// Why a document was not accepted, in words for its owner.
fn reason(document: &Document, may_send_again: bool) -> Option<String> {
    let code = ReasonCode::parse(document.reason_code.as_deref()?)?;
    Some(code.public_text(may_send_again)).filter(|text| !text.is_empty())
}

fn documents(own: &OwnCase) -> Markup {
    let again = !matches!(own.next_step(), NextStep::Nothing);
    html! {
        ul .own-documents {
            @for document in &own.documents {
                li {
                    a href=(paths::own_document(&document.id)) { bdi { (document.file_name) } }
                    " " (state(document.state))
                    p .meta {
                        (document.kind.label()) " · " (bytes(u64::try_from(document.size).unwrap_or_default()))
                    }
                    @if let Some(reason) = reason(document, again) { p { (reason) } }
                }
            }
        }
    }
}

fn state(state: DocumentState) -> Markup {
    match state {
        DocumentState::Pending => badge(Meaning::Info, "Not checked yet"),
        DocumentState::Approved => badge(Meaning::Ok, "Accepted"),
        DocumentState::Rejected => badge(Meaning::Bad, "Not accepted"),
        DocumentState::AskedAgain => badge(Meaning::Warn, "Needed again"),
        DocumentState::Replaced => badge(Meaning::Neutral, "Replaced"),
    }
}

fn details(own: &OwnCase, now: Timestamp) -> Markup {
    let verified = if own.user.email_verified_at.is_some() {
        badge(Meaning::Ok, "Confirmed")
    } else {
        html! {
            (badge(Meaning::Warn, "Not confirmed"))
            p .meta { "Open the link in our first email to confirm it." }
        }
    };
    let facts = Facts::new()
        .text("Registered with", &own.organization.name)
        .text("Name", own.user.name.as_str())
        .fact("Email address", html! { bdi { (own.user.email) } " " (verified) })
        .fact("Documents sent", time(own.case.submitted_at, now));
    html! { (facts) }
}

/// For whoever comes without a good link and without being signed in.
pub(super) fn stranger(verdict: Option<&Verdict>) -> Markup {
    let (title, text) = match verdict {
        None => ("Open the link in our email", "It shows your registration and what may be missing."),
        Some(Verdict::Used) => (
            "This link was used already",
            "We have what you sent with it, and write to you when there is a decision.",
        ),
        Some(Verdict::Expired) => (
            "This link is no longer valid",
            "It was open for too long, or a newer one was sent: use the one in our newest email.",
        ),
        Some(Verdict::Unknown | Verdict::Valid(_)) => {
            ("This link is not complete", "Open it again from the email, or copy all of it.")
        }
    };
    html! {
        (callout(Meaning::Warn, title, html! { p { (text) } }))
        p { "Your account is open already? " a href=(paths::login_then(paths::CASE)) { "Sign in" } " to see it." }
    }
}

pub(super) fn no_case() -> Markup {
    html! { p { "You have not sent any documents, and none are needed." } }
}

pub(super) fn received() -> Markup {
    html! {
        p { "Thank you. A reviewer will look at them; we write to you as soon as there is a decision." }
        p { "You can close this page. The link you came by no longer works; the next email brings a new one if it is needed." }
    }
}
