//! The rules, one by one.

use super::*;
use crate::access::Role;

const ADA: Owner<'static> =
    Owner { name: "Ada Lovelace", email: "ada.lovelace@example.org", role: Role::Member };

#[test]
fn each_rule_is_told_apart() {
    assert_eq!(broken_rules("Engine-1843!", &ADA), vec![]);
    assert_eq!(broken_rules("Xq7-vK!", &ADA), vec![Rule::Length { least: 8 }]);
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
fn a_common_password_is_refused_however_it_is_dressed_up() {
    for common in ["password", "Passw0rd!", "P@ssw0rd1", "Qwerty123!", "Letmein1!", "Abcdef1!", "Aaaaaaa1!"] {
        let broken = broken_rules(common, &ADA);
        assert!(
            broken.iter().any(|rule| matches!(rule, Rule::HardToGuess { hint: Some(_) })),
            "{common}: {broken:?}"
        );
    }
    let told = complaint(&broken_rules("Passw0rd!", &ADA)).unwrap();
    assert_eq!(told, "Use something that is hard to guess. This is very like a common password.");
}

#[test]
fn staff_need_what_also_a_thief_of_the_hash_cannot_guess() {
    let staff = Owner { role: Role::Admin, ..ADA };
    assert_eq!(broken_rules("Nanosecond-Wire-30cm", &staff), vec![]);
    let guessable = "Welcome12345!";
    assert_eq!(broken_rules(guessable, &ADA), vec![]);
    let easy = broken_rules(guessable, &staff);
    assert!(matches!(easy.as_slice(), [Rule::HardToGuess { .. }]), "{easy:?}");
}

#[test]
fn the_longest_password_is_judged_by_its_beginning_so_that_it_costs_no_more() {
    let hostile = [
        "4@8({[<361!|1709$5+7%2".repeat(6),
        "1".repeat(128),
        "19991231".repeat(16),
        "qwertyuiop[]asdfghjkl".repeat(6),
        "Aa1!".repeat(32),
        "passwordpassword1".repeat(7),
        "4@8({[<3".repeat(16),
    ];
    for password in hostile {
        let password: String = password.chars().take(MAX_LENGTH).collect();
        let beginning: String = password.chars().take(40).collect();
        assert_eq!(broken_rules(&password, &ADA), broken_rules(&beginning, &ADA), "{password}");
    }
}
