//! A question over the page. The link that opens it leads to a page with the same form, which is what
//! happens without scripts: `Button::danger("Reject").opens("reject", &paths::reject(id))`.

use maud::{Markup, Render, html};

use super::icon::{Icon, icon};

/// A dialog that waits in the page until something with `data-dialog` opens it by `showModal()`.
#[derive(Clone, Debug)]
pub struct Dialog<'a> {
    id: &'a str,
    title: &'a str,
    body: Markup,
}

impl<'a> Dialog<'a> {
    /// `body` is the form with its buttons; add [`cancel`] beside them.
    #[must_use]
    pub fn new(id: &'a str, title: &'a str, body: Markup) -> Self {
        Self { id, title, body }
    }
}

impl Render for Dialog<'_> {
    fn render(&self) -> Markup {
        html! {
            dialog .dialog id=(self.id) aria-labelledby={ (self.id) "-title" } {
                header {
                    h2 id={ (self.id) "-title" } { (self.title) }
                    button .button.quiet.square.small type="button" title="Close" data-close="" {
                        (icon(Icon::X))
                        span .visually-hidden { "Close" }
                    }
                }
                div .dialog-body { (self.body) }
            }
        }
    }
}

/// Leaves a dialog, or goes back to `url` where the same form stands on its own page.
#[must_use]
pub fn cancel(url: &str) -> Markup {
    html! { a .button.secondary href=(url) data-close="" { span .label { "Cancel" } } }
}
