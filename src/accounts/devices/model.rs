//! What a device is, and how it shows which one it is.

use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use crate::access::{Act, UserId};
use crate::accounts::locks::model::neighbourhood;
use crate::accounts::tokens::fingerprint;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::known_devices as table;
use crate::{id_type, text_enum};

id_type!(
    /// A device somebody has signed in from.
    DeviceId
);

text_enum! {
    DeviceKind {
        Browser = "browser",
        /// A caller of the API.
        Program = "program",
    }
}

/// What a request shows of its device.
#[derive(Clone, Debug)]
pub enum Presented {
    /// A browser, with the key of its cookie if it has one.
    Browser(Option<SecretString>),
    Program,
}

impl Presented {
    pub(super) fn kind(&self) -> DeviceKind {
        match self {
            Self::Browser(_) => DeviceKind::Browser,
            Self::Program => DeviceKind::Program,
        }
    }

    /// The key it is known by from now on: what it presents, or a new one for its cookie.
    pub(super) fn key(&self, app: &App, act: &Act) -> SecretString {
        match self {
            Self::Browser(Some(key)) => key.clone(),
            Self::Browser(None) => SecretString::from(hex::encode(app.random.bytes::<32>())),
            Self::Program => {
                let agent = act.user_agent.as_deref().unwrap_or_default();
                SecretString::from(format!("program {} {agent}", neighbourhood(act.ip.as_deref())))
            }
        }
    }
}

/// What is kept of a key.
pub(super) fn hash_of(key: &SecretString) -> String {
    fingerprint(key.expose_secret())
}

/// A known device, as kept.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Device {
    pub id: DeviceId,
    pub user_id: UserId,
    pub kind: DeviceKind,
    /// Browser and system in words.
    pub device: String,
    pub ip: Option<String>,
    pub first_seen_at: Timestamp,
    pub last_seen_at: Timestamp,
}
