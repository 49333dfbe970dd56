//! Buttons, and links that look like buttons. A page has at most one primary one, named by its act.

use maud::{Markup, Render, html};

use super::icon::{Icon, icon};

/// One button: `html! { (Button::primary("Approve Ada Lovelace").value("decision", "approve")) }`.
///
/// It submits the form around it, unless [`href`](Self::href) makes it a link.
#[derive(Clone, Debug)]
pub struct Button<'a> {
    label: &'a str,
    look: &'static str,
    icon: Option<Icon>,
    icon_only: bool,
    href: Option<&'a str>,
    dialog: Option<&'a str>,
    id: Option<&'a str>,
    form: Option<&'a str>,
    formaction: Option<&'a str>,
    value: Option<(&'a str, &'a str)>,
    key: Option<char>,
    disabled: bool,
    small: bool,
}

impl<'a> Button<'a> {
    /// The one act that the page is for.
    #[must_use]
    pub fn primary(label: &'a str) -> Self {
        Self::new(label, "primary")
    }

    /// Any other act.
    #[must_use]
    pub fn secondary(label: &'a str) -> Self {
        Self::new(label, "secondary")
    }

    /// An act that destroys or refuses; stands last.
    #[must_use]
    pub fn danger(label: &'a str) -> Self {
        Self::new(label, "danger")
    }

    /// An act without a frame, for toolbars and rows.
    #[must_use]
    pub fn quiet(label: &'a str) -> Self {
        Self::new(label, "quiet")
    }

    fn new(label: &'a str, look: &'static str) -> Self {
        Self {
            label,
            look,
            icon: None,
            icon_only: false,
            href: None,
            dialog: None,
            id: None,
            form: None,
            formaction: None,
            value: None,
            key: None,
            disabled: false,
            small: false,
        }
    }

    /// An icon before the label.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Only the icon is seen; the label is read out and shown on hover.
    #[must_use]
    pub fn icon_only(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self.icon_only = true;
        self
    }

    /// Makes it a link.
    #[must_use]
    pub fn href(mut self, url: &'a str) -> Self {
        self.href = Some(url);
        self
    }

    /// A link to `url` that opens the dialog with the id `dialog` where scripts run.
    #[must_use]
    pub fn opens(mut self, dialog: &'a str, url: &'a str) -> Self {
        self.dialog = Some(dialog);
        self.href = Some(url);
        self
    }

    #[must_use]
    pub fn id(mut self, id: &'a str) -> Self {
        self.id = Some(id);
        self
    }

    /// Submits the form with this id from outside of it.
    #[must_use]
    pub fn form(mut self, id: &'a str) -> Self {
        self.form = Some(id);
        self
    }

    /// Submits to another URL than the form's own.
    #[must_use]
    pub fn formaction(mut self, url: &'a str) -> Self {
        self.formaction = Some(url);
        self
    }

    /// What is sent when this button submits the form.
    #[must_use]
    pub fn value(mut self, name: &'a str, value: &'a str) -> Self {
        self.value = Some((name, value));
        self
    }

    /// A letter key that presses it (where letter keys are on); shown beside the label.
    #[must_use]
    pub fn key(mut self, key: char) -> Self {
        self.key = Some(key);
        self
    }

    #[must_use]
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }

    /// 28 px high instead of 32, for rows and toolbars.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    fn content(&self) -> Markup {
        html! {
            @if let Some(shape) = self.icon { (icon(shape)) }
            @if self.icon_only {
                span .visually-hidden { (self.label) }
            } @else {
                span .label { (self.label) }
            }
            @if let Some(key) = self.key { kbd aria-hidden="true" { (key) } }
        }
    }
}

impl Render for Button<'_> {
    fn render(&self) -> Markup {
        let title = self.icon_only.then_some(self.label);
        let key = self.key.map(|key| key.to_string());
        html! {
            @if let Some(url) = self.href {
                a .button.(self.look).small[self.small].square[self.icon_only]
                    href=(url) id=[self.id] title=[title] data-key=[&key] data-dialog=[self.dialog] {
                    (self.content())
                }
            } @else {
                button .button.(self.look).small[self.small].square[self.icon_only]
                    type="submit" id=[self.id] form=[self.form] formaction=[self.formaction] title=[title]
                    name=[self.value.map(|pair| pair.0)] value=[self.value.map(|pair| pair.1)]
                    data-key=[&key] disabled[self.disabled] {
                    (self.content())
                }
            }
        }
    }
}
