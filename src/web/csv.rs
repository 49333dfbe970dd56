//! Files for spreadsheets: what people entered must not become a formula there.

use std::borrow::Cow;

const APOSTROPHE: char = '\'';

/// Would a spreadsheet take this for a formula?
fn is_formula(text: &str) -> bool {
    text.starts_with(['\t', '\r']) || text.trim_start().starts_with(['=', '+', '-', '@'])
}

/// The cell as it is written: an apostrophe before what looks like a formula makes it a text.
#[must_use]
pub fn guard(text: &str) -> Cow<'_, str> {
    if is_formula(text.trim_start_matches(APOSTROPHE)) {
        return Cow::Owned(format!("{APOSTROPHE}{text}"));
    }
    Cow::Borrowed(text)
}

/// What [`guard`] was given: files that came from here can be read again.
#[must_use]
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix(APOSTROPHE) {
        Some(rest) if is_formula(rest.trim_start_matches(APOSTROPHE)) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_like_a_formula_gets_an_apostrophe() {
        for text in ["=1+1", "+44 20", "-1", "@sum", "\t=1", "\rx", "  =1+1"] {
            assert_eq!(guard(text), format!("'{text}"));
        }
        for text in ["", "Ada", "ada@demo.test", "O'Neil", "'tis", "1-2"] {
            assert_eq!(guard(text), text);
        }
    }

    proptest! {
        #[test]
        fn what_was_guarded_comes_back(text in "['=+@ \\ta-]{0,4}.{0,3}") {
            let guarded = guard(&text);
            prop_assert!(!is_formula(&guarded));
            prop_assert_eq!(unguard(&guarded), text.as_str());
        }
    }
}
