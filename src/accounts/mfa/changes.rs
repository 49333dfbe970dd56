//! Telling a change: in the audit log, as a notification and by mail, in the transaction that makes it.

use serde_json::{Value, json};

use crate::access::Act;
use crate::accounts::User;
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::letters::SecurityLetter;
use crate::mail::{self, Letter, NewEmail, Party};
use crate::notifications::{self, Kind, New, Severity};
use crate::{paths, sessions};

/// What happened to the factors of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    AppAdded {
        first: bool,
    },
    AppReplaced,
    AppRemoved {
        last: bool,
    },
    PasskeyAdded {
        name: String,
        first: bool,
    },
    PasskeyRemoved {
        name: String,
        last: bool,
    },
    CodesMade,
    CodeUsed {
        left: usize,
    },
    /// A change of address was taken back, and with it what was added about that time.
    TakenBack,
    /// By somebody else, for a reason.
    Reset {
        reason: String,
    },
}

impl Change {
    fn action(&self) -> &'static str {
        match self {
            Self::AppAdded { first: true } | Self::PasskeyAdded { first: true, .. } => "user.mfa_enrolled",
            Self::AppAdded { .. } | Self::PasskeyAdded { .. } => "user.mfa_factor_added",
            Self::AppReplaced => "user.mfa_factor_replaced",
            Self::AppRemoved { last: true } | Self::PasskeyRemoved { last: true, .. } => "user.mfa_removed",
            Self::AppRemoved { .. } | Self::PasskeyRemoved { .. } | Self::TakenBack => {
                "user.mfa_factor_removed"
            }
            Self::CodesMade => "user.recovery_codes_made",
            Self::CodeUsed { .. } => "user.recovery_code_used",
            Self::Reset { .. } => "user.mfa_reset",
        }
    }

    fn data(&self) -> Value {
        match self {
            Self::AppAdded { .. } | Self::AppReplaced | Self::AppRemoved { .. } => {
                json!({ "factor": "authenticator app" })
            }
            Self::PasskeyAdded { name, .. } | Self::PasskeyRemoved { name, .. } => {
                json!({ "factor": "passkey", "name": name })
            }
            Self::TakenBack => json!({ "factor": "added with a change of address that was taken back" }),
            Self::CodesMade | Self::Reset { .. } => json!({}),
            Self::CodeUsed { left } => json!({ "left": left }),
        }
    }

    /// A whole sentence for the user.
    fn sentence(&self) -> String {
        match self {
            Self::AppAdded { .. } => "An authenticator app was added.".to_owned(),
            Self::AppReplaced => "Your authenticator app was replaced by another one.".to_owned(),
            Self::AppRemoved { .. } => "Your authenticator app was removed.".to_owned(),
            Self::PasskeyAdded { name, .. } => format!("The passkey “{name}” was added."),
            Self::PasskeyRemoved { name, .. } => format!("The passkey “{name}” was removed."),
            Self::CodesMade => {
                "New recovery codes were made. The ones you had before work no more.".to_owned()
            }
            Self::CodeUsed { left: 0 } => "Your last recovery code was used. Make new ones.".to_owned(),
            Self::CodeUsed { left } => format!("A recovery code was used. You have {left} left."),
            Self::TakenBack => {
                "What was added as a second factor about the time your address was changed was \
                 removed with it. Look at your second factors, and set up again what was yours."
                    .to_owned()
            }
            Self::Reset { .. } => "Your second factor was removed by an administrator, and you were signed \
                 out everywhere. Sign in and set one up again."
                .to_owned(),
        }
    }

    /// What takes a lock off the door matters more than what puts one on.
    fn severity(&self) -> Severity {
        match self {
            Self::AppAdded { .. } | Self::PasskeyAdded { .. } | Self::CodesMade => Severity::Medium,
            _ => Severity::High,
        }
    }
}

/// Writes all that tells of a change.
pub(super) fn tell(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    change: &Change,
) -> Result<(), AppError> {
    let sentence = change.sentence();
    let notification = New {
        organization: &user.organization_id,
        user: &user.id,
        kind: Kind::SecurityAlert,
        severity: change.severity(),
        title: "Your second factor changed",
        message: &sentence,
        data: json!({ "change": change.action() }),
        link: Some(paths::MFA.to_owned()),
    };
    notifications::notify(c, &app.random, act.at, &notification)?;
    let reason = match change {
        Change::Reset { reason } => Some(reason.as_str()),
        _ => None,
    };
    let target = Target("user", user.id.as_str());
    let event = Event::new(&user.organization_id, change.action(), target);
    audit::record(c, &app.random, act, event.change(None, change.data()).because(reason))?;
    send(c, app, act, user, change)
}

fn send(c: &mut Connection, app: &App, act: &Act, user: &User, change: &Change) -> Result<(), AppError> {
    // Where an administrator sits is none of the user's business.
    let (ip, device) = match change {
        Change::Reset { .. } => (None, String::new()),
        _ => (act.ip.clone(), sessions::device(act.user_agent.as_deref().unwrap_or_default())),
    };
    let account_url = app.link(paths::ACCOUNT);
    let letter = SecurityLetter::MfaChanged { what: change.sentence(), at: act.at, ip, device, account_url };
    let recipient = Party { name: Some(user.name.clone()), address: user.email.clone() };
    let mail = NewEmail::new(&user.organization_id, recipient, &Letter::Security(letter)).for_user(&user.id);
    mail::enqueue(c, app, act.at, mail)?;
    Ok(())
}
