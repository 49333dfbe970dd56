//! What is asked for, read from a form or from JSON.

use super::model::{Deed, Refusal, Request};
use crate::access::Role;
use crate::error::FieldError;
use crate::mail::EmailAddress;

/// The longest reason.
pub const MAX_REASON: usize = 500;

/// A deed with its words, as far as they could be read.
#[derive(Clone, Debug)]
pub struct Order {
    pub deed: Deed,
    pub reason: Option<String>,
    pub role: Option<Role>,
    /// The state of the person it was asked for in.
    pub seen: Option<String>,
    /// The address of the person as it was typed to confirm, where a form asks for that.
    pub confirmation: Option<String>,
}

impl Order {
    #[must_use]
    pub fn new(deed: Deed) -> Self {
        Self { deed, reason: None, role: None, seen: None, confirmation: None }
    }

    #[must_use]
    pub fn because(mut self, reason: Option<&str>) -> Self {
        self.reason = reason.and_then(tidy);
        self
    }

    #[must_use]
    pub fn request(&self) -> Request<'_> {
        Request { deed: self.deed, role: self.role, seen: self.seen.as_deref() }
    }

    /// What is missing or too much; the fields are named `reason`, `role` and `confirm`.
    ///
    /// # Errors
    /// [`Refusal::Invalid`].
    pub fn check(&self, address: &EmailAddress) -> Result<(), Refusal> {
        let mut errors = Vec::new();
        match &self.reason {
            None if self.deed.needs_reason() => {
                errors.push(FieldError::new("reason", "Write why: the audit log keeps it."));
            }
            Some(reason) if reason.chars().count() > MAX_REASON => {
                errors.push(FieldError::new("reason", format!("Use at most {MAX_REASON} characters.")));
            }
            _ => {}
        }
        if self.deed == Deed::ChangeRole && self.role.is_none() {
            errors.push(FieldError::new("role", "Choose a role."));
        }
        if let Some(typed) = &self.confirmation
            && !is_address(typed, address)
        {
            errors.push(FieldError::new("confirm", format!("Type the address {address} to confirm.")));
        }
        if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(errors)) }
    }
}

fn is_address(typed: &str, address: &EmailAddress) -> bool {
    EmailAddress::parse(typed).is_ok_and(|typed| typed.key() == address.key())
}

/// A reason without space around it and without what no text should hold.
fn tidy(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|letter| !letter.is_control() || *letter == '\n').collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(order: &Order) -> Vec<String> {
        match order.check(&EmailAddress::parse("Ada@demo.test").unwrap()) {
            Err(Refusal::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn what_needs_a_reason_is_not_done_without_one() {
        assert_eq!(problems(&Order::new(Deed::Suspend).because(Some(" \r\n\t\0 "))), ["reason"]);
        assert_eq!(problems(&Order::new(Deed::Suspend).because(Some(&"x".repeat(501)))), ["reason"]);
        assert!(problems(&Order::new(Deed::Suspend).because(Some(&"é".repeat(500)))).is_empty());
        assert!(problems(&Order::new(Deed::Unlock)).is_empty());
        assert_eq!(problems(&Order::new(Deed::ChangeRole)), ["reason", "role"]);
    }

    #[test]
    fn the_address_that_confirms_is_that_of_the_person_in_any_case_of_letters() {
        let typed = |text: &str| Order {
            confirmation: Some(text.to_owned()),
            ..Order::new(Deed::Ban).because(Some("Fraud"))
        };
        assert!(problems(&typed(" ADA@demo.test ")).is_empty());
        for other in ["", "ada", "ada@demo.tes", "grace@demo.test"] {
            assert_eq!(problems(&typed(other)), ["confirm"], "{other}");
        }
    }
}
