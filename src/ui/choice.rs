//! Radio buttons and checkboxes.

use maud::{Markup, Render, html};

use super::field::{described_by, notes};

/// One thing to choose, in a select, a radio group or a group of checkboxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    pub value: &'a str,
    pub label: &'a str,
    /// A second line below the label (not shown in a select).
    pub hint: Option<&'a str>,
}

impl<'a> Choice<'a> {
    #[must_use]
    pub fn new(value: &'a str, label: &'a str) -> Self {
        Self { value, label, hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }
}

/// A group of radio buttons or checkboxes under one legend.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    kind: &'static str,
    name: &'a str,
    legend: &'a str,
    options: &'a [Choice<'a>],
    chosen: &'a [&'a str],
    hint: Option<&'a str>,
    error: Option<&'a str>,
    optional: bool,
}

impl<'a> Choices<'a> {
    /// Exactly one of `choices`.
    #[must_use]
    pub fn radios(name: &'a str, legend: &'a str, choices: &'a [Choice<'a>]) -> Self {
        Self::new("radio", name, legend, choices)
    }

    /// Any number of `choices`, sent as repeated fields.
    #[must_use]
    pub fn checkboxes(name: &'a str, legend: &'a str, choices: &'a [Choice<'a>]) -> Self {
        Self::new("checkbox", name, legend, choices)
    }

    fn new(kind: &'static str, name: &'a str, legend: &'a str, choices: &'a [Choice<'a>]) -> Self {
        Self { kind, name, legend, options: choices, chosen: &[], hint: None, error: None, optional: false }
    }

    /// The values that are on.
    #[must_use]
    pub fn chosen(mut self, values: &'a [&'a str]) -> Self {
        self.chosen = values;
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
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The first control has the field's own id, so that the error summary can link to it.
    fn id_of(&self, index: usize) -> String {
        if index == 0 { self.name.to_owned() } else { format!("{}-{index}", self.name) }
    }
}

impl Render for Choices<'_> {
    fn render(&self) -> Markup {
        let described = described_by(self.name, self.hint.is_some(), self.error.is_some());
        html! {
            fieldset .field.choices.invalid[self.error.is_some()] aria-describedby=[described] {
                legend {
                    (self.legend)
                    @if self.optional { span .optional { " (optional)" } }
                }
                (notes(self.name, self.hint, self.error))
                @for (index, choice) in self.options.iter().enumerate() {
                    (control(self.kind, self.name, &self.id_of(index), *choice, self.chosen.contains(&choice.value)))
                }
            }
        }
    }
}

/// One checkbox on its own, for "yes" or nothing: it sends `on`.
#[must_use]
pub fn checkbox(name: &str, label: &str, checked: bool, error: Option<&str>) -> Markup {
    html! {
        div .field.choices.invalid[error.is_some()] {
            (notes(name, None, error))
            (control("checkbox", name, name, Choice::new("on", label), checked))
        }
    }
}

fn control(kind: &str, name: &str, id: &str, choice: Choice<'_>, checked: bool) -> Markup {
    let hint_id = choice.hint.map(|_| format!("{id}-note"));
    html! {
        div .choice {
            input type=(kind) id=(id) name=(name) value=(choice.value) checked[checked] aria-describedby=[&hint_id];
            div {
                label for=(id) { (choice.label) }
                @if let (Some(hint), Some(hint_id)) = (choice.hint, &hint_id) {
                    p .hint id=(hint_id) { (hint) }
                }
            }
        }
    }
}
