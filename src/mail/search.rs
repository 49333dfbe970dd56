//! What staff types into the search of the email log: words, and `kind:`, `to:`, `subject:` before a word.

use super::model::TemplateKind;
use super::store::log::Filter;

/// The operators, with what each finds; shown as help.
pub const OPERATORS: &[(&str, &str)] = &[
    ("to:ada@", "in the recipient's address"),
    ("subject:approved", "in the subject"),
    ("kind:verify_address", "of one template"),
];

/// Reads a search into a filter. A word without operator is looked for in recipient and subject.
#[must_use]
pub fn read(typed: &str) -> Filter {
    let mut filter = Filter::default();
    let mut words: Vec<&str> = Vec::new();
    for word in typed.split_whitespace() {
        match word.split_once(':') {
            Some(("to", text)) if !text.is_empty() => filter.recipient = Some(text.to_owned()),
            Some(("subject", text)) if !text.is_empty() => filter.subject = Some(text.to_owned()),
            Some(("kind", name)) if TemplateKind::parse(name).is_some() => {
                filter.kind = TemplateKind::parse(name);
            }
            _ => words.push(word),
        }
    }
    filter.text = (!words.is_empty()).then(|| words.join(" "));
    filter
}

/// The parts of a search, each with the search that is left without it: the chips of the list.
#[must_use]
pub fn parts(typed: &str) -> Vec<(String, String)> {
    let words: Vec<&str> = typed.split_whitespace().collect();
    let is_operator = |word: &str| {
        let alone = read(word);
        alone.text.is_none()
    };
    let (operators, plain): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| is_operator(word));
    let without = |dropped: &str| {
        let left: Vec<&str> = words.iter().copied().filter(|word| *word != dropped).collect();
        left.join(" ")
    };
    let mut parts: Vec<(String, String)> =
        operators.iter().map(|word| ((*word).to_owned(), without(word))).collect();
    if !plain.is_empty() {
        parts.push((format!("“{}”", plain.join(" ")), operators.join(" ")));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_and_words_are_told_apart() {
        let filter = read(" to:Ada@ kind:approved your  registration subject:is ");
        assert_eq!(filter.recipient.as_deref(), Some("Ada@"));
        assert_eq!(filter.subject.as_deref(), Some("is"));
        assert_eq!(filter.kind, Some(TemplateKind::Approved));
        assert_eq!(filter.text.as_deref(), Some("your registration"));
    }

    #[test]
    fn what_is_no_operator_is_a_word() {
        assert_eq!(read("kind:nonsense re:hello to:").text.as_deref(), Some("kind:nonsense re:hello to:"));
        assert_eq!(read("   "), Filter::default());
    }

    #[test]
    fn each_chip_leaves_the_rest_of_the_search() {
        let found = parts("to:ada@ your registration kind:approved");
        let expected = [
            ("to:ada@", "your registration kind:approved"),
            ("kind:approved", "to:ada@ your registration"),
            ("“your registration”", "to:ada@ kind:approved"),
        ];
        let expected = expected.map(|(label, left)| (label.to_owned(), left.to_owned()));
        assert_eq!(found, expected);
    }
}
