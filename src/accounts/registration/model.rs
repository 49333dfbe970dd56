//! What a registration consists of, read at the edge.

use chrono::NaiveDate;
use secrecy::{ExposeSecret, SecretString};

use crate::access::Role;
use crate::accounts::password::{self, Owner};
use crate::config::{AccountsConfig, ApprovalCredentials};
use crate::documents::inspect::{MAX_FILE_BYTES, MAX_FILES};
use crate::error::FieldError;
use crate::mail::{DisplayName, EmailAddress};
use crate::verifications::declared::{self, Declared};
use crate::web::upload::{Fields, Parts};

pub const EMAIL: &str = "email";
pub const NAME: &str = "name";
pub const PHONE: &str = "phone";
pub const PASSWORD: &str = "password";
pub const DOCUMENTS: &str = "documents";

/// The parts of a registration, in a form and in the API.
#[derive(Debug)]
pub struct RegistrationParts;

impl Parts for RegistrationParts {
    const FIELDS: &'static [&'static str] = &[
        EMAIL,
        NAME,
        PHONE,
        PASSWORD,
        declared::KIND,
        declared::NUMBER,
        declared::COUNTRY,
        declared::EXPIRY,
    ];
    const MAX_FILES: usize = MAX_FILES;
    const MAX_FILE_BYTES: usize = MAX_FILE_BYTES;
}

/// A registration that can be accepted, but for its files.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    pub email: EmailAddress,
    pub name: DisplayName,
    pub phone: Option<String>,
    pub password: Option<SecretString>,
    pub declared: Declared,
}

/// Is a password chosen at registration the one that opens the account later? Otherwise the approval
/// brings the credentials, and the page does not ask for one.
#[must_use]
pub(super) fn needs_password(config: &AccountsConfig) -> bool {
    config.approval_credentials == ApprovalCredentials::KeepPassword
}

impl Registration {
    /// Reads the fields; all that is wrong with them at once, in the order of the form.
    pub fn parse(
        fields: &Fields,
        config: &AccountsConfig,
        today: NaiveDate,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut refuse = |field: &str, message: String| errors.push(FieldError::new(field, message));
        let email = EmailAddress::parse(fields.get(EMAIL)).map_err(|error| error.to_string());
        let email = email.and_then(|email| may_register(email, config));
        let email = email.map_err(|message| refuse(EMAIL, message)).ok();
        let name = DisplayName::parse(fields.get(NAME));
        let name = name.map_err(|error| refuse(NAME, error.to_string())).ok();
        let phone = phone(fields.get(PHONE)).map_err(|message| refuse(PHONE, message.to_owned())).ok();
        let password = checked_password(fields, needs_password(config));
        let password = password.map_err(|message| refuse(PASSWORD, message)).ok();
        let declared = Declared::parse(fields, today).map_err(|refused| errors.extend(refused)).ok();
        let all = || {
            Some(Self { email: email?, name: name?, phone: phone?, password: password?, declared: declared? })
        };
        all().ok_or(errors)
    }
}

fn may_register(email: EmailAddress, config: &AccountsConfig) -> Result<EmailAddress, String> {
    if config.domain_may_register(email.domain()) {
        return Ok(email);
    }
    Err(match config.allowed_domains.as_slice() {
        [] => "Addresses of this provider cannot register. Use another address.".to_owned(),
        allowed => format!("Use an address of {}.", allowed.join(" or ")),
    })
}

fn checked_password(fields: &Fields, needed: bool) -> Result<Option<SecretString>, String> {
    let password = fields.get(PASSWORD);
    if password.is_empty() {
        return if needed { Err("Choose a password.".to_owned()) } else { Ok(None) };
    }
    let owner = Owner { name: fields.get(NAME), email: fields.get(EMAIL), role: Role::Member };
    let password = SecretString::from(password.to_owned());
    match password::complaint(&password::broken_rules(password.expose_secret(), &owner)) {
        Some(sentence) => Err(sentence),
        None => Ok(Some(password)),
    }
}

/// Reads an optional phone number: 6 to 20 digits and the signs people write between them.
///
/// # Errors
/// The sentence beside the field.
pub fn phone(text: &str) -> Result<Option<String>, &'static str> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let signs = text.chars().all(|letter| letter.is_ascii_digit() || " +-()./".contains(letter));
    let plus = text.rfind('+').is_none_or(|at| at == 0);
    if signs && plus && (6..=20).contains(&digits) && text.len() <= 40 {
        Ok(Some(text))
    } else {
        Err("Enter a phone number with its country code, like +44 20 7946 0958.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Sources};

    const GOOD: &[(&str, &str)] = &[
        (EMAIL, "ada@example.org"),
        (NAME, "Ada Lovelace"),
        (PHONE, "+44 20 7946 0958"),
        (PASSWORD, "Engine-1843!"),
        (declared::KIND, "passport"),
    ];

    fn config(pairs: &[(&str, &str)]) -> AccountsConfig {
        let environment =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::read(Sources { environment, ..Sources::default() }).unwrap().accounts
    }

    fn parse(changed: &[(&str, &str)], config: &AccountsConfig) -> Result<Registration, Vec<FieldError>> {
        let mut fields: Vec<(&str, &str)> = GOOD.to_vec();
        for (name, value) in changed {
            fields.retain(|(other, _)| other != name);
            fields.push((name, value));
        }
        let today = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        Registration::parse(&Fields::from_pairs(&fields), config, today)
    }

    fn refused(changed: &[(&str, &str)], config: &AccountsConfig) -> Vec<(String, String)> {
        let errors = parse(changed, config).unwrap_err();
        errors.into_iter().map(|error| (error.field, error.message)).collect()
    }

    #[test]
    fn a_complete_registration_is_read() {
        let read = parse(&[], &config(&[])).unwrap();
        assert_eq!(read.email.as_str(), "ada@example.org");
        assert_eq!(read.phone.as_deref(), Some("+44 20 7946 0958"));
        assert!(read.password.is_some());
    }

    #[test]
    fn everything_wrong_is_told_at_once_in_the_order_of_the_form() {
        let changed = [(EMAIL, "ada"), (NAME, " "), (PHONE, "12"), (PASSWORD, "x"), (declared::KIND, "")];
        let fields: Vec<String> = refused(&changed, &config(&[])).into_iter().map(|(name, _)| name).collect();
        assert_eq!(fields, [EMAIL, NAME, PHONE, PASSWORD, declared::KIND]);
    }

    #[test]
    fn only_listed_domains_register_when_there_is_a_list() {
        let config = config(&[("EMAIL_ALLOWED_DOMAINS", "example.edu,demo.test")]);
        assert!(parse(&[(EMAIL, "ada@cs.example.edu")], &config).is_ok());
        let expected = (EMAIL.to_owned(), "Use an address of example.edu or demo.test.".to_owned());
        assert_eq!(refused(&[(EMAIL, "ada@example.org")], &config), [expected]);
    }

    #[test]
    fn a_denied_domain_does_not_register() {
        let config = config(&[("EMAIL_DENIED_DOMAINS", "example.org")]);
        assert_eq!(refused(&[], &config).len(), 1);
        assert!(parse(&[(EMAIL, "ada@example.com")], &config).is_ok());
    }

    #[test]
    fn a_password_is_needed_only_where_it_is_kept() {
        assert!(parse(&[(PASSWORD, "")], &config(&[])).unwrap().password.is_none());
        let keeps = config(&[("APPROVAL_CREDENTIALS", "keep-password")]);
        assert_eq!(
            refused(&[(PASSWORD, "")], &keeps),
            [(PASSWORD.to_owned(), "Choose a password.".to_owned())]
        );
    }

    #[test]
    fn a_phone_number_is_digits_and_what_people_write_between_them() {
        for good in ["+44 20 7946 0958", "(030) 123-456", "030/123.456"] {
            assert_eq!(phone(good), Ok(Some(good.to_owned())));
        }
        assert_eq!(phone("  "), Ok(None));
        for bad in ["12345", "call me", "44+20 7946 0958", "123456789012345678901"] {
            assert!(phone(bad).is_err(), "{bad}");
        }
    }
}
