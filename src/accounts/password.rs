//! The rules for passwords, all in one table, and the making of temporary ones.

use crate::access::Role;
use crate::ids::Random;

/// Longer passwords are refused: hashing them would cost more than they bring.
pub const MAX_LENGTH: usize = 128;

/// One rule, as the page shows it and as a program names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Length {
        least: usize,
    },
    NotTooLong,
    Upper,
    Lower,
    Digit,
    Special,
    /// Not the name or the address of its owner.
    NotLikeOwner,
}

impl Rule {
    /// What must hold, in words that complete "Use …".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Length { least } => format!("at least {least} characters"),
            Self::NotTooLong => format!("at most {MAX_LENGTH} characters"),
            Self::Upper => "an upper-case letter".to_owned(),
            Self::Lower => "a lower-case letter".to_owned(),
            Self::Digit => "a digit".to_owned(),
            Self::Special => "a character that is neither letter nor digit".to_owned(),
            Self::NotLikeOwner => "nothing like your name or email address".to_owned(),
        }
    }

    fn holds(self, password: &str, owner: &Owner<'_>) -> bool {
        match self {
            Self::Length { least } => password.chars().count() >= least,
            Self::NotTooLong => password.chars().count() <= MAX_LENGTH,
            Self::Upper => password.chars().any(char::is_uppercase),
            Self::Lower => password.chars().any(char::is_lowercase),
            Self::Digit => password.chars().any(|letter| letter.is_ascii_digit()),
            Self::Special => password.chars().any(|letter| !letter.is_alphanumeric()),
            Self::NotLikeOwner => !owner.is_in(password),
        }
    }
}

/// Whom a password is for.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub role: Role,
}

impl Owner<'_> {
    /// Is a part of the name or address (4 letters or more) in the password?
    fn is_in(&self, password: &str) -> bool {
        let password = password.to_lowercase();
        let local = self.email.split('@').next().unwrap_or_default();
        let parts = self.name.split_whitespace().chain(local.split(['.', '_', '-', '+']));
        parts.filter(|part| part.chars().count() >= 4).any(|part| password.contains(&part.to_lowercase()))
    }
}

/// The table of rules for a role.
#[must_use]
pub fn rules(role: Role) -> [Rule; 7] {
    let least = if role.is_staff() { 12 } else { 8 };
    [
        Rule::Length { least },
        Rule::NotTooLong,
        Rule::Upper,
        Rule::Lower,
        Rule::Digit,
        Rule::Special,
        Rule::NotLikeOwner,
    ]
}

/// The rules that `password` breaks.
#[must_use]
pub fn broken_rules(password: &str, owner: &Owner<'_>) -> Vec<Rule> {
    rules(owner.role).into_iter().filter(|rule| !rule.holds(password, owner)).collect()
}

/// One sentence for the broken rules, `None` when there are none.
#[must_use]
pub fn complaint(broken: &[Rule]) -> Option<String> {
    let words: Vec<String> = broken.iter().map(|rule| rule.words()).collect();
    let (last, rest) = words.split_last()?;
    if rest.is_empty() {
        return Some(format!("Use {last}."));
    }
    Some(format!("Use {} and {last}.", rest.join(", ")))
}

const UPPER: &[char] = &[
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W',
    'X', 'Y', 'Z',
];
const LOWER: &[char] = &[
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w',
    'x', 'y', 'z',
];
const DIGITS: &[char] = &['2', '3', '4', '5', '6', '7', '8', '9'];
const SPECIAL: &[char] = &['!', '#', '$', '%', '*', '+', '-', '=', '?', '@'];

/// Characters of a temporary password.
pub const TEMPORARY_LENGTH: usize = 14;

/// A password of [`TEMPORARY_LENGTH`] characters with one of each class at least, in unbiased order;
/// letters that look like others (I, l, O, 0, 1) are left out, since people copy it by hand.
#[must_use]
pub fn temporary(random: &Random) -> String {
    let every: Vec<char> = [UPPER, LOWER, DIGITS, SPECIAL].concat();
    let mut letters: Vec<char> =
        [UPPER, LOWER, DIGITS, SPECIAL].into_iter().filter_map(|class| random.pick(class).copied()).collect();
    while letters.len() < TEMPORARY_LENGTH {
        letters.extend(random.pick(&every));
    }
    random.shuffle(&mut letters);
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Owner<'static> =
        Owner { name: "Ada Lovelace", email: "ada.lovelace@example.org", role: Role::Member };

    #[test]
    fn each_rule_is_told_apart() {
        assert_eq!(broken_rules("Engine-1843!", &ADA), vec![]);
        assert_eq!(broken_rules("Eng1!", &ADA), vec![Rule::Length { least: 8 }]);
        assert_eq!(broken_rules("engine-1843!", &ADA), vec![Rule::Upper]);
        assert_eq!(broken_rules("ENGINE-1843!", &ADA), vec![Rule::Lower]);
        assert_eq!(broken_rules("Engine-eight", &ADA), vec![Rule::Digit]);
        assert_eq!(broken_rules("Engine1843x", &ADA), vec![Rule::Special]);
        assert_eq!(broken_rules("Lovelace-1843!", &ADA), vec![Rule::NotLikeOwner]);
        assert_eq!(broken_rules(&format!("Aa1!{}", "x".repeat(125)), &ADA), vec![Rule::NotTooLong]);
    }

    #[test]
    fn staff_need_twelve_characters() {
        let staff = Owner { role: Role::Reviewer, ..ADA };
        assert_eq!(broken_rules("Engine-184!", &staff), vec![Rule::Length { least: 12 }]);
    }

    #[test]
    fn the_complaint_reads_as_one_sentence() {
        assert_eq!(complaint(&[]), None);
        assert_eq!(complaint(&[Rule::Upper]).unwrap(), "Use an upper-case letter.");
        assert_eq!(
            complaint(&[Rule::Upper, Rule::Digit, Rule::Length { least: 8 }]).unwrap(),
            "Use an upper-case letter, a digit and at least 8 characters."
        );
    }

    #[test]
    fn a_temporary_password_always_keeps_the_rules_and_every_place_gets_every_class() {
        let random = Random::seeded(7);
        let mut specials_at = [0_u32; TEMPORARY_LENGTH];
        for _ in 0..2_000 {
            let password = temporary(&random);
            assert_eq!(password.chars().count(), TEMPORARY_LENGTH);
            assert_eq!(broken_rules(&password, &Owner { role: Role::Operator, ..ADA }), vec![]);
            for (place, letter) in password.chars().enumerate() {
                specials_at[place] += u32::from(SPECIAL.contains(&letter));
            }
        }
        let mean = specials_at.iter().sum::<u32>() / 14;
        assert!(specials_at.iter().all(|n| n.abs_diff(mean) < mean / 3), "{specials_at:?}");
    }
}
