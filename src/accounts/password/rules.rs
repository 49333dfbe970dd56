//! The table of rules.

use super::{Owner, strength};
use crate::access::Role;

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
    /// Neither a common password nor near one.
    HardToGuess {
        /// What makes the one at hand easy, in a sentence.
        hint: Option<&'static str>,
    },
}

/// The table of rules for a role.
#[must_use]
pub fn rules(role: Role) -> [Rule; 8] {
    let least = if role.is_staff() { 12 } else { 8 };
    [
        Rule::Length { least },
        Rule::NotTooLong,
        Rule::Upper,
        Rule::Lower,
        Rule::Digit,
        Rule::Special,
        Rule::NotLikeOwner,
        Rule::HardToGuess { hint: None },
    ]
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
            Self::HardToGuess { .. } => "something that is hard to guess".to_owned(),
        }
    }

    /// What makes a password break it, where that is not plain.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::HardToGuess { hint } => hint,
            _ => None,
        }
    }

    /// Its name in pages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::NotTooLong => "not-too-long",
            Self::Upper => "upper",
            Self::Lower => "lower",
            Self::Digit => "digit",
            Self::Special => "special",
            Self::NotLikeOwner => "not-like-owner",
            Self::HardToGuess { .. } => "hard-to-guess",
        }
    }

    /// The rule as `password` breaks it, if it does.
    pub(super) fn broken_by(self, password: &str, owner: &Owner<'_>) -> Option<Self> {
        let length = password.chars().count();
        let holds = match self {
            Self::Length { least } => length >= least,
            Self::NotTooLong => length <= MAX_LENGTH,
            Self::Upper => password.chars().any(char::is_uppercase),
            Self::Lower => password.chars().any(char::is_lowercase),
            Self::Digit => password.chars().any(|letter| letter.is_ascii_digit()),
            Self::Special => password.chars().any(|letter| !letter.is_alphanumeric()),
            Self::NotLikeOwner => !owner.is_in(password),
            Self::HardToGuess { .. } => {
                return strength::problem(password, owner).map(|easy| Self::HardToGuess { hint: easy.hint });
            }
        };
        (!holds).then_some(self)
    }
}
