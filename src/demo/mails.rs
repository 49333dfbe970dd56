//! The mails of the last thirty days: to the applicants, and to thousands who came before them.

use std::collections::BTreeMap;

use chrono::{NaiveTime, TimeDelta, Timelike};

use super::clients;
use super::fate::Fate;
use super::people::{APPLICANTS, STAFF};
use super::store::{AttemptRow, EmailRow};
use crate::access::{OrganizationId, Role, UserId};
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::ids::Random;
use crate::mail::letters::{
    AskedDocument, Credentials, Envelope, Invitation, Letter, PasswordLetter, SignInLetter, masked,
};
use crate::mail::message::message_id;
use crate::mail::model::AttemptId;
use crate::mail::{DisplayName, EmailAddress, EmailId, Language, Party, TemplateKind};
use crate::sessions::device;

/// All of them together.
pub const MAILS: usize = 20_000;
/// What they went through, before the demo began to keep mail instead of sending it.
const PROVIDER: &str = "smtp";
/// The process that sent them.
pub const INSTANCE: &str = "a1b2c3d4e5f6";
const DAYS: u32 = 30;

/// Names of domains that nobody owns (RFC 2606).
const DOMAINS: &[&str] =
    &["example.org", "example.com", "example.net", "mail.test", "post.test", "campus.test", "letters.test"];

/// How many of a hundred mails are of which kind.
const KINDS: &[(u32, TemplateKind)] = &[
    (45, TemplateKind::VerifyAddress),
    (23, TemplateKind::Approved),
    (9, TemplateKind::Resubmission),
    (5, TemplateKind::Rejected),
    (3, TemplateKind::ExistingAccount),
    (6, TemplateKind::PasswordReset),
    (4, TemplateKind::PasswordChanged),
    (3, TemplateKind::NewDevice),
    (1, TemplateKind::Invitation),
    (1, TemplateKind::AccountLocked),
];

/// How busy each hour of a day is, in UTC.
const HOURS: [u32; 24] = [2, 1, 1, 1, 1, 2, 4, 8, 13, 15, 14, 12, 10, 12, 14, 13, 12, 10, 8, 7, 6, 5, 4, 3];

/// A mail that was sent to somebody of the demo.
#[derive(Clone, Debug)]
pub struct Sent {
    pub user: UserId,
    pub recipient: Party,
    pub kind: TemplateKind,
    pub at: Timestamp,
}

/// Rows to be written.
#[derive(Debug, Default)]
pub struct Past {
    pub emails: Vec<EmailRow>,
    pub attempts: Vec<AttemptRow>,
}

/// The mails in `sent`, delivered, and as many to other people as make [`MAILS`] of all.
pub fn past(
    app: &App,
    random: &Random,
    organization: (&OrganizationId, &str),
    sent: Vec<Sent>,
) -> Result<Past, AppError> {
    let writer = Writer::new(app, random, organization)?;
    let mut mails: Vec<Draft> = sent.into_iter().map(Draft::of_the_demo).collect();
    while mails.len() < MAILS {
        mails.push(writer.to_somebody()?);
    }
    // In the order they were made, so that their ids rise as those of a real log do.
    mails.sort_by_key(|draft| draft.at);
    let mut past = Past::default();
    for draft in mails {
        writer.write(draft, &mut past)?;
    }
    Ok(past)
}

/// A mail before it is written.
struct Draft {
    user: Option<UserId>,
    recipient: Party,
    kind: TemplateKind,
    at: Timestamp,
    fate: Option<Fate>,
}

impl Draft {
    fn of_the_demo(sent: Sent) -> Self {
        let Sent { user, recipient, kind, at } = sent;
        Self { user: Some(user), recipient, kind, at, fate: Some(Fate::Delivered) }
    }
}

struct Writer<'a> {
    random: &'a Random,
    organization: &'a OrganizationId,
    organization_name: &'a str,
    sender: Party,
    now: Timestamp,
    /// The same for every mail of a kind.
    subjects: BTreeMap<TemplateKind, String>,
}

impl<'a> Writer<'a> {
    fn new(
        app: &App,
        random: &'a Random,
        (id, name): (&'a OrganizationId, &'a str),
    ) -> Result<Self, AppError> {
        let now = app.clock.now();
        let mut subjects = BTreeMap::new();
        for kind in TemplateKind::ALL {
            let letter = letter(*kind, 0, now)?;
            let data = envelope(name, "", "").around(&letter.data(), &masked(&letter.secret()));
            let subject =
                app.mail.templates.subject(*kind, Language::English, &data).map_err(AppError::internal)?;
            subjects.insert(*kind, subject);
        }
        let sender = app.mail.sender.clone();
        Ok(Self { random, organization: id, organization_name: name, sender, now, subjects })
    }

    fn to_somebody(&self) -> Result<Draft, AppError> {
        let kind = self.kind();
        Ok(Draft { user: None, recipient: self.stranger()?, kind, at: self.moment(), fate: None })
    }

    fn kind(&self) -> TemplateKind {
        let mut drawn = self.random.below(100);
        for (share, kind) in KINDS {
            if drawn < *share {
                return *kind;
            }
            drawn -= share;
        }
        TemplateKind::VerifyAddress
    }

    /// A name put together from two scholars, at a domain that does not exist.
    fn stranger(&self) -> Result<Party, AppError> {
        let pick = |from: fn(&super::people::Person) -> &'static str| {
            let text = self.random.pick(APPLICANTS).map_or("", from);
            text.split([' ', '-']).next_back().unwrap_or_default()
        };
        let (given, family) = (pick(|person| person.given), pick(|person| person.family));
        let domain = self.random.pick(DOMAINS).copied().unwrap_or("example.org");
        let number = self.random.below(900) + 10;
        let address = format!("{given}.{family}{number}@{domain}").to_ascii_lowercase();
        let address = EmailAddress::parse(&address).map_err(AppError::internal)?;
        Ok(Party { name: DisplayName::parse(&format!("{given} {family}")).ok(), address })
    }

    /// Some time in the last thirty days, more likely in the hours when people are awake.
    fn moment(&self) -> Timestamp {
        let day = TimeDelta::days(i64::from(self.random.below(DAYS + 1)));
        let mut drawn = self.random.below(HOURS.iter().sum());
        let mut hour = 0;
        for (share, candidate) in HOURS.iter().zip(0..) {
            if drawn < *share {
                hour = candidate;
                break;
            }
            drawn -= share;
        }
        let (minute, second) = (self.random.below(60), self.random.below(60));
        let time = NaiveTime::from_hms_opt(hour, minute, second).unwrap_or_default();
        let today = self.now.naive().date().and_time(time).with_nanosecond(0).unwrap_or_default();
        let at = Timestamp::from_naive(today).minus(day);
        // What would lie ahead, or too far back, lies within the last month all the same.
        if at >= self.now.minus(TimeDelta::minutes(1)) {
            at.minus(TimeDelta::days(1))
        } else {
            at.max(self.now.minus(TimeDelta::days(i64::from(DAYS))))
        }
    }

    fn write(&self, draft: Draft, past: &mut Past) -> Result<(), AppError> {
        let Draft { user, recipient, kind, at, fate } = draft;
        let fate = fate.unwrap_or_else(|| Fate::draw(self.random, self.now.since(at)));
        let id = EmailId::new(self.random, at);
        let name = recipient.name.as_ref().map_or("", DisplayName::as_str);
        let letter = letter(kind, self.random.below(1_000), at)?;
        let envelope = envelope(self.organization_name, name, recipient.address.as_str());
        let tries = fate.tries(at, self.random.below(20_000));
        let last = tries.last();
        past.emails.push(EmailRow {
            message_id: message_id(&id, &self.sender),
            organization_id: self.organization.clone(),
            user_id: user,
            kind,
            language: Language::English,
            priority: letter.priority(),
            status: fate.status(),
            sender: self.sender.address.clone(),
            sender_name: self.sender.name.clone(),
            recipient: recipient.address,
            recipient_name: recipient.name,
            subject: self.subjects.get(&kind).cloned().unwrap_or_default(),
            headers: "[]",
            data: envelope.around(&letter.data(), &masked(&letter.secret())).to_string(),
            fingerprint: hex::encode(self.random.bytes::<32>()),
            not_before: at,
            tries: i64::try_from(tries.len().saturating_sub(1)).unwrap_or_default(),
            provider: (!tries.is_empty()).then(|| PROVIDER.to_owned()),
            last_reply: fate.report().map(str::to_owned).or_else(|| last.map(|one| one.reply.clone())),
            created_at: at,
            settled_at: Some(last.map_or(at, |one| one.finished_at)),
            id: id.clone(),
        });
        past.attempts.extend(tries.into_iter().map(|one| AttemptRow {
            id: AttemptId::new(self.random, one.started_at),
            email_id: id.clone(),
            provider: PROVIDER,
            instance: INSTANCE,
            started_at: one.started_at,
            finished_at: one.finished_at,
            outcome: one.outcome,
            duration_ms: one.finished_at.since(one.started_at).num_milliseconds(),
            reply: one.reply,
        }));
        Ok(())
    }
}

fn envelope(organization: &str, name: &str, address: &str) -> Envelope {
    Envelope {
        organization_name: organization.to_owned(),
        recipient_name: name.to_owned(),
        recipient_address: address.to_owned(),
    }
}

/// What a mail of this kind said; the links are masked before anybody sees them. What the demo does not mix says
/// what samples say.
fn letter(kind: TemplateKind, variant: u32, at: Timestamp) -> Result<Letter, AppError> {
    let desk = |path: &str| format!("https://desk.demo.test{path}");
    Ok(match kind {
        TemplateKind::VerifyAddress => Letter::VerifyAddress {
            link: desk("/verify-email"),
            expires_at: at.plus(TimeDelta::hours(24)),
            code: None,
        },
        TemplateKind::ExistingAccount => Letter::ExistingAccount { sign_in_url: desk("/login") },
        TemplateKind::Approved => Letter::Approved {
            sign_in_url: desk("/login"),
            credentials: Credentials::TemporaryPassword {
                password: String::new(),
                expires_at: at.plus(TimeDelta::hours(72)),
            },
        },
        TemplateKind::Rejected => {
            Letter::Rejected { reason: reason(variant).to_owned(), case_link: Some(desk("/case")) }
        }
        TemplateKind::Resubmission => Letter::Resubmission {
            documents: vec![AskedDocument {
                name: if variant.is_multiple_of(3) { "Proof of address" } else { "Passport" }.to_owned(),
                reason: reason(variant).to_owned(),
            }],
            note: String::new(),
            case_link: desk("/case"),
        },
        TemplateKind::PasswordReset => Letter::Password(PasswordLetter::Reset {
            link: desk("/reset-password"),
            expires_at: at.plus(TimeDelta::hours(1)),
            by_staff: variant.is_multiple_of(12),
        }),
        TemplateKind::PasswordChanged => {
            let (ip, device) = client(variant);
            let reset_url = desk("/forgot-password");
            Letter::Password(PasswordLetter::Changed { at, ip, device, reset_url })
        }
        TemplateKind::NewDevice => {
            let (ip, device) = client(variant);
            Letter::SignIn(SignInLetter::NewDevice { at, ip, device, end_link: desk("/sessions") })
        }
        TemplateKind::AccountLocked => Letter::SignIn(SignInLetter::Locked {
            failures: 5,
            until: at.plus(TimeDelta::minutes(15)),
            unlock_link: desk("/unlock"),
        }),
        TemplateKind::Invitation => Letter::Invitation(Invitation {
            inviter: STAFF.get(1).map_or("", |staff| staff.name).to_owned(),
            role: Role::Member.label().to_owned(),
            link: desk("/invites"),
            expires_at: at.plus(TimeDelta::days(7)),
        }),
        _ => Letter::sample(kind).ok_or(AppError::NotFound)?,
    })
}

/// From where, and with what, one of the strangers came.
fn client(variant: u32) -> (Option<String>, String) {
    let client = clients::of(usize::try_from(variant).unwrap_or_default());
    (Some(client.ip), device(client.user_agent))
}

fn reason(variant: u32) -> &'static str {
    match variant % 4 {
        0 => "The document cannot be read. Send a sharp, well-lit picture that shows all four corners.",
        1 => "The document has expired. Send one that is still valid.",
        2 => "A part of the document is missing. Send every page, or both sides.",
        _ => "The details on the document differ from those you gave.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_a_hundred() {
        assert_eq!(KINDS.iter().map(|(share, _)| share).sum::<u32>(), 100);
    }

    #[test]
    fn every_kind_has_something_to_say() {
        let at = Timestamp::parse("2026-03-02T09:00:00Z").unwrap();
        for kind in TemplateKind::ALL {
            assert_eq!(letter(*kind, 7, at).unwrap().kind(), *kind);
        }
    }
}
