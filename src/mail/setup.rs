//! What the application holds of mail: the words, the sender, the way out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::address::Party;
use super::providers::Provider;
use super::providers::capture::Capture;
use super::providers::log::Log;
use super::providers::smtp::{Smtp, SmtpSettings, Tls};
use super::templates::Templates;
use crate::app::App;
use crate::config::{MailConfig, ProviderName, SmtpConfig, SmtpTls, UnknownPolicy};
use crate::error::AppError;

/// One in so many mails is a low one, when one waits.
const LOW_SHARE: usize = 10;

/// The way out. A chain of providers with failover will stand here.
#[derive(Debug)]
enum Outlet {
    /// Kept in the database; made with the application, which has that.
    Capture,
    Through(Arc<dyn Provider>),
}

/// Mail, as configured.
#[derive(Debug)]
pub struct Mail {
    pub templates: Templates,
    /// Whom mails come from.
    pub sender: Party,
    outlet: Outlet,
    pub unknown_policy: UnknownPolicy,
    woken: Notify,
    /// Mails claimed by this process.
    claimed: AtomicUsize,
}

/// Why mail cannot be set up: one sentence each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mail is not in order: {}", .0.join("; "))]
pub struct SetupError(pub Vec<String>);

impl From<SetupError> for AppError {
    fn from(error: SetupError) -> Self {
        Self::internal(error)
    }
}

impl Mail {
    /// Reads and checks every template, and prepares the way out; connects to nothing.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn new(config: &MailConfig) -> Result<Self, SetupError> {
        let mut problems = Vec::new();
        let templates = Templates::load(config.templates_dir.as_deref())
            .map_err(|found| problems.extend(found.iter().map(ToString::to_string)));
        let sender =
            config.sender.clone().ok_or_else(|| problems.push("EMAIL_FROM is not usable".to_owned()));
        let outlet = outlet(config).map_err(|problem| problems.push(problem));
        match (templates, sender, outlet) {
            (Ok(templates), Ok(sender), Ok(outlet)) => Ok(Self {
                templates,
                sender,
                outlet,
                unknown_policy: config.unknown_policy,
                woken: Notify::new(),
                claimed: AtomicUsize::new(0),
            }),
            _ => Err(SetupError(problems)),
        }
    }

    /// The way out for mails of `app`.
    #[must_use]
    pub fn provider(&self, app: &App) -> Arc<dyn Provider> {
        match &self.outlet {
            Outlet::Capture => Arc::new(Capture::new(app.clone())),
            Outlet::Through(provider) => Arc::clone(provider),
        }
    }

    /// Tells the worker of this process that a mail was put into the outbox.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Ends when [`Mail::wake`] was called since the last time.
    pub async fn woken(&self) {
        self.woken.notified().await;
    }

    /// Of the next `size` mails, how many are to be low ones, so that those never starve.
    #[must_use]
    pub fn low_turns(&self, size: usize) -> usize {
        let before = self.claimed.load(Ordering::Relaxed);
        (before + size) / LOW_SHARE - before / LOW_SHARE
    }

    /// Counts mails that were claimed.
    pub fn count_claimed(&self, claimed: usize) {
        self.claimed.fetch_add(claimed, Ordering::Relaxed);
    }
}

fn outlet(config: &MailConfig) -> Result<Outlet, String> {
    match config.providers.first() {
        Some(ProviderName::Capture) | None => Ok(Outlet::Capture),
        Some(ProviderName::Log) => Ok(Outlet::Through(Arc::new(Log))),
        Some(ProviderName::Smtp) => {
            let smtp = config.smtp.as_ref().ok_or_else(|| "SMTP_HOST is missing".to_owned())?;
            Ok(Outlet::Through(Arc::new(Smtp::new(smtp_settings(smtp))?)))
        }
    }
}

fn smtp_settings(config: &SmtpConfig) -> SmtpSettings {
    SmtpSettings {
        host: config.host.clone(),
        port: config.port,
        tls: match config.tls {
            SmtpTls::StartTls => Tls::StartTls,
            SmtpTls::Implicit => Tls::Implicit,
            SmtpTls::None => Tls::None,
        },
        user: config.user.clone().zip(config.password.clone()),
        certificate_authority: config.certificate_authority.clone(),
        hello_name: None,
        timeout: config.timeout,
    }
}
