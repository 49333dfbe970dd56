//! What is wrong with a form: the summary on top, in the same words as beside the fields.

use maud::{Markup, html};

use super::icon::{Icon, icon};

/// One field's problem in one sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError<'a> {
    /// The id of the control, which is its name unless the field was given another.
    pub field: &'a str,
    pub message: &'a str,
}

/// The box on top of a form that was refused; it takes the focus and links each sentence to its field.
/// Nothing is rendered when there is nothing wrong.
#[must_use]
pub fn error_summary(errors: &[FieldError<'_>]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div .error-summary role="alert" tabindex="-1" data-focus="" {
                h2 { (icon(Icon::CircleX)) "There is a problem" }
                ul {
                    @for error in errors {
                        li { a href={ "#" (error.field) } { (error.message) } }
                    }
                }
            }
        }
    }
}
