//! Rules that what is typed into a field has to keep, ticked off while it is typed where scripts run.

use maud::{Markup, html};

use super::icon::{Icon, icon};

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleLine {
    pub name: &'static str,
    /// What must hold.
    pub words: String,
    /// Does it? `None` before anything was typed.
    pub kept: Option<bool>,
    /// Why it does not, where that is not plain.
    pub hint: Option<&'static str>,
}

/// The rules of a field, and how they are checked while it is typed in.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub lines: &'a [RuleLine],
    /// Where what is typed is sent; the answer is made by [`rule_lines`].
    pub check: &'a str,
    /// The names of the form's fields that are sent, by commas.
    pub sends: &'a str,
    /// More to be sent, as a JSON object.
    pub values: &'a str,
}

impl Rules<'_> {
    /// The list, above its control.
    pub(super) fn list(&self, field: &str) -> Markup {
        html! {
            div .rules {
                p .hint id={ (field) "-rules-title" } { "It needs:" }
                ul #{ (field) "-rules" } aria-labelledby={ (field) "-rules-title" } { (lines(self.lines)) }
                p .visually-hidden #{ (field) "-rules-said" } role="status" {}
            }
        }
    }
}

/// The answer to a check: the rules of the field, and a sentence to be read out.
#[must_use]
pub fn rule_lines(field: &str, all: &[RuleLine], said: &str) -> Markup {
    html! {
        (lines(all))
        p #{ (field) "-rules-said" } hx-swap-oob="innerHTML" { (said) }
    }
}

fn lines(all: &[RuleLine]) -> Markup {
    html! {
        @for line in all {
            li data-rule=(line.name) .kept[line.kept == Some(true)] {
                (icon(if line.kept == Some(true) { Icon::CircleCheck } else { Icon::Circle }))
                span {
                    (line.words)
                    @match line.kept {
                        Some(true) => { span .visually-hidden { " (kept)" } }
                        Some(false) => { span .visually-hidden { " (not yet)" } }
                        None => {}
                    }
                    @if let Some(hint) = line.hint { span .why { " " (hint) } }
                }
            }
        }
    }
}
