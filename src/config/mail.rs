//! How mail leaves.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::Reader;
use crate::mail::{DisplayName, EmailAddress, Party};

crate::text_enum! {
    /// A way out for mail.
    ProviderName {
        /// Kept and readable in the console; nothing leaves.
        Capture = "capture",
        /// A line in the log; nothing leaves.
        Log = "log",
        Smtp = "smtp",
    }
}

crate::text_enum! {
    /// What happens to a mail of which nobody knows whether the server took it.
    UnknownPolicy {
        /// Security mail of high priority is sent again, the rest waits for staff.
        Default = "default",
        Resend = "resend",
        Hold = "hold",
    }
}

crate::text_enum! {
    SmtpTls {
        /// Plain connection that must be upgraded (port 587).
        StartTls = "starttls",
        /// TLS from the first byte (port 465).
        Implicit = "implicit",
        /// No encryption: only for a relay on the same machine.
        None = "none",
    }
}

#[derive(Clone, Debug)]
pub struct SmtpConfig {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub user: Option<String>,
    pub password: Option<SecretString>,
    /// A further certificate authority to trust, PEM.
    pub certificate_authority: Option<Vec<u8>>,
    pub timeout: Duration,
}

#[derive(Clone, Debug)]
pub struct MailConfig {
    /// In the order they are tried.
    pub providers: Vec<ProviderName>,
    /// Who every mail is from; absent only where that is told as a problem.
    pub sender: Option<Party>,
    pub templates_dir: Option<PathBuf>,
    pub unknown_policy: UnknownPolicy,
    pub smtp: Option<SmtpConfig>,
}

impl MailConfig {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let providers = reader.list(
            "EMAIL_PROVIDER",
            "capture",
            "How mail leaves: capture (kept in the console, nothing leaves), log, smtp.",
            |text| ProviderName::parse(text).ok_or_else(|| "is none of capture, log, smtp".to_owned()),
        );
        if providers.is_empty() {
            reader.problem("EMAIL_PROVIDER names no provider: write capture, log or smtp.");
        } else if providers.len() > 1 {
            reader.problem("EMAIL_PROVIDER names more than one provider: name one.");
        }
        let sender = read_sender(reader);
        let templates_dir = reader
            .optional(
                "EMAIL_TEMPLATES_DIR",
                "Directory of your own mail templates; a file there replaces the built-in one.",
            )
            .map(PathBuf::from);
        let unknown_policy = reader.parsed(
            "EMAIL_UNKNOWN_POLICY",
            UnknownPolicy::Default,
            "Mail that may or may not have been accepted: default (resend security mail, hold the rest), resend, hold.",
            |text| UnknownPolicy::parse(text).ok_or_else(|| "must be default, resend or hold".to_owned()),
        );
        let smtp = read_smtp(reader, providers.contains(&ProviderName::Smtp));
        Self { providers, sender, templates_dir, unknown_policy, smtp }
    }
}

/// A delivery must end before the worker's lease on the mail does.
const MAX_TIMEOUT: Duration = Duration::from_secs(100);

fn read_sender(reader: &mut Reader) -> Option<Party> {
    let address = reader.text("EMAIL_FROM", "frontdesk@localhost.invalid", "Address mail is sent from.");
    let name = reader.text("EMAIL_FROM_NAME", "Frontdesk", "Name mail is sent from.");
    let address = EmailAddress::parse(&address)
        .map_err(|error| reader.problem(format!("EMAIL_FROM is not usable: {error}")));
    let name = DisplayName::parse(&name)
        .map_err(|error| reader.problem(format!("EMAIL_FROM_NAME is not usable: {error}")));
    Some(Party { name: Some(name.ok()?), address: address.ok()? })
}

fn read_smtp(reader: &mut Reader, wanted: bool) -> Option<SmtpConfig> {
    let host = reader.optional("SMTP_HOST", "Mail server; required when EMAIL_PROVIDER is smtp.");
    let port = reader.number("SMTP_PORT", 587, 1..=65535, "Port of the mail server.");
    let tls = reader.parsed(
        "SMTP_TLS",
        SmtpTls::StartTls,
        "starttls, implicit, or none (a relay on this machine).",
        |text| SmtpTls::parse(text).ok_or_else(|| "must be starttls, implicit or none".to_owned()),
    );
    let user = reader.optional("SMTP_USER", "Name to sign in to the mail server with.");
    let password = reader.secret("SMTP_PASSWORD", "Password to sign in to the mail server with.");
    let timeout =
        reader.duration("SMTP_TIMEOUT", Duration::from_mins(1), "A delivery that takes longer is given up.");
    if timeout > MAX_TIMEOUT {
        reader.problem("SMTP_TIMEOUT must be at most 100s.");
    }
    let certificate_authority = reader
        .optional("SMTP_CA_FILE", "PEM file of a further certificate authority to trust for the mail server.")
        .and_then(|path| {
            std::fs::read(&path)
                .map_err(|error| {
                    reader.problem(format!("SMTP_CA_FILE names {path}, which cannot be read: {error}."));
                })
                .ok()
        });
    if user.is_some() != password.is_some() {
        reader.problem("SMTP_USER and SMTP_PASSWORD belong together: set both or neither.");
    }
    if wanted && host.is_none() {
        reader.problem("SMTP_HOST is required when EMAIL_PROVIDER is smtp.");
    }
    host.map(|host| SmtpConfig { host, port, tls, user, password, certificate_authority, timeout })
}
