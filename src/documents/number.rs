//! The number of a document, as the applicant typed it.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;

/// 1 to [`DocumentNumber::MAX_CHARS`] visible characters without space around them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, AsExpression, FromSqlRow)]
#[serde(transparent)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct DocumentNumber(String);

impl DocumentNumber {
    pub const MAX_CHARS: u32 = 40;

    /// `None` when it is empty, too long, or no single line of plain characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let length = text.chars().count();
        let plain =
            |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '/' | '.' | '<' | '#' | ':' | '(' | ')');
        ((1..=Self::MAX_CHARS as usize).contains(&length) && text.chars().all(plain))
            .then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::text_column!(DocumentNumber, as_str, |text| Some(Self(text)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_line_of_plain_characters() {
        assert_eq!(DocumentNumber::parse(" C01X00T47 ").unwrap().as_str(), "C01X00T47");
        assert_eq!(DocumentNumber::parse("ΑΒ-12/3.4").unwrap().as_str(), "ΑΒ-12/3.4");
        for bad in ["", "   ", "a\nb", "a\u{202E}b", &"1".repeat(41)] {
            assert_eq!(DocumentNumber::parse(bad), None, "{bad:?}");
        }
    }
}
