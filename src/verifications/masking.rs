//! What a reviewer sees of a person before taking the case: enough to tell rows apart, not who it is.

use crate::access::UserId;
use crate::clock::Timestamp;
use crate::verifications::model::Case;

/// Is personal data hidden from this reviewer at `now`?
#[must_use]
pub fn hides(case: &Case, mask_until_claimed: bool, reviewer: &UserId, now: Timestamp) -> bool {
    mask_until_claimed && !case.is_open_to(reviewer, now)
}

/// "A. L." for "Ada Lovelace".
#[must_use]
pub fn initials(name: &str) -> String {
    let letters = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphabetic()));
    let initials: Vec<String> = letters.take(4).map(|letter| format!("{letter}.")).collect();
    if initials.is_empty() { "•".to_owned() } else { initials.join(" ") }
}

/// "a•••@example.org" for "ada@example.org".
#[must_use]
pub fn masked_email(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_its_initials_in_any_script() {
        for (name, masked) in [
            ("Ada Lovelace", "A. L."),
            ("  Augusta   Ada King-Noel ", "A. A. K."),
            ("محمد الخوارزمي", "م. ا."),
            ("…", "•"),
            ("a b c d e f", "a. b. c. d."),
        ] {
            assert_eq!(initials(name), masked);
        }
    }

    #[test]
    fn of_an_address_the_first_letter_and_the_domain_stay() {
        assert_eq!(masked_email("ada@example.org"), "a•••@example.org");
        assert_eq!(masked_email("é@example.org"), "é•••@example.org");
    }
}
