//! The field for files: a plain file input; scripts add dropping, the list of chosen files and early sentences.

use maud::{Markup, Render, html};

use super::field::{described_by, notes};
use super::format::bytes;
use super::icon::{Icon, icon};

/// A file field: `Upload::new("files", "Documents").accept(".pdf,.jpg").at_most(5).largest(10 << 20)`.
#[derive(Clone, Debug)]
pub struct Upload<'a> {
    name: &'a str,
    label: &'a str,
    accept: &'a str,
    at_most: u32,
    largest: u64,
    hint: Option<&'a str>,
    error: Option<&'a str>,
}

impl<'a> Upload<'a> {
    #[must_use]
    pub fn new(name: &'a str, label: &'a str) -> Self {
        Self { name, label, accept: "", at_most: 1, largest: u64::MAX, hint: None, error: None }
    }

    /// What the browser offers, as in the `accept` attribute.
    #[must_use]
    pub fn accept(mut self, accept: &'a str) -> Self {
        self.accept = accept;
        self
    }

    /// How many files may be chosen.
    #[must_use]
    pub fn at_most(mut self, files: u32) -> Self {
        self.at_most = files;
        self
    }

    /// The size in bytes above which a file is refused.
    #[must_use]
    pub fn largest(mut self, size: u64) -> Self {
        self.largest = size;
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    #[must_use]
    pub fn error(mut self, error: Option<&'a str>) -> Self {
        self.error = error;
        self
    }
}

impl Render for Upload<'_> {
    fn render(&self) -> Markup {
        let described = described_by(self.name, self.hint.is_some(), self.error.is_some());
        let many = self.at_most > 1;
        html! {
            div .field.invalid[self.error.is_some()] {
                label for=(self.name) { (self.label) }
                (notes(self.name, self.hint, self.error))
                div .upload data-upload="" data-at-most=(self.at_most) data-largest=(self.largest)
                    data-largest-text=(bytes(self.largest)) data-accept=(self.accept) {
                    (icon(Icon::Upload))
                    input type="file" id=(self.name) name=(self.name) accept=(self.accept) multiple[many]
                        aria-required="true" aria-invalid=[self.error.map(|_| "true")] aria-describedby=[described];
                    p .drop-hint data-script="" {
                        @if many { "or drop files here" } @else { "or drop a file here" }
                    }
                    ul .chosen aria-live="polite" {}
                }
            }
        }
    }
}
