//! Forms: a real POST with its CSRF field; scripts add the guard against double and lost submissions.

use maud::{Markup, html};

/// The name of the field (and `X-CSRF-Token` of the header) that carries the CSRF token.
pub const CSRF_FIELD: &str = "csrf";

/// The hidden field that every POST form carries.
#[must_use]
pub fn csrf_field(token: &str) -> Markup {
    html! { input type="hidden" name=(CSRF_FIELD) value=(token); }
}

/// A POST form: `Form::post(paths::login(), csrf).id("login-form").body(html! { … })`.
#[derive(Clone, Debug)]
pub struct Form<'a> {
    action: &'a str,
    csrf: &'a str,
    id: Option<&'a str>,
    multipart: bool,
    inline: bool,
    guarded: bool,
}

impl<'a> Form<'a> {
    #[must_use]
    pub fn post(action: &'a str, csrf: &'a str) -> Self {
        Self { action, csrf, id: None, multipart: false, inline: false, guarded: false }
    }

    #[must_use]
    pub fn id(mut self, id: &'a str) -> Self {
        self.id = Some(id);
        self
    }

    /// For forms with files.
    #[must_use]
    pub fn multipart(mut self) -> Self {
        self.multipart = true;
        self
    }

    /// Takes no more room than its buttons; for one-button acts in a row.
    #[must_use]
    pub fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    /// Asks before the page is left with changes that were not sent.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    /// The form around its fields and buttons.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "markup is made at the call and used once")]
    pub fn body(self, fields: Markup) -> Markup {
        html! {
            form .form[!self.inline].inline-form[self.inline] method="post" action=(self.action) id=[self.id]
                enctype=[self.multipart.then_some("multipart/form-data")] novalidate
                data-guard=[self.guarded.then_some("")] {
                (csrf_field(self.csrf))
                (fields)
            }
        }
    }
}

/// The row of buttons that ends a form; the primary one first.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "markup is made at the call and used once")]
pub fn actions(buttons: Markup) -> Markup {
    html! { div .form-actions { (buttons) } }
}
