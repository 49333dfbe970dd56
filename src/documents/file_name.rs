//! The name a person gave a file: shown back to them, never used as a path.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;

/// A file's name, safe to show: no path, no invisible or direction-changing characters, at most
/// [`FileName::MAX_CHARS`] characters, never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, AsExpression, FromSqlRow)]
#[serde(transparent)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct FileName(String);

impl FileName {
    pub const MAX_CHARS: usize = 120;

    /// Makes a name out of anything that a browser may send.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let visible: String = last.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
        let visible: String = visible.chars().filter(|c| !is_invisible(*c)).collect();
        let words = visible.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let name = words.trim_end_matches(['.', ' ']);
        if name.is_empty() { Self("document".to_owned()) } else { Self(shorten(name)) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the last dot, in lower case, when it looks like the name of a type: at most
    /// five letters and digits with a letter among them (so the end of `Scan 12.03.2026` is none).
    #[must_use]
    pub fn extension(&self) -> Option<String> {
        extension(&self.0).map(str::to_ascii_lowercase)
    }
}

fn extension(name: &str) -> Option<&str> {
    let (stem, end) = name.rsplit_once('.')?;
    let short = (1..=5).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let named = end.bytes().any(|byte| byte.is_ascii_alphabetic());
    (!stem.is_empty() && short && named).then_some(end)
}

/// Control characters, marks that turn the direction of writing, and ones without a shape of their own.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

/// Cuts in the middle of the name, so that its extension stays to be seen.
fn shorten(name: &str) -> String {
    let length = name.chars().count();
    if length <= FileName::MAX_CHARS {
        return name.to_owned();
    }
    let end = extension(name).map(|end| format!(".{end}")).unwrap_or_default();
    let kept = FileName::MAX_CHARS - 1 - end.chars().count();
    let start: String = name.chars().take(kept).collect();
    format!("{}…{end}", start.trim_end())
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::text_column!(FileName, as_str, |text| Some(Self::parse(&text)));

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(raw: &str) -> String {
        FileName::parse(raw).to_string()
    }

    #[test]
    fn an_ordinary_name_stays_as_it_is() {
        for name in ["passport.pdf", "Führerschein (2).jpeg", "پاسپورت.png", "Scan 12.03.2026", ".pdf"]
        {
            assert_eq!(parsed(name), name);
        }
    }

    #[test]
    fn the_path_before_a_name_is_cut() {
        assert_eq!(parsed("/etc/passwd"), "passwd");
        assert_eq!(parsed("C:\\Users\\ada\\id.png"), "id.png");
        assert_eq!(parsed("../../up.pdf"), "up.pdf");
    }

    #[test]
    fn characters_that_deceive_the_eye_are_removed() {
        assert_eq!(parsed("invoice\u{202E}fdp.exe"), "invoicefdp.exe");
        assert_eq!(parsed("a\u{0}b\u{7}c\r\nd.pdf"), "abc d.pdf");
        assert_eq!(parsed("pass\u{200B}port\u{FEFF}.pdf\u{2069}"), "passport.pdf");
    }

    #[test]
    fn a_name_of_nothing_visible_becomes_document() {
        for raw in ["", " ", "...", "/", "folder/", "\u{202E}\u{200F}", "\n\t"] {
            assert_eq!(parsed(raw), "document", "{raw:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_before_its_extension() {
        let name = FileName::parse(&format!("{}.jpeg", "long ".repeat(100)));
        assert!(name.as_str().chars().count() <= FileName::MAX_CHARS);
        assert!(name.as_str().ends_with("….jpeg"), "{name}");
        assert_eq!(FileName::parse(&"é".repeat(300)).as_str().chars().count(), FileName::MAX_CHARS);
    }

    #[test]
    fn an_extension_is_short_and_has_a_letter() {
        let extension = |raw| FileName::parse(raw).extension();
        assert_eq!(extension("a.PDF").as_deref(), Some("pdf"));
        assert_eq!(extension("a.tar.gz").as_deref(), Some("gz"));
        for none in ["a", "Scan 12.03.2026", "a.", ".pdf", "a.p df", "a.abcdef", "Dr. Who"] {
            assert_eq!(extension(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_always_short_visible_and_stays_the_same_when_parsed_again(raw in any::<String>()) {
            let name = FileName::parse(&raw);
            let text = name.as_str();
            prop_assert!((1..=FileName::MAX_CHARS).contains(&text.chars().count()));
            prop_assert!(!text.contains(['/', '\\']) && !text.chars().any(is_invisible));
            prop_assert_eq!(FileName::parse(text), name);
        }
    }
}
