//! How hard a password is to guess.

use zxcvbn::Score;
use zxcvbn::feedback::{Feedback, Suggestion, Warning};

use super::Owner;
use super::rules::MAX_LENGTH;

/// What is looked at: the time the estimate takes grows with the square of it, and forty letters that are easy
/// to guess are not saved by more.
const LOOKED_AT: usize = 40;

/// A password that is too easy to guess, with what makes it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Easy {
    pub hint: Option<&'static str>,
}

/// Is the password too easy to guess? One over the greatest length is
/// refused for that and not looked into.
pub(super) fn problem(password: &str, owner: &Owner<'_>) -> Option<Easy> {
    if password.is_empty() {
        return Some(Easy { hint: None });
    }
    if password.chars().nth(MAX_LENGTH).is_some() {
        return None;
    }
    let domain = owner.email.split('@').nth(1).unwrap_or_default();
    let known: Vec<&str> = owner.words().chain(domain.split('.')).chain(["frontdesk"]).collect();
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    let estimate = zxcvbn::zxcvbn(&looked_at, &known);
    // Two: out of reach of whoever tries at a sign-in page. Three: also of whoever has stolen the hash.
    let least = if owner.role.is_staff() { Score::Three } else { Score::Two };
    (estimate.score() < least).then(|| Easy { hint: estimate.feedback().and_then(hint) })
}

fn hint(feedback: &Feedback) -> Option<&'static str> {
    feedback.warning().map(warning).or_else(|| feedback.suggestions().first().copied().map(suggestion))
}

fn warning(of: Warning) -> &'static str {
    match of {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            "Rows and patterns of keys are easy to guess."
        }
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            "Repeated letters and words are easy to guess."
        }
        Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword => {
            "This is a very common password."
        }
        Warning::ThisIsSimilarToACommonlyUsedPassword => "This is very like a common password.",
        Warning::SequencesLikeAbcAreEasyToGuess => "Sequences like abc or 6543 are easy to guess.",
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => {
            "Dates and years are easy to guess."
        }
        Warning::AWordByItselfIsEasyToGuess => "A single word is easy to guess: add another word or two.",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => "Names are easy to guess.",
    }
}

fn suggestion(of: Suggestion) -> &'static str {
    match of {
        Suggestion::CapitalizationDoesntHelpVeryMuch
        | Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase
        | Suggestion::PredictableSubstitutionsDontHelpVeryMuch
        | Suggestion::ReversedWordsArentMuchHarderToGuess => {
            "Changed letters help little: add another word or two."
        }
        Suggestion::AvoidRepeatedWordsAndCharacters => "Leave out what is repeated.",
        Suggestion::AvoidSequences | Suggestion::UseALongerKeyboardPatternWithMoreTurns => {
            "Leave out sequences and rows of keys."
        }
        Suggestion::AvoidRecentYears
        | Suggestion::AvoidYearsThatAreAssociatedWithYou
        | Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => "Leave out dates and years.",
        Suggestion::UseAFewWordsAvoidCommonPhrases
        | Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters
        | Suggestion::AddAnotherWordOrTwo => "Add another word or two that nobody expects.",
    }
}
