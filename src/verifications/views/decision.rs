//! The decision form.
//!
//! One form with one button: radio buttons say what is decided, and the style sheet shows what belongs to
//! the choice. Without `:has()` or without scripts everything shows and nothing is lost.

use maud::{Markup, Render, html};

use super::case::{CaseView, Notice};
use super::preview;
use crate::documents::{Document, DocumentState};
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{Button, Choice, Facts, Field, Form};
use crate::verifications::decision::{MAX_MESSAGE, Verdict};
use crate::verifications::draft::{Draft, reason_field, verdict_field};
use crate::verifications::reasons::ReasonCode;

/// The part of the form with the reason, as htmx names it when that has changed.
pub const LIVE_REASON: &str = "live-reason";

/// The form, as filled in so far.
pub fn form(view: &CaseView<'_>) -> Markup {
    let case = &view.dossier.case;
    let (action, preview_url) = (paths::decision(&case.id), paths::decision_preview(&case.id));
    let documents: Vec<&Document> = view.dossier.current_documents().collect();
    let fields = html! {
        input type="hidden" name="version" value=(version(view));
        (live(&preview_url, "live-verdict", "change", html! {
            (verdicts(view))
            @if documents.len() > 1 { (findings(view, &documents)) }
        }))
        div .explain {
            (live(&preview_url, LIVE_REASON, "change", reason(view)))
            (live(&preview_url, "live-message", "input delay:400ms", message_field(view, false)))
        }
        (preview::preview(view))
        (actions(html! {
            (button(&view.title()))
            span .without-scripts { (Button::secondary("Preview the mail").formaction(&preview_url).id("preview-mail")) }
        }))
    };
    html! {
        section .panel {
            h2 { "Decision" }
            (Form::post(&action, view.csrf).id("decision-form").guarded().body(fields))
        }
    }
}

/// The version the decision is made for. After a conflict it is the one that is shown now; a form that
/// comes back for another reason still belongs to the one it was made for.
fn version(view: &CaseView<'_>) -> i64 {
    match view.notice {
        Notice::Errors(_) | Notice::Preview => view.draft.version(),
        Notice::None | Notice::Conflict(_) => view.dossier.case.version,
    }
}

/// A part of the form whose changes bring a new preview.
#[expect(clippy::needless_pass_by_value, reason = "markup is made at the call and used once")]
fn live(url: &str, id: &str, trigger: &str, fields: Markup) -> Markup {
    html! {
        div #(id) .live hx-post=(url) hx-trigger=(trigger) hx-target="#preview" hx-swap="outerHTML"
            hx-sync="#decision-form:replace" {
            (fields)
        }
    }
}

fn error<'a>(view: &'a CaseView<'_>, field: &str) -> Option<&'a str> {
    let Notice::Errors(errors) = &view.notice else { return None };
    errors.iter().find(|error| error.field == field).map(|error| error.message.as_str())
}

fn verdicts(view: &CaseView<'_>) -> Markup {
    let chosen = view.draft.verdict();
    let choices = [
        (Verdict::Approve, "Approve", 'a'),
        (Verdict::Resubmit, "Ask again", 's'),
        (Verdict::Reject, "Reject", 'r'),
    ];
    html! {
        fieldset .field.segments.invalid[error(view, "decision").is_some()] {
            legend .visually-hidden { "What you decide" }
            @if let Some(sentence) = error(view, "decision") { p .error id="decision-error" { (sentence) } }
            div .segment-row {
                @for (index, (verdict, label, key)) in choices.into_iter().enumerate() {
                    @let id = if index == 0 { "decision".to_owned() } else { format!("decision-{index}") };
                    label .segment.(verdict.as_str()) data-key=(key) {
                        input type="radio" name="decision" id=(id) value=(verdict.as_str())
                            checked[chosen == Some(verdict)];
                        span .label { (label) }
                        kbd aria-hidden="true" data-script="" { (key) }
                    }
                }
            }
        }
    }
}

/// One judgement for each document; what is left open follows the decision.
fn findings(view: &CaseView<'_>, documents: &[&Document]) -> Markup {
    let sentence = error(view, "documents");
    html! {
        fieldset .field.findings.invalid[sentence.is_some()] #documents tabindex="-1" {
            legend { "Documents" span .optional { " (optional)" } }
            p .hint { "What you leave open follows the decision." }
            @if let Some(sentence) = sentence { p .error id="documents-error" { (sentence) } }
            @for document in documents { (finding(view, document)) }
        }
    }
}

fn finding(view: &CaseView<'_>, document: &Document) -> Markup {
    let (field, why) = (verdict_field(&document.id), reason_field(&document.id));
    let name = document.file_name.as_str();
    let chosen = Verdict::parse(view.draft.get(&field)).or(match document.state {
        // Accepted in an earlier round.
        DocumentState::Approved if view.draft == Draft::default() => Some(Verdict::Approve),
        _ => None,
    });
    let choices =
        [(Verdict::Approve, "Accept"), (Verdict::Resubmit, "Ask again"), (Verdict::Reject, "Refuse")];
    html! {
        div .finding role="group" aria-label={ (document.kind.label()) ", " (name) } {
            a .finding-name href=(paths::verification_document(&view.dossier.case.id, &document.id))
                data-shows={ "sheet-" (document.id) } title=(name) { bdi { (name) } }
            div .segment-row.small {
                @for (index, (verdict, label)) in choices.into_iter().enumerate() {
                    label .segment.(verdict.as_str()) {
                        input type="radio" name=(field) id={ (field) "-" (index) } value=(verdict.as_str())
                            checked[chosen == Some(verdict)];
                        span .label { (label) }
                    }
                }
            }
            div .finding-reason {
                (Field::select(&why, "Reason against this document", &reasons("The reason below"))
                    .value(view.draft.get(&why)).label_hidden().optional())
            }
        }
    }
}

fn reasons(none: &'static str) -> Vec<Choice<'static>> {
    let reason = |reason: &ReasonCode| Choice::new(reason.as_str(), reason.title());
    std::iter::once(Choice::new("", none)).chain(ReasonCode::ALL.iter().map(reason)).collect()
}

fn reason(view: &CaseView<'_>) -> Markup {
    Field::select("reason_code", "Reason", &reasons("Choose a reason"))
        .value(view.draft.get("reason_code"))
        .error(error(view, "reason_code"))
        .render()
}

/// The message; `oob` when it is put into a page that is there already.
pub fn message_field(view: &CaseView<'_>, oob: bool) -> Markup {
    let longest = u32::try_from(MAX_MESSAGE).unwrap_or(u32::MAX);
    html! {
        div #message-field hx-swap-oob=[oob.then_some("true")] {
            (Field::textarea("message", "Message to the applicant", 4)
                .value(view.draft.get("message"))
                .hint("The applicant reads this in the mail below. Left empty, it says the words of the reason.")
                .maxlength(longest)
                .error(error(view, "message"))
                .optional())
        }
    }
}

/// The button says what it does, with the choice made above.
fn button(name: &str) -> Markup {
    html! {
        button #decide .button.primary.decide type="submit" data-key="d" {
            span .label.for-none { "Decide" }
            span .label.for-approve { "Approve " bdi { (name) } }
            span .label.for-resubmit { "Ask " bdi { (name) } " again" }
            span .label.for-reject { "Reject " bdi { (name) } }
            kbd aria-hidden="true" data-script="" { "d" }
        }
    }
}

/// What was typed, where it cannot be sent any more: to be read and copied.
pub fn kept(view: &CaseView<'_>) -> Markup {
    let draft = &view.draft;
    let decided = match draft.verdict() {
        Some(Verdict::Approve) => "Approve",
        Some(Verdict::Resubmit) => "Ask again",
        Some(Verdict::Reject) => "Reject",
        None => "",
    };
    let reason = draft.reason().map_or("", ReasonCode::title);
    let facts = Facts::new().text("Decision", decided).text("Reason", reason);
    html! {
        section .panel #kept {
            h2 { "What you wanted to send" }
            (facts)
            @if !draft.get("message").is_empty() {
                (Field::textarea("kept-message", "Your message", 4).value(draft.get("message")).optional())
            }
        }
    }
}
