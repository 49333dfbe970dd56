//! A mail on its way out, and its form on the wire (RFC 5322).
//!
//! Everything is fixed by the row: the same mail sent twice is the same message with the same Message-ID,
//! so that a receiver can drop the duplicate.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use thiserror::Error;

use super::address::{Party, unprintable};
use super::model::{EmailId, TemplateKind};
use super::templates::Rendered;
use crate::clock::Timestamp;

/// Headers that a frozen row may not carry, since they are made here.
const OWN_HEADERS: &[&str] = &[
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "x-frontdesk-email-id",
];

/// The longest line of a header that may be sent (RFC 5322, 2.1.1), less its name.
const HEADER_LIMIT: usize = 900;

/// What a provider is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub id: EmailId,
    pub kind: TemplateKind,
    pub sender: Party,
    pub recipient: Party,
    /// With angle brackets, as [`message_id`] makes it.
    pub message_id: String,
    pub date: Timestamp,
    /// Further headers, frozen with the row.
    pub headers: Vec<(String, String)>,
    pub content: Rendered,
}

/// Why a message cannot be built; it would fail the same way every time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MessageError {
    #[error("the header {0:?} cannot be sent")]
    Header(String),
    #[error("the subject has a line break or another control character")]
    Subject,
    #[error("the address {0} cannot be sent to")]
    Address(String),
    #[error("the message cannot be built: {0}")]
    Other(String),
}

/// The Message-ID of a mail: fixed by its row and the sender's domain.
#[must_use]
pub fn message_id(id: &EmailId, sender: &Party) -> String {
    format!("<{id}@{}>", sender.address.domain())
}

/// Refuses a header that could break out of its line or replace one of our own.
pub fn check_header(name: &str, value: &str) -> Result<(), MessageError> {
    let token = !name.is_empty()
        && name.len() <= 76
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let own = OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own));
    let value_is_fine = value.len() <= HEADER_LIMIT && !value.chars().any(unprintable);
    if token && !own && value_is_fine { Ok(()) } else { Err(MessageError::Header(name.to_owned())) }
}

impl Outgoing {
    /// The message in bytes: ASCII only, text and HTML as alternatives.
    pub fn mime(&self) -> Result<Vec<u8>, MessageError> {
        if self.content.subject.chars().any(unprintable) {
            return Err(MessageError::Subject);
        }
        let mut builder = lettre::Message::builder()
            .from(mailbox(&self.sender)?)
            .to(mailbox(&self.recipient)?)
            .subject(&self.content.subject)
            .date(system_time(self.date))
            .message_id(Some(self.message_id.clone()))
            .raw_header(header("Auto-Submitted", "auto-generated")?)
            .raw_header(header("X-Frontdesk-Email-Id", self.id.as_str())?);
        for (name, value) in &self.headers {
            check_header(name, value)?;
            builder = builder.raw_header(header(name, value)?);
        }
        let parts = MultiPart::alternative()
            .boundary(format!("frontdesk-{}", self.id))
            .singlepart(part(ContentType::TEXT_PLAIN, &self.content.text))
            .singlepart(part(ContentType::TEXT_HTML, &self.content.html));
        let message = builder.multipart(parts).map_err(|error| MessageError::Other(error.to_string()))?;
        Ok(message.formatted())
    }
}

fn part(content_type: ContentType, body: &str) -> SinglePart {
    SinglePart::builder().header(content_type).body(body.to_owned())
}

fn header(name: &str, value: &str) -> Result<HeaderValue, MessageError> {
    let name = HeaderName::new_from_ascii(name.to_owned())
        .map_err(|error| MessageError::Other(error.to_string()))?;
    Ok(HeaderValue::new(name, value.to_owned()))
}

fn mailbox(party: &Party) -> Result<Mailbox, MessageError> {
    let name = party.name.as_ref().map(|name| name.as_str().to_owned());
    Ok(Mailbox::new(name, path(party)?))
}

/// The address as the SMTP library has it.
pub(super) fn path(party: &Party) -> Result<lettre::Address, MessageError> {
    let address = &party.address;
    lettre::Address::new(address.local(), address.domain())
        .map_err(|error| MessageError::Address(format!("{address} ({error})")))
}

fn system_time(at: Timestamp) -> SystemTime {
    let seconds = u64::try_from(at.utc().timestamp()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::Random;
    use crate::mail::{DisplayName, EmailAddress};

    fn party(name: &str, address: &str) -> Party {
        Party {
            name: (!name.is_empty()).then(|| DisplayName::parse(name).unwrap()),
            address: EmailAddress::parse(address).unwrap(),
        }
    }

    fn outgoing() -> Outgoing {
        let now = Timestamp::parse("2026-03-01T10:00:00Z").unwrap();
        let id = EmailId::new(&Random::seeded(1), now);
        let sender = party("Demo Society", "desk@demo.test");
        Outgoing {
            message_id: message_id(&id, &sender),
            id,
            kind: TemplateKind::Approved,
            sender,
            recipient: party("Ada Lovelace", "ada@demo.test"),
            date: now,
            headers: Vec::new(),
            content: Rendered {
                subject: "Welcome".to_owned(),
                text: "Hello Ada.\n".to_owned(),
                html: "<p>Hello Ada.</p>".to_owned(),
            },
        }
    }

    fn sent(outgoing: &Outgoing) -> String {
        String::from_utf8(outgoing.mime().unwrap()).unwrap()
    }

    #[test]
    fn a_system_mail_names_itself_as_one_and_carries_our_id() {
        let outgoing = outgoing();
        let message = sent(&outgoing);
        for line in [
            "From: \"Demo Society\" <desk@demo.test>".to_owned(),
            "To: \"Ada Lovelace\" <ada@demo.test>".to_owned(),
            "Subject: Welcome".to_owned(),
            "Date: Sun, 01 Mar 2026 10:00:00 +0000".to_owned(),
            format!("Message-ID: <{}@demo.test>", outgoing.id),
            "Auto-Submitted: auto-generated".to_owned(),
            format!("X-Frontdesk-Email-Id: {}", outgoing.id),
            "MIME-Version: 1.0".to_owned(),
        ] {
            assert!(message.lines().any(|found| found == line), "{line:?} is not in\n{message}");
        }
        let (text, html) = (message.find("text/plain").unwrap(), message.find("text/html").unwrap());
        assert!(text < html, "the preferred alternative comes last");
    }

    #[test]
    fn the_same_row_makes_the_same_message_every_time() {
        assert_eq!(outgoing().mime().unwrap(), outgoing().mime().unwrap());
    }

    #[test]
    fn a_frozen_header_cannot_break_out_or_replace_ours() {
        for (name, value) in [
            ("X-Note", "a\r\nBcc: x@demo.test"),
            ("X-Note", "a\0"),
            ("X Note", "a"),
            ("X-Note:", "a"),
            ("", "a"),
            ("Bcc", "x@demo.test"),
            ("message-id", "<x@demo.test>"),
        ] {
            let mut outgoing = outgoing();
            outgoing.headers.push((name.to_owned(), value.to_owned()));
            assert_eq!(outgoing.mime(), Err(MessageError::Header(name.to_owned())), "{name:?} {value:?}");
        }
        let mut outgoing = outgoing();
        outgoing.headers.push(("List-Unsubscribe".to_owned(), "<https://desk.demo.test/u/1>".to_owned()));
        assert!(sent(&outgoing).contains("\r\nList-Unsubscribe: <https://desk.demo.test/u/1>\r\n"));
    }

    #[test]
    fn a_subject_with_a_line_break_is_refused() {
        let mut outgoing = outgoing();
        outgoing.content.subject = "Hello\r\nBcc: x@demo.test".to_owned();
        assert_eq!(outgoing.mime(), Err(MessageError::Subject));
    }

    proptest! {
        #[test]
        fn any_name_and_subject_that_was_let_in_makes_one_clean_header(name in "\\PC{1,60}", subject in "\\PC{1,200}", text in "(?s).{0,500}") {
            let Ok(name) = DisplayName::parse(&name) else { return Ok(()) };
            prop_assume!(!subject.chars().any(unprintable));
            let mut outgoing = outgoing();
            outgoing.recipient.name = Some(name);
            outgoing.content.subject = subject;
            outgoing.content.text = text;
            let bytes = outgoing.mime().unwrap();
            prop_assert!(bytes.is_ascii());
            let message = String::from_utf8(bytes).unwrap();
            prop_assert!(message.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
            let head = message.split("\r\n\r\n").next().unwrap();
            let names: Vec<&str> = head
                .split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap())
                .collect();
            prop_assert_eq!(names.len(), 9, "{}", head);
        }
    }
}
