//! Text search that means the same on both engines.

use diesel::sql_types::Text;

diesel::define_sql_function! {
    /// `lower(x)`: plain LIKE is blind to case on SQLite only.
    fn lower(x: Text) -> Text;
}

/// A pattern that finds `needle` anywhere, for `lower(column) LIKE … ESCAPE '\'`.
#[must_use]
pub fn contains_pattern(needle: &str) -> String {
    let mut pattern = String::with_capacity(needle.len() + 2);
    pattern.push('%');
    for letter in needle.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_what_was_typed_are_only_letters() {
        assert_eq!(contains_pattern("50%_\\A"), r"%50\%\_\\a%");
    }
}
