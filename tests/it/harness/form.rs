//! A form as a browser would send it: its own action, hidden fields and preset values, and what was filled in.

use scraper::{ElementRef, Html};

use super::page::selector;

/// A form that is filled in.
#[derive(Debug)]
pub struct Form {
    pub action: Option<String>,
    pub is_post: bool,
    pub is_multipart: bool,
    pub fields: Vec<(String, String)>,
    controls: Vec<Control>,
}

/// Something that can be filled in; `offers` are the only values it can take, when it has such.
#[derive(Debug)]
struct Control {
    name: String,
    offers: Option<String>,
    preset: Option<String>,
}

impl Form {
    /// Reads the form that `css` finds, or the form of the button that it finds: then as if that was pressed.
    pub fn read(html: &Html, css: &str) -> Result<Self, String> {
        let found = html.select(&selector(css)).next().ok_or_else(|| format!("nothing matches {css}"))?;
        let pressed = (found.value().name() == "button").then_some(found);
        let form = match pressed {
            Some(button) => owner(html, button).ok_or_else(|| format!("{css} is in no form"))?,
            None => found,
        };
        let any = selector("input, select, textarea, button");
        let own = html.select(&any).filter(|control| owner(html, *control) == Some(form));
        let controls: Vec<Control> =
            own.filter(|control| control.attr("disabled").is_none()).flat_map(read_control).collect();
        let mut fields: Vec<(String, String)> = controls
            .iter()
            .filter_map(|control| Some((control.name.clone(), control.preset.clone()?)))
            .collect();
        if let Some((name, value)) = pressed.and_then(|button| button.attr("name").zip(button.attr("value")))
        {
            fields.push((name.to_owned(), value.to_owned()));
        }
        let action = pressed.and_then(|button| button.attr("formaction")).or(form.attr("action"));
        Ok(Self {
            action: action.map(str::to_owned),
            is_post: form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
            is_multipart: form.attr("enctype") == Some("multipart/form-data"),
            fields,
            controls,
        })
    }

    /// Fills in fields; several values for one name make several fields. A person cannot fill in what is not
    /// there, or choose what is not offered.
    pub fn fill(&mut self, filled: &[(&str, &str)]) -> Result<(), String> {
        self.fields.retain(|(name, _)| !filled.iter().any(|(other, _)| name == other));
        for (name, value) in filled {
            let mut controls = self.controls.iter().filter(|control| control.name == *name).peekable();
            if controls.peek().is_none() {
                return Err(format!("the form has no field {name}"));
            }
            if !controls.any(|control| control.offers.as_ref().is_none_or(|offer| offer == value)) {
                return Err(format!("the field {name} does not offer {value}"));
            }
            self.fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        Ok(())
    }

    /// Is there a place for files of this name?
    pub fn has(&self, name: &str) -> bool {
        self.controls.iter().any(|control| control.name == name)
    }
}

/// The form a control belongs to: named by its `form` attribute, or around it.
fn owner<'a>(html: &'a Html, control: ElementRef<'a>) -> Option<ElementRef<'a>> {
    if let Some(id) = control.attr("form") {
        return html.select(&selector("form")).find(|form| form.attr("id") == Some(id));
    }
    control.ancestors().filter_map(ElementRef::wrap).find(|element| element.value().name() == "form")
}

fn read_control(element: ElementRef<'_>) -> Vec<Control> {
    let Some(name) = element.attr("name").map(str::to_owned) else { return Vec::new() };
    let value = || element.attr("value").unwrap_or_default().to_owned();
    let (offers, preset) = match (element.value().name(), element.attr("type").unwrap_or("text")) {
        ("select", _) => return read_options(element, &name),
        ("textarea", _) => (None, Some(element.text().collect())),
        ("button", _) | (_, "submit") => (Some(value()), None),
        (_, "checkbox" | "radio") => {
            let value = element.attr("value").unwrap_or("on").to_owned();
            let checked = element.attr("checked").is_some();
            (Some(value.clone()), checked.then_some(value))
        }
        (_, "file") => (None, None),
        _ => (None, Some(value())),
    };
    vec![Control { name, offers, preset }]
}

fn read_options(select: ElementRef<'_>, name: &str) -> Vec<Control> {
    let options: Vec<ElementRef<'_>> = select.select(&selector("option")).collect();
    let is_marked = |option: &&ElementRef<'_>| option.attr("selected").is_some();
    let chosen = options.iter().find(is_marked).or(options.first()).copied();
    let read = |option: &ElementRef<'_>| {
        let text = || option.text().collect::<String>().trim().to_owned();
        let value = option.attr("value").map_or_else(text, str::to_owned);
        let preset = (chosen == Some(*option)).then(|| value.clone());
        Control { name: name.to_owned(), offers: Some(value), preset }
    };
    options.iter().map(read).collect()
}

mod tests {
    use super::*;

    const PAGE: &str = r#"
        <form id="decision" method="post" action="/decide">
            <input type="hidden" name="version" value="3">
            <textarea name="reason">Looks fine</textarea>
            <select name="country"><option value="gb">Britain</option><option selected>Italy</option></select>
            <input type="checkbox" name="sure" value="yes"> <input type="checkbox" name="told" checked>
            <input name="closed" value="x" disabled>
            <button name="decision" value="approve">Approve</button>
            <button name="decision" value="reject" formaction="/refuse">Reject</button>
        </form>
        <input form="decision" name="note" value="from afar"> <input name="elsewhere" value="x">"#;

    fn read(css: &str) -> Form {
        Form::read(&Html::parse_document(PAGE), css).unwrap()
    }

    fn sent(form: &Form) -> Vec<(&str, &str)> {
        form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn a_form_sends_what_is_preset_and_no_button_that_was_not_pressed() {
        let form = read("#decision");
        let preset = [
            ("version", "3"),
            ("reason", "Looks fine"),
            ("country", "Italy"),
            ("told", "on"),
            ("note", "from afar"),
        ];
        assert_eq!(sent(&form), preset);
        assert_eq!((form.action.as_deref(), form.is_post), (Some("/decide"), true));
    }

    #[test]
    fn a_pressed_button_sends_its_name_to_its_own_address() {
        let form = read("button[value=reject]");
        assert_eq!(sent(&form).last(), Some(&("decision", "reject")));
        assert_eq!(form.action.as_deref(), Some("/refuse"));
    }

    #[test]
    fn only_what_is_there_and_offered_can_be_filled_in() {
        let mut form = read("#decision");
        form.fill(&[("country", "gb"), ("sure", "yes"), ("reason", "")]).unwrap();
        assert!(sent(&form).ends_with(&[("country", "gb"), ("sure", "yes"), ("reason", "")]), "{form:?}");
        assert!(form.fill(&[("country", "fr")]).unwrap_err().contains("does not offer fr"));
        assert!(form.fill(&[("elsewhere", "y")]).unwrap_err().contains("no field elsewhere"));
        assert!(form.fill(&[("closed", "y")]).unwrap_err().contains("no field closed"));
    }
}
