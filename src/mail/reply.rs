//! What a mail server's answer means for a mail (RFC 5321, 4.2; RFC 3463). Pure.

use std::fmt;

use chrono::TimeDelta;

use super::providers::{Fault, SendError};

/// What is kept of an answer's text.
const TEXT_LIMIT: usize = 500;

/// The status of RFC 3463, such as 5.1.1, found at the start of an answer's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnhancedStatus {
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

impl EnhancedStatus {
    /// Reads `x.y.z` at the start of `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.split_whitespace().next()?;
        let mut parts = word.split('.').map(number);
        let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
        let class = u8::try_from(class).ok().filter(|class| matches!(class, 2 | 4 | 5))?;
        if parts.next().is_some() {
            return None;
        }
        Some(Self { class, subject, detail })
    }
}

fn number(digits: &str) -> Option<u16> {
    let plain = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// A server's answer: one line of text, short, without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    pub enhanced: Option<EnhancedStatus>,
    pub text: String,
}

impl Reply {
    #[must_use]
    pub fn new(code: u16, text: &str) -> Self {
        let text = one_line(text);
        Self { code, enhanced: EnhancedStatus::parse(&text), text }
    }

    fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// Whether the enhanced status is one of `subject` (the middle number).
    fn about(&self, subject: u16) -> bool {
        self.enhanced.is_some_and(|enhanced| enhanced.subject == subject)
    }

    fn says(&self, words: &[&str]) -> bool {
        let text = self.text.to_lowercase();
        words.iter().any(|word| text.contains(word))
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}

/// A foreign text as one short line that is safe to keep and to show.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(TEXT_LIMIT).collect()
}

/// Where in the conversation an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Greeting, EHLO, STARTTLS.
    Connect,
    Authenticate,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, before the content.
    Data,
    /// After the final dot.
    Content,
}

/// What a negative answer means. An answer after the final dot is as certain as any other: the server has said
/// that it does not take the mail.
#[must_use]
pub fn classify(stage: Stage, reply: &Reply) -> SendError {
    SendError { fault: fault(stage, reply), detail: reply.to_string() }
}

fn fault(stage: Stage, reply: &Reply) -> Fault {
    if is_throttle(reply) {
        return Fault::Throttled { after: wait_named(&reply.text) };
    }
    if is_about_us(stage, reply) {
        return Fault::ProviderDown;
    }
    if reply.is_transient() {
        return Fault::Transient;
    }
    match stage {
        // RFC 5321, 4.5.3.1.10: "too many recipients" of old servers, to be read as 452.
        Stage::Recipient if reply.code == 552 => Fault::Transient,
        Stage::Recipient => Fault::Permanent,
        // With one recipient a transaction, a refusal of the mailbox may come as late as here.
        Stage::Data | Stage::Content if reply.about(1) || reply.about(2) => Fault::Permanent,
        _ => Fault::MessageFault,
    }
}

/// "Not so fast": the mail is fine and so is the server. A greylisting server means the same.
fn is_throttle(reply: &Reply) -> bool {
    const WORDS: &[&str] = &["throttl", "rate", "too many", "quota exceeded", "greylist", "graylist"];
    reply.is_transient() && !reply.about(2) && (reply.code == 454 || reply.says(WORDS))
}

/// The fault lies between the server and us (sign-in, sender, relaying, server going away), and every mail
/// would meet it.
fn is_about_us(stage: Stage, reply: &Reply) -> bool {
    let sign_in = matches!(reply.code, 530 | 534 | 535 | 538)
        || reply.enhanced.is_some_and(|status| status.subject == 7 && status.detail == 8);
    let relaying = stage == Stage::Recipient && !reply.is_transient() && reply.says(&["relay"]);
    // The size of the message is announced with the sender.
    let sender = stage == Stage::Sender && !reply.is_transient() && reply.code != 552 && !reply.about(3);
    sign_in
        || relaying
        || sender
        || reply.code == 421
        || matches!(stage, Stage::Connect | Stage::Authenticate)
}

/// The wait that an answer names: "try again in 300 seconds", "Retry after 5 minutes".
fn wait_named(text: &str) -> Option<TimeDelta> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.windows(2).find_map(|pair| {
        let [amount, unit] = pair else { return None };
        let amount: u32 = amount.parse().ok()?;
        let seconds = match unit.as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3_600,
            _ => return None,
        };
        Some(TimeDelta::seconds(i64::from(amount) * seconds))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn meaning(stage: Stage, code: u16, text: &str) -> Fault {
        classify(stage, &Reply::new(code, text)).fault
    }

    #[test]
    fn a_passing_refusal_is_tried_again() {
        for (stage, code, text) in [
            (Stage::Recipient, 450, "4.2.1 Mailbox busy"),
            (Stage::Recipient, 451, "4.3.0 Local error"),
            (Stage::Recipient, 452, "4.2.2 Mailbox over quota"),
            (Stage::Recipient, 552, "Too much mail data"),
            (Stage::Data, 451, "Requested action aborted"),
            (Stage::Content, 451, "4.7.1 Try later"),
        ] {
            assert_eq!(meaning(stage, code, text), Fault::Transient, "{code} {text}");
        }
    }

    #[test]
    fn a_refused_recipient_is_final() {
        for (stage, code, text) in [
            (Stage::Recipient, 550, "5.1.1 No such user"),
            (Stage::Recipient, 551, "User not local"),
            (Stage::Recipient, 553, "5.1.3 Bad address"),
            (Stage::Content, 550, "5.1.1 No such user here"),
            (Stage::Content, 552, "5.2.2 Mailbox full"),
        ] {
            assert_eq!(meaning(stage, code, text), Fault::Permanent, "{code} {text}");
        }
    }

    #[test]
    fn a_refused_message_is_a_fault_of_the_message() {
        assert_eq!(meaning(Stage::Content, 554, "5.6.0 Malformed"), Fault::MessageFault);
        assert_eq!(meaning(Stage::Content, 552, "5.3.4 Message too big"), Fault::MessageFault);
        assert_eq!(meaning(Stage::Content, 550, "5.7.1 Looks like spam"), Fault::MessageFault);
        assert_eq!(meaning(Stage::Sender, 552, "5.3.4 Message size exceeds limit"), Fault::MessageFault);
    }

    #[test]
    fn what_every_mail_would_meet_is_a_fault_of_the_provider() {
        for (stage, code, text) in [
            (Stage::Connect, 554, "No SMTP service here"),
            (Stage::Connect, 421, "Shutting down"),
            (Stage::Authenticate, 535, "5.7.8 Authentication credentials invalid"),
            (Stage::Sender, 530, "5.7.0 Must issue a STARTTLS command first"),
            (Stage::Sender, 553, "5.7.1 Sender address rejected: not owned by user"),
            (Stage::Recipient, 554, "5.7.1 <ada@demo.test>: Relay access denied"),
            (Stage::Recipient, 421, "4.3.2 Service shutting down"),
            (Stage::Content, 421, "4.3.2 Service shutting down"),
        ] {
            assert_eq!(meaning(stage, code, text), Fault::ProviderDown, "{code} {text}");
        }
    }

    #[test]
    fn a_server_that_asks_for_patience_is_heard() {
        let after = |seconds| Fault::Throttled { after: Some(TimeDelta::seconds(seconds)) };
        let none = Fault::Throttled { after: None };
        assert_eq!(meaning(Stage::Data, 454, "Throttling failure: Maximum sending rate exceeded"), none);
        assert_eq!(meaning(Stage::Connect, 421, "4.7.0 Too many connections"), none);
        assert_eq!(meaning(Stage::Recipient, 450, "4.7.1 Greylisted, try again in 300 seconds"), after(300));
        assert_eq!(meaning(Stage::Sender, 451, "4.7.1 Rate limited. Retry after 5 minutes"), after(300));
        assert_eq!(meaning(Stage::Content, 452, "too many messages, wait 1 hour."), after(3_600));
    }

    #[test]
    fn the_enhanced_status_is_read_only_from_the_start() {
        let status = |text| Reply::new(550, text).enhanced.map(|status| status.to_string());
        assert_eq!(status("5.1.10 Null MX"), Some("5.1.10".to_owned()));
        assert_eq!(status("No such user 5.1.1"), None);
        for text in ["", "5.1", "5.1.1.1 x", "3.1.1 x", "5.1.1234 x", "127.0.0.1 x", "5..1 x"] {
            assert_eq!(status(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_answer_is_kept_as_one_short_line() {
        let reply = Reply::new(550, &format!("5.1.1 No\r\n such\u{7}user {}", "x".repeat(2_000)));
        assert!(reply.text.starts_with("5.1.1 No such user x"), "{}", reply.text);
        assert_eq!(reply.text.chars().count(), TEXT_LIMIT);
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_reading_panic(code in 0_u16..1_000, text in ".*") {
            for stage in [Stage::Connect, Stage::Authenticate, Stage::Sender, Stage::Recipient, Stage::Data, Stage::Content] {
                let error = classify(stage, &Reply::new(code, &text));
                prop_assert!(error.detail.chars().all(|c| !c.is_control()));
            }
        }

        #[test]
        fn a_passing_answer_never_ends_a_mail(code in 400_u16..500, text in "[ -~]*") {
            for stage in [Stage::Connect, Stage::Authenticate, Stage::Sender, Stage::Recipient, Stage::Data, Stage::Content] {
                prop_assert!(!matches!(meaning(stage, code, &text), Fault::Permanent | Fault::MessageFault));
            }
        }
    }
}
