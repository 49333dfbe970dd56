//! The pieces one by one, each in its states.

use maud::{Markup, Render, html};

use crate::ui::{
    Button, Empty, Flash, Form, Icon, Meaning, Pager, Progress, badge, callout, copyable, icon,
    icon_labelled, masked, time, time_absolute, toasts,
};

use super::{LONG, RIGHT_TO_LEFT, minutes_ago, now};

pub(super) fn none_yet() -> Markup {
    Empty::nothing_yet("No cases yet", "A case appears here when somebody registers with documents.")
        .action("Open the registration form", "#")
        .render()
}

pub(super) fn none_match() -> Markup {
    Empty::nothing_matches("#").render()
}

pub(super) fn messages() -> Markup {
    toasts(
        &[
            Flash::success("Approved Ada Lovelace.").undo("#undo"),
            Flash::success(format!("Released the case of {LONG}.")),
            Flash::error("The mail could not be sent. Check the provider, then try again."),
        ],
        "token",
    )
}

pub(super) fn all() -> Markup {
    html! {
        section .panel { h2 { "Buttons" } (buttons()) }
        section .panel {
            h2 { "States" }
            div .row {
                @for (meaning, word) in meanings() { (badge(meaning, word)) }
            }
        }
        section .panel {
            h2 { "Callouts" }
            div .stack {
                @for (meaning, word) in meanings() {
                    (callout(meaning, word, html! { p { "What it means, and what to do about it, in a sentence or two that may well be longer than one line." } }))
                }
                (callout(Meaning::Bad, LONG, html! { p { (RIGHT_TO_LEFT) } }))
            }
        }
        section .panel { h2 { "Values" } (values()) }
        section .panel {
            h2 { "Progress" }
            div .stack {
            (Progress::new("none", "Purging files", 0, 1204))
            (Progress::new("some", "Rejecting cases", 431, 1204).cancel(
                Form::post("#", "token").inline().body(html! { (Button::secondary("Stop").small()) }),
            ))
            (Progress::new("done", "Exporting the audit trail of the whole organization", 1204, 1204))
            }
        }
        section .panel {
            h2 { "Empty" }
            (none_yet()) (none_match()) (Empty::could_not_load("#"))
        }
        section .panel {
            h2 { "Pages" }
            div .stack {
                (Pager { newer: Some("#".into()), older: None })
            }
        }
        section .panel {
            h2 { "Icons" }
            div .row { @for shape in Icon::ALL { (icon(*shape)) } (icon_labelled(Icon::Lock, "Locked")) }
        }
        section .panel { h2 { "Messages" } div .stack { (messages()) } }
    }
}

fn meanings() -> [(Meaning, &'static str); 5] {
    [
        (Meaning::Ok, "Delivered"),
        (Meaning::Warn, "Waiting"),
        (Meaning::Bad, "Bounced"),
        (Meaning::Info, "Sending"),
        (Meaning::Neutral, "Expired"),
    ]
}

fn buttons() -> Markup {
    html! {
        div .stack {
            div .row {
                (Button::primary("Approve Ada Lovelace").key('a'))
                (Button::secondary("Release").icon(Icon::Undo2))
                (Button::danger("Reject"))
                (Button::quiet("Skip"))
                (Button::quiet("More").icon_only(Icon::Ellipsis))
                (Button::secondary("Not now").disabled(true))
            }
            div .row {
                (Button::primary("Approve").small())
                (Button::secondary("Open").small().href("#"))
                (Button::danger("Delete").small().icon(Icon::Trash2))
                (Button::quiet("Help").small().icon_only(Icon::CircleQuestionMark))
            }
            div .row { (Button::primary(&format!("Approve {LONG}"))) }
        }
    }
}

fn values() -> Markup {
    html! {
        div .stack {
            p { "Relative " (time(minutes_ago(95), now())) ", later " (time(minutes_ago(-200), now())) ", in full " (time_absolute(now())) }
            p { (copyable("case id", "0194f6a2-77b1-7c3e-9a51-2f0c6f0f1a2b")) }
            p { (copyable("address", &format!("{LONG}.{LONG}@demo.test"))) }
            p { "Kept from you: " (masked("Date of birth")) }
        }
    }
}
