//! How far a job is.

use maud::{Markup, Render, html};

use super::format::count;

/// A bar with "n of m"; the caller renders it again (by a poll or a reload) as the job moves on.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    id: &'a str,
    label: &'a str,
    done: u64,
    total: u64,
    cancel: Option<Markup>,
}

impl<'a> Progress<'a> {
    #[must_use]
    pub fn new(id: &'a str, label: &'a str, done: u64, total: u64) -> Self {
        Self { id, label, done, total, cancel: None }
    }

    /// The form with the button that stops the job.
    #[must_use]
    pub fn cancel(mut self, form: Markup) -> Self {
        self.cancel = Some(form);
        self
    }
}

impl Render for Progress<'_> {
    fn render(&self) -> Markup {
        let of = format!("{} of {}", count(self.done), count(self.total));
        html! {
            div .progress id=(self.id) {
                label for={ (self.id) "-bar" } { (self.label) }
                span .of { (of) }
                progress id={ (self.id) "-bar" } value=(self.done) max=(self.total.max(1)) { (of) }
                @if let Some(cancel) = &self.cancel { (cancel) }
            }
        }
    }
}
