//! Passwords: the rules, all in one table, and the making of temporary ones.
//!
//! [`broken_rules`] is the one function that judges a password, whoever asks: a form, the API, a terminal. How
//! hard one is to guess is estimated by zxcvbn, which knows the common passwords, words, names, dates and
//! keyboard patterns; what it costs is bounded by the length a password may have.

mod field;
mod rules;
mod strength;
mod temporary;

pub use field::{new_password_field, rules as rules_fragment};
pub use rules::{MAX_LENGTH, Rule, rules};
pub use temporary::{TEMPORARY_LENGTH, temporary};

use crate::access::Role;

/// Whom a password is for.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub role: Role,
}

impl<'a> Owner<'a> {
    /// The words of the name and the address.
    fn words(&self) -> impl Iterator<Item = &'a str> {
        let local = self.email.split('@').next().unwrap_or_default();
        self.name.split_whitespace().chain(local.split(['.', '_', '-', '+']))
    }

    /// Is a part of the name or address (4 letters or more) in the password?
    fn is_in(&self, password: &str) -> bool {
        let password = password.to_lowercase();
        self.words()
            .filter(|part| part.chars().count() >= 4)
            .any(|part| password.contains(&part.to_lowercase()))
    }
}

/// The rules that `password` breaks.
#[must_use]
pub fn broken_rules(password: &str, owner: &Owner<'_>) -> Vec<Rule> {
    rules(owner.role).into_iter().filter_map(|rule| rule.broken_by(password, owner)).collect()
}

/// What is to be done about the broken rules, `None` when there are none.
#[must_use]
pub fn complaint(broken: &[Rule]) -> Option<String> {
    let words: Vec<String> = broken.iter().map(|rule| rule.words()).collect();
    let (last, rest) = words.split_last()?;
    let mut sentence =
        if rest.is_empty() { format!("Use {last}.") } else { format!("Use {} and {last}.", rest.join(", ")) };
    for hint in broken.iter().filter_map(|rule| rule.hint()) {
        sentence.push(' ');
        sentence.push_str(hint);
    }
    Some(sentence)
}

#[cfg(test)]
mod tests;
