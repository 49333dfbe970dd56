//! The mail that a decision brings, before it is sent.

use maud::{Markup, html};

use super::case::CaseView;
use crate::mail::letters::{Envelope, masked};
use crate::mail::model::Language;
use crate::verifications::actions;
use crate::verifications::decision::Outcome;
use crate::verifications::model::Refusal;

/// What the applicant will read; or what is missing for it.
pub fn preview(view: &CaseView<'_>) -> Markup {
    let outcome = view.draft.decision(&view.dossier.documents).map_err(Refusal::Invalid);
    let outcome = outcome.and_then(|decision| decision.judge(&view.dossier.documents));
    html! {
        section #preview .mail-preview aria-label="Mail to the applicant" {
            @match outcome {
                Ok(outcome) => (mail(view, &outcome)),
                Err(Refusal::Invalid(errors)) => {
                    @for error in errors { p .muted { (error.message) } }
                }
                Err(refusal) => p .muted { (refusal.sentence()) },
            }
        }
    }
}

fn mail(view: &CaseView<'_>, outcome: &Outcome) -> Markup {
    let dossier = view.dossier;
    let terms = (dossier.organization.allow_resubmission, view.now);
    let letter = actions::draft_letter(view.app, outcome, &dossier.applicant, &dossier.documents, terms);
    let envelope = Envelope {
        organization_name: dossier.organization.name.clone(),
        recipient_name: dossier.applicant.name.to_string(),
        recipient_address: dossier.applicant.email.to_string(),
    };
    let data = envelope.around(&letter.data(), &masked(&letter.secret()));
    match view.app.mail.templates.render(letter.kind(), Language::English, &data) {
        Ok(rendered) => html! {
            h3 { (rendered.subject) }
            p .meta { "To " bdi { (dossier.applicant.email.as_str()) } }
            pre { bdi { (rendered.text) } }
        },
        Err(problem) => {
            tracing::error!(%problem, "a preview could not be worded");
            html! { p .muted { "The mail cannot be shown. Ask the operator to look at the mail templates." } }
        }
    }
}
