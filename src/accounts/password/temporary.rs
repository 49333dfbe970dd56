//! Passwords that are made, not chosen.

use crate::ids::Random;

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
    use crate::access::Role;
    use crate::accounts::password::{Owner, broken_rules};

    #[test]
    fn a_temporary_password_always_keeps_the_rules_and_every_place_gets_every_class() {
        let random = Random::seeded(7);
        let mut specials_at = [0_u32; TEMPORARY_LENGTH];
        for number in 0..2_000 {
            let password = temporary(&random);
            assert_eq!(password.chars().count(), TEMPORARY_LENGTH);
            // How hard it is to guess is slow to tell in a build for tests.
            if number % 20 == 0 {
                assert_eq!(
                    broken_rules(
                        &password,
                        &Owner { name: "Ada Lovelace", email: "ada@example.org", role: Role::Operator }
                    ),
                    vec![]
                );
            }
            for (place, letter) in password.chars().enumerate() {
                specials_at[place] += u32::from(SPECIAL.contains(&letter));
            }
        }
        let mean = specials_at.iter().sum::<u32>() / 14;
        assert!(specials_at.iter().all(|n| n.abs_diff(mean) < mean / 3), "{specials_at:?}");
    }
}
