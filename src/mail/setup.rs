//! What mail needs at run time, put together once at the start.

use tokio::sync::Notify;

use super::Party;
use super::templates::Templates;
use crate::config::MailConfig;
use crate::error::AppError;

/// The words, the sender, and the bell that wakes the worker.
#[derive(Debug)]
pub struct Mail {
    pub templates: Templates,
    pub sender: Party,
    /// Rung after a commit that put mail into the outbox.
    pub wake: Notify,
}

impl Mail {
    /// # Errors
    /// What is wrong with the operator's templates, all of it.
    pub fn new(config: &MailConfig) -> Result<Self, AppError> {
        let templates = Templates::load(config.templates_dir.as_deref()).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            AppError::internal(format!("the mail templates have problems: {}", lines.join("; ")))
        })?;
        let sender = config
            .sender
            .clone()
            .ok_or_else(|| AppError::internal("EMAIL_FROM is not usable as a sender"))?;
        Ok(Self { templates, sender, wake: Notify::new() })
    }
}
