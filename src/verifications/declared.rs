//! What the applicant says about the document that proves who they are: the fields of a form, and
//! what they are read into.

use chrono::{Months, NaiveDate};
use maud::{Markup, html};

use crate::documents::{Country, DocumentKind, DocumentNumber};
use crate::error::FieldError;
use crate::ui::{Choice, Field};
use crate::web::problems::Problems;
use crate::web::upload::Fields;

pub const KIND: &str = "document_kind";
pub const NUMBER: &str = "document_number";
pub const COUNTRY: &str = "document_country";
pub const EXPIRY: &str = "document_expiry";

/// No document is valid for longer: a later year is a slip.
const LONGEST_VALIDITY: Months = Months::new(12 * 60);

/// The declared data of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    pub kind: DocumentKind,
    pub number: Option<DocumentNumber>,
    pub country: Option<Country>,
    pub expiry: Option<NaiveDate>,
}

impl Declared {
    /// Reads the fields; all that is wrong with them at once.
    ///
    /// # Errors
    /// A sentence for each refused field.
    pub fn parse(fields: &Fields, today: NaiveDate) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut refuse = |field, message| errors.push(FieldError::new(field, message));
        let kind = DocumentKind::parse(fields.get(KIND).trim());
        if kind.is_none() {
            refuse(KIND, "Choose what kind of document you send.");
        }
        let number = optional(fields.get(NUMBER), |text| {
            DocumentNumber::parse(text)
                .ok_or("Enter the number as it stands on the document, at most 40 letters and digits.")
        });
        let country = optional(fields.get(COUNTRY), |text| {
            Country::parse(text).ok_or("Choose the country from the list, or give its two-letter code.")
        });
        let expiry = optional(fields.get(EXPIRY), |text| parse_expiry(text, today));
        let number = number.map_err(|message| refuse(NUMBER, message));
        let country = country.map_err(|message| refuse(COUNTRY, message));
        let expiry = expiry.map_err(|message| refuse(EXPIRY, message));
        match (kind, number, country, expiry) {
            (Some(kind), Ok(number), Ok(country), Ok(expiry)) => Ok(Self { kind, number, country, expiry }),
            _ => Err(errors),
        }
    }
}

fn optional<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, &'static str>,
) -> Result<Option<T>, &'static str> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

fn parse_expiry(text: &str, today: NaiveDate) -> Result<NaiveDate, &'static str> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    match date.ok_or("Enter the date as year, month and day, like 2031-12-31.")? {
        date if date < today => Err("This document has expired. Use one that is still valid."),
        date if date > today + LONGEST_VALIDITY => Err("Check the year: no document is valid for that long."),
        date => Ok(date),
    }
}

/// The fields of a form, with what was typed before.
#[must_use]
pub fn fields(typed: &Fields, problems: Problems<'_>) -> Markup {
    let kinds: Vec<Choice<'_>> = std::iter::once(Choice::new("", "Choose one"))
        .chain(DocumentKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind.label())))
        .collect();
    let countries: Vec<Choice<'_>> = std::iter::once(Choice::new("", "Choose one"))
        .chain(Country::all().map(|country| Choice::new(country.code(), country.name())))
        .collect();
    html! {
        (Field::select(KIND, "Kind of document", &kinds).value(typed.get(KIND)).error(problems.of(KIND)))
        (Field::text(NUMBER, "Number of the document").optional().value(typed.get(NUMBER))
            .hint("As it stands on the document.").error(problems.of(NUMBER))
            .maxlength(DocumentNumber::MAX_CHARS).autocomplete("off"))
        (Field::select(COUNTRY, "Country that issued it", &countries).optional().value(typed.get(COUNTRY))
            .error(problems.of(COUNTRY)))
        (Field::date(EXPIRY, "Valid until").optional().value(typed.get(EXPIRY)).error(problems.of(EXPIRY)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
    }

    fn parse(pairs: &[(&str, &str)]) -> Result<Declared, Vec<FieldError>> {
        Declared::parse(&Fields::from_pairs(pairs), today())
    }

    fn refused(pairs: &[(&str, &str)]) -> Vec<String> {
        parse(pairs).unwrap_err().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn the_kind_alone_is_enough() {
        let declared = parse(&[(KIND, "passport"), (NUMBER, "  "), (EXPIRY, "")]).unwrap();
        assert_eq!(declared.kind, DocumentKind::Passport);
        assert_eq!((declared.number, declared.country, declared.expiry), (None, None, None));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let sent = [(KIND, "diary"), (NUMBER, "a\u{7}"), (COUNTRY, "Atlantis"), (EXPIRY, "soon")];
        assert_eq!(refused(&sent), [KIND, NUMBER, COUNTRY, EXPIRY]);
    }

    #[test]
    fn a_document_that_expires_today_is_valid_and_one_of_yesterday_is_not() {
        assert!(parse(&[(KIND, "passport"), (EXPIRY, "2026-03-02")]).is_ok());
        assert_eq!(refused(&[(KIND, "passport"), (EXPIRY, "2026-03-01")]), [EXPIRY]);
        assert_eq!(refused(&[(KIND, "passport"), (EXPIRY, "2206-03-01")]), [EXPIRY]);
        assert_eq!(refused(&[(KIND, "passport"), (EXPIRY, "2026-02-30")]), [EXPIRY]);
    }
}
