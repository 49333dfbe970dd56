//! Icons as inline SVG, drawn in the colour of the text around them.

use maud::{Markup, PreEscaped, html};

pub use crate::assets::Icon;

/// An icon beside a text that already says it: screen readers skip it.
#[must_use]
pub fn icon(icon: Icon) -> Markup {
    html! {
        svg .icon viewBox="0 0 24 24" aria-hidden="true" focusable="false" { (PreEscaped(icon.shapes())) }
    }
}

/// An icon that stands alone and is read out as `label`.
#[must_use]
pub fn icon_labelled(icon: Icon, label: &str) -> Markup {
    html! {
        svg .icon viewBox="0 0 24 24" role="img" aria-label=(label) {
            title { (label) }
            (PreEscaped(icon.shapes()))
        }
    }
}
