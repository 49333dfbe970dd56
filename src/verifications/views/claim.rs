//! Who holds the case, what became of it, and what went wrong just now.

use std::time::Duration;

use maud::{Markup, html};

use super::case::{CaseView, Notice};
use crate::clock::Timestamp;
use crate::paths;
use crate::ui::{Button, Form, Icon, Meaning, callout, error_summary, icon, time};
use crate::verifications::model::{Case, CaseState, Refusal};
use crate::verifications::reasons::ReasonCode;

/// Who holds the case. While this reviewer does and the page is open, the claim is renewed; a script tells when the
/// page is left.
pub fn claim(view: &CaseView<'_>) -> Markup {
    let case = &view.dossier.case;
    let renew = view.holds().then(|| paths::renew(&case.id));
    let trigger = renew.as_ref().map(|_| renewal(view.app.config.accounts.claim_life));
    html! {
        div #claim hx-post=[&renew] hx-trigger=[trigger] hx-swap=[renew.as_ref().map(|_| "outerHTML")]
            data-leave=[renew.as_ref().map(|_| paths::leave(&case.id))] {
            @match case.holder(view.now) {
                _ if !case.state.is_open() => (closed(view, case)),
                Some(_) if view.holds() => (held_by_me(view, case)),
                Some((by, until)) => {
                    (callout(Meaning::Warn, &format!("{} handles this case", view.dossier.name_of(by)), html! {
                        p { "It is free again " (time(until, view.now)) " unless they go on with it." }
                    }))
                }
                None if case.applicant_id == view.reviewer.user => {
                    (callout(Meaning::Info, "These are your own documents", html! {
                        p { "Another reviewer has to decide on them." }
                    }))
                }
                None => (free(view, case)),
            }
        }
    }
}

/// When the page renews the claim: often enough that one renewal may fail.
fn renewal(life: Duration) -> String {
    format!("every {}s", life.as_secs() / 3)
}

fn held_by_me(view: &CaseView<'_>, case: &Case) -> Markup {
    let until = case.claim_expires_at.unwrap_or(view.now);
    let (renew, release) = (paths::renew(&case.id), paths::release(&case.id));
    html! {
        div .claim-bar.mine {
            (icon(Icon::Hand))
            p { span .title { "You handle this case" } " " span .muted { "until " (clock(until)) } }
            div .without-scripts {
                (Form::post(&renew, view.csrf).id("renew-form").inline().body(html! {
                    (Button::quiet("Renew").small())
                }))
            }
            (Form::post(&release, view.csrf).id("release-form").inline().body(html! {
                (Button::secondary("Release").small())
            }))
        }
    }
}

/// The time of day: a claim ends today.
fn clock(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.utc().format("%H:%M UTC")) } }
}

fn free(view: &CaseView<'_>, case: &Case) -> Markup {
    let url = paths::claim(&case.id);
    html! {
        div .claim-bar.free {
            p { span .title { "Nobody handles this case." } " Claim it to open its documents and decide." }
            (Form::post(&url, view.csrf).id("claim-form").inline().body(html! {
                (Button::primary("Claim").icon(Icon::Hand).key('c'))
            }))
        }
    }
}

fn closed(view: &CaseView<'_>, case: &Case) -> Markup {
    let (meaning, verb) = match case.state {
        CaseState::Approved => (Meaning::Ok, "Approved"),
        CaseState::Rejected => (Meaning::Bad, "Rejected"),
        _ => (Meaning::Info, "Documents were asked for again"),
    };
    let by = case.decided_by.as_ref().map(|by| view.dossier.name_of(by));
    let title = by.map_or_else(|| verb.to_owned(), |by| format!("{verb} by {by}"));
    let reason = case.reason_code.as_deref().and_then(ReasonCode::parse);
    callout(
        meaning,
        &title,
        html! {
            @if let Some(at) = case.decided_at { p { (view.moment(at)) } }
            @if let Some(reason) = reason { p { "Reason: " (reason.title()) } }
            @if let Some(message) = &case.message { p .quoted { bdi { (message) } } }
        },
    )
}

/// What is said on top of the page.
pub fn notice(view: &CaseView<'_>) -> Markup {
    match &view.notice {
        Notice::None | Notice::Preview => html! {},
        Notice::Errors(errors) => {
            let shown: Vec<_> = errors
                .iter()
                .map(|error| crate::ui::FieldError { field: &error.field, message: &error.message })
                .collect();
            error_summary(&shown)
        }
        Notice::Conflict(refusal) => conflict(view, refusal),
    }
}

fn conflict(view: &CaseView<'_>, refusal: &Refusal) -> Markup {
    let case = &view.dossier.case;
    let closed = !case.state.is_open();
    let by_me = case.decided_by.as_ref() == Some(&view.reviewer.user);
    let title = match refusal {
        _ if closed && by_me => "You have decided this case already",
        _ if closed => "Somebody decided meanwhile",
        Refusal::Held { .. } => "Somebody else was faster",
        Refusal::NotHeld => "Your claim has ended",
        Refusal::AccountClosed => "The account is closed",
        _ => "This case has changed meanwhile",
    };
    callout(
        Meaning::Warn,
        title,
        html! {
            @if closed {
                p { "What was decided stands below; your decision was not used." }
            } @else {
                p { (refusal.sentence()) }
            }
            @if view.draft.verdict().is_some() { p { "Everything you typed is still here, further down." } }
        },
    )
}
