//! What is wrong with a form that was sent, beside its fields and on top.

use maud::Markup;

use crate::error::FieldError;
use crate::ui;

/// The refused fields of a form, for its view; none when it was not sent yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Problems<'a>(pub &'a [FieldError]);

impl<'a> Problems<'a> {
    /// The sentence beside a field: of several the first.
    #[must_use]
    pub fn of(self, field: &str) -> Option<&'a str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// All sentences beside a field in which several things were sent, such as files.
    #[must_use]
    pub fn all_of(self, field: &str) -> Option<String> {
        let sentences = self.0.iter().filter(|error| error.field == field);
        let sentences: Vec<&str> = sentences.map(|error| error.message.as_str()).collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The box on top of the form; nothing when nothing is wrong.
    #[must_use]
    pub fn summary(self) -> Markup {
        let errors: Vec<ui::FieldError<'_>> = self
            .0
            .iter()
            .map(|error| ui::FieldError { field: &error.field, message: &error.message })
            .collect();
        ui::error_summary(&errors)
    }
}
