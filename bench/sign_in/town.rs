//! Where it is measured: a database with people who have accounts, and the server in front of it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use frontdesk::access::{Role, UserId};
use frontdesk::accounts::{self, NewUser, Status};
use frontdesk::app::App;
use frontdesk::clock::Clock;
use frontdesk::config::{Config, HashingConfig, Sources};
use frontdesk::ids::Random;
use frontdesk::mail::{DisplayName, EmailAddress};
use frontdesk::{organizations, server};

use crate::process::Process;

pub const PASSWORD: &str = "Difference-Engine-1822";
/// People with an account: enough that nobody is asked more often than the limits of a reset allow.
pub const PEOPLE: u32 = 1_100;

/// The address of one of them.
pub fn known(number: u32) -> String {
    format!("known{:05}@demo.test", number % PEOPLE)
}

pub struct Town {
    pub hashing: HashingConfig,
    settings: Vec<(String, String)>,
    folder: PathBuf,
}

impl std::fmt::Debug for Town {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Town").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Town {
    /// Makes the database in `folder`, with settings as they are but for the limit of one address, and a proxy that
    /// says from where the tries come.
    pub async fn new(folder: &Path) -> anyhow::Result<Self> {
        let text = folder.display().to_string();
        let settings = [
            ("DATA_DIR", text.as_str()),
            ("PORT", "0"),
            ("WORKERS", "2"),
            ("SIGN_IN_FAILURES_PER_IP", "1000000"),
            ("TRUSTED_PROXIES", "127.0.0.0/8"),
        ];
        let settings: Vec<(String, String)> =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let environment = settings.iter().cloned().collect();
        let config = Config::read(Sources { environment, ..Sources::default() })?;
        let hashing = config.accounts.hashing;
        let app = App::new(config, Clock::system(), Random::system())?;
        server::prepare(&app).await?;
        let hash = app.hasher.hash_here(&PASSWORD.into())?;
        let random = app.random.clone();
        let now = app.clock.now();
        app.db
            .write(move |c| -> Result<(), frontdesk::error::AppError> {
                let organization = organizations::by_slug(c, organizations::DEFAULT)?
                    .ok_or(frontdesk::error::AppError::NotFound)?
                    .id;
                for number in 0..PEOPLE {
                    let user = NewUser {
                        id: UserId::new(&random, now),
                        organization: organization.clone(),
                        email: address(&known(number))?,
                        name: DisplayName::parse("Grace Hopper")
                            .map_err(frontdesk::error::AppError::internal)?,
                        phone: None,
                        role: Role::Member,
                        status: Status::Active,
                        password_hash: Some(hash.clone()),
                        email_verified_at: Some(now),
                    };
                    accounts::store::insert(c, &user, now)?;
                }
                Ok(())
            })
            .await
            .context("the people cannot be added")?;
        Ok(Self { hashing, settings, folder: folder.to_owned() })
    }

    pub fn serve(&self) -> anyhow::Result<Process> {
        let program = Path::new(env!("CARGO_BIN_EXE_frontdesk"));
        Process::start(program, &["serve"], &self.settings, &self.folder)
    }
}

fn address(text: &str) -> Result<EmailAddress, frontdesk::error::AppError> {
    EmailAddress::parse(text).map_err(frontdesk::error::AppError::internal)
}
