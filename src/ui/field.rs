//! A labelled control: label above, hint, the error in words, then the control.

use maud::{Markup, Render, html};

use super::choice::Choice;
use super::icon::{Icon, icon};
use super::rules::Rules;

/// One field of a form: `Field::email("email", "Email address").value(&form.email).error(problem)`.
///
/// Required unless [`optional`](Self::optional). The control's id is the name unless [`id`](Self::id) says
/// otherwise.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    name: &'a str,
    label: &'a str,
    kind: Kind<'a>,
    id: &'a str,
    value: &'a str,
    hint: Option<&'a str>,
    error: Option<&'a str>,
    autocomplete: Option<&'a str>,
    maxlength: Option<u32>,
    optional: bool,
    short: bool,
    label_hidden: bool,
    rules: Option<Rules<'a>>,
}

#[derive(Clone, Debug)]
enum Kind<'a> {
    Input(&'static str),
    Password,
    TextArea { rows: u8 },
    Select(&'a [Choice<'a>]),
}

impl<'a> Field<'a> {
    #[must_use]
    pub fn text(name: &'a str, label: &'a str) -> Self {
        Self::new(name, label, Kind::Input("text"))
    }

    #[must_use]
    pub fn email(name: &'a str, label: &'a str) -> Self {
        Self::new(name, label, Kind::Input("email"))
    }

    #[must_use]
    pub fn phone(name: &'a str, label: &'a str) -> Self {
        Self::new(name, label, Kind::Input("tel"))
    }

    #[must_use]
    pub fn date(name: &'a str, label: &'a str) -> Self {
        Self::new(name, label, Kind::Input("date")).short()
    }

    /// A password with a switch to see it where scripts run; its value is never rendered.
    #[must_use]
    pub fn password(name: &'a str, label: &'a str) -> Self {
        Self::new(name, label, Kind::Password)
    }

    #[must_use]
    pub fn textarea(name: &'a str, label: &'a str, rows: u8) -> Self {
        Self::new(name, label, Kind::TextArea { rows })
    }

    /// One of several; [`value`](Self::value) selects. For fewer than six prefer [`super::Choices::radios`].
    #[must_use]
    pub fn select(name: &'a str, label: &'a str, options: &'a [Choice<'a>]) -> Self {
        Self::new(name, label, Kind::Select(options))
    }

    fn new(name: &'a str, label: &'a str, kind: Kind<'a>) -> Self {
        Self {
            name,
            label,
            kind,
            id: name,
            value: "",
            hint: None,
            error: None,
            autocomplete: None,
            maxlength: None,
            optional: false,
            short: false,
            label_hidden: false,
            rules: None,
        }
    }

    /// What the control holds at first: what was typed before, after a refusal.
    #[must_use]
    pub fn value(mut self, value: &'a str) -> Self {
        self.value = value;
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

    #[must_use]
    pub fn autocomplete(mut self, purpose: &'a str) -> Self {
        self.autocomplete = Some(purpose);
        self
    }

    #[must_use]
    pub fn maxlength(mut self, characters: u32) -> Self {
        self.maxlength = Some(characters);
        self
    }

    /// Says "(optional)" beside the label.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// No wider than a date or a number needs.
    #[must_use]
    pub fn short(mut self) -> Self {
        self.short = true;
        self
    }

    /// When two fields of one page have the same name.
    #[must_use]
    pub fn id(mut self, id: &'a str) -> Self {
        self.id = id;
        self
    }

    /// The label is only read out; for a control whose place says what it is.
    #[must_use]
    pub fn label_hidden(mut self) -> Self {
        self.label_hidden = true;
        self
    }

    /// Lists what a password has to keep, and has it checked while it is typed.
    #[must_use]
    pub fn rules(mut self, rules: Rules<'a>) -> Self {
        self.rules = Some(rules);
        self
    }

    fn described(&self) -> Option<String> {
        let notes = described_by(self.id, self.hint.is_some(), self.error.is_some());
        let rules = self.rules.map(|_| format!("{}-rules", self.id));
        let all: Vec<String> = notes.into_iter().chain(rules).collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    fn control(&self) -> Markup {
        let described = self.described();
        let invalid = self.error.map(|_| "true");
        let required = (!self.optional).then_some("true");
        html! {
            @match &self.kind {
                Kind::Input(kind) => {
                    input .input.short[self.short] type=(kind) id=(self.id) name=(self.name) value=(self.value)
                        dir=[(*kind == "text").then_some("auto")]
                        autocomplete=[self.autocomplete] maxlength=[self.maxlength] aria-required=[required]
                        aria-invalid=[invalid] aria-describedby=[described];
                }
                Kind::Password => {
                    span .password {
                        input .input type="password" id=(self.id) name=(self.name) autocomplete=[self.autocomplete]
                            autocapitalize="none" spellcheck="false" aria-required=[required]
                            aria-invalid=[invalid] aria-describedby=[described]
                            hx-post=[self.rules.map(|rules| rules.check)]
                            hx-trigger=[self.rules.map(|_| "input changed delay:250ms")]
                            hx-params=[self.rules.map(|rules| rules.sends)]
                            hx-vals=[self.rules.map(|rules| rules.values)]
                            hx-target=[self.rules.map(|_| format!("#{}-rules", self.id))]
                            hx-swap=[self.rules.map(|_| "innerHTML")]
                            hx-sync=[self.rules.map(|_| "this:replace")];
                        button .button.quiet.square type="button" aria-controls=(self.id) aria-pressed="false"
                            title="Show password" data-script="" data-reveal=(self.id) {
                            (icon(Icon::Eye)) (icon(Icon::EyeOff))
                            span .visually-hidden { "Show password" }
                        }
                    }
                }
                Kind::TextArea { rows } => {
                    textarea .input id=(self.id) name=(self.name) rows=(rows) dir="auto" maxlength=[self.maxlength]
                        aria-required=[required] aria-invalid=[invalid] aria-describedby=[described]
                        { (self.value) }
                }
                Kind::Select(options) => {
                    span .select.short[self.short] {
                        select .input id=(self.id) name=(self.name) autocomplete=[self.autocomplete]
                            aria-required=[required] aria-invalid=[invalid] aria-describedby=[described]
                            {
                            @for option in *options {
                                option value=(option.value) selected[option.value == self.value] { (option.label) }
                            }
                        }
                        (icon(Icon::ChevronDown))
                    }
                }
            }
        }
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        html! {
            div .field.invalid[self.error.is_some()] {
                label for=(self.id) class=[self.label_hidden.then_some("visually-hidden")] {
                    (self.label)
                    @if self.optional { span .optional { " (optional)" } }
                }
                (notes(self.id, self.hint, self.error))
                @if let Some(rules) = &self.rules { (rules.list(self.id)) }
                (self.control())
            }
        }
    }
}

/// The hint and the error of a control, with the ids that `described_by` names.
pub(super) fn notes(id: &str, hint: Option<&str>, error: Option<&str>) -> Markup {
    html! {
        @if let Some(hint) = hint {
            p .hint id={ (id) "-hint" } { (hint) }
        }
        @if let Some(error) = error {
            p .error id={ (id) "-error" } {
                (icon(Icon::CircleX))
                span .visually-hidden { "Error: " }
                (error)
            }
        }
    }
}

/// The value of `aria-describedby` for a control with these notes.
pub(super) fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    match (hint, error) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-hint {id}-error")),
    }
}
