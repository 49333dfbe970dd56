//! Ids and addresses that people carry elsewhere.

use maud::{Markup, html};

use super::icon::{Icon, icon};

/// A value with a button that copies all of it; `what` names it ("case id"). Where the browser keeps the
/// clipboard closed (plain HTTP), the button selects the text instead.
#[must_use]
pub fn copyable(what: &str, value: &str) -> Markup {
    let label = format!("Copy {what}");
    html! {
        span .copy {
            code title=(value) { (value) }
            button .button.quiet.square.small type="button" title=(label) data-script="" data-copy=(value) {
                (icon(Icon::Copy)) (icon(Icon::Check))
                span .visually-hidden { (label) }
            }
        }
    }
}
