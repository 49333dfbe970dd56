//! Text search that means the same on both engines.

use diesel::sql_types::{Nullable, Text};
use diesel::{QueryResult, SqliteConnection};

diesel::define_sql_function! {
    /// `x` in lower case, in every alphabet on both engines: a function of ours, since `lower` of SQLite, and of
    /// PostgreSQL under some locales, stops at ASCII.
    #[sql_name = "fold_case"]
    fn lower(x: Text) -> Text;
}

diesel::define_sql_function! {
    /// The same for a column that may be empty.
    #[sql_name = "fold_case"]
    fn lower_or_null(x: Nullable<Text>) -> Nullable<Text>;
}

/// Gives a SQLite connection the function; on PostgreSQL a migration makes it.
pub(super) fn teach_sqlite(connection: &mut SqliteConnection) -> QueryResult<()> {
    lower_or_null_utils::register_impl(connection, |text: Option<String>| {
        text.map(|text| text.to_lowercase())
    })
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
