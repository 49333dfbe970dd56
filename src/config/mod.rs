//! Configuration: one struct per concern, read once at the start, every bad value told at once.
//!
//! Values come from the command line, the environment (also `NAME_FILE` for secrets), then
//! `frontdesk.toml`. Reading a setting also documents it: `.env.example` is made from these files.

mod accounts;
mod database;
mod demo;
mod health;
mod http;
mod logging;
mod mail;
mod networks;
mod reader;
mod redis;
mod sessions;

pub use accounts::{AccountsConfig, ApprovalCredentials, HashingConfig};
pub use database::DatabaseConfig;
pub use demo::DemoConfig;
pub use health::HealthConfig;
pub use http::HttpConfig;
pub use logging::{LogFormat, LoggingConfig};
pub use mail::{MailConfig, ProviderName, SmtpConfig, SmtpTls, UnknownPolicy};
pub use networks::Networks;
pub use reader::{Origin, Reader, Setting, Sources};
pub use redis::RedisConfig;
pub use sessions::SessionsConfig;

/// Everything the operator decides.
#[derive(Clone, Debug)]
pub struct Config {
    pub database: DatabaseConfig,
    pub http: HttpConfig,
    pub sessions: SessionsConfig,
    pub accounts: AccountsConfig,
    pub mail: MailConfig,
    /// Absent when none is configured.
    pub redis: Option<RedisConfig>,
    pub health: HealthConfig,
    pub logging: LoggingConfig,
    pub demo: DemoConfig,
    /// As read, for `config check`.
    pub settings: Vec<Setting>,
}

/// All that is wrong with the configuration, a sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl std::error::Error for Problems {}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("The configuration has problems:")?;
        for problem in &self.0 {
            write!(f, "\n  - {problem}")?;
        }
        Ok(())
    }
}

impl Config {
    /// Reads every setting.
    ///
    /// # Errors
    /// All problems at once.
    pub fn read(sources: Sources) -> Result<Self, Problems> {
        let mut reader = Reader::new(sources);
        let database = DatabaseConfig::read(&mut reader);
        let http = HttpConfig::read(&mut reader);
        let sessions = SessionsConfig::read(&mut reader);
        let accounts = AccountsConfig::read(&mut reader);
        let mail = MailConfig::read(&mut reader);
        let redis = RedisConfig::read(&mut reader);
        let health = HealthConfig::read(&mut reader);
        let logging = LoggingConfig::read(&mut reader);
        let demo = DemoConfig::read(&mut reader);
        let (settings, problems) = reader.finish();
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        Ok(Self { database, http, sessions, accounts, mail, redis, health, logging, demo, settings })
    }

    /// The text of `.env.example`: every setting with its line of help and its default.
    #[must_use]
    pub fn example() -> String {
        let settings = match Self::read(Sources::default()) {
            Ok(config) => config.settings,
            Err(_) => Vec::new(),
        };
        let mut text = String::from(
            "# Every setting of Frontdesk with its default. Copy what you change to .env or the environment;\n\
             # a secret can also come from the file named by NAME_FILE. `frontdesk config check` shows what is in force.\n",
        );
        for setting in settings {
            let Setting { name, help, default, .. } = setting;
            text.extend(["\n# ", help, "\n# ", name, "=", &default, "\n"]);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Sources {
        let environment =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Sources { environment, ..Sources::default() }
    }

    #[test]
    fn every_bad_value_is_told_at_once_with_its_name() {
        let problems = Config::read(environment(&[
            ("PORT", "many"),
            ("DATABASE_URL", "mysql://x"),
            ("TRUSTED_PROXIES", "10.0.0.0/8,nonsense"),
            ("SESSION_IDLE", "soon"),
            ("EMAIL_PROVIDER", "pigeon"),
        ]))
        .unwrap_err();
        for name in ["PORT", "DATABASE_URL", "TRUSTED_PROXIES", "SESSION_IDLE", "EMAIL_PROVIDER"] {
            assert!(problems.0.iter().any(|problem| problem.starts_with(name)), "{name} in {problems}");
        }
    }

    #[test]
    fn a_claim_lives_for_a_minute_or_longer() {
        let life = |text: &str| Config::read(environment(&[("CLAIM_LIFE", text)]));
        assert_eq!(life("1m").unwrap().accounts.claim_life.as_secs(), 60);
        for short in ["59s", "0s"] {
            assert!(life(short).unwrap_err().to_string().contains("CLAIM_LIFE must be"), "{short}");
        }
    }

    #[test]
    fn an_unknown_name_in_the_file_is_a_problem() {
        let file = [("SMPT_HOST".to_owned(), "mail".to_owned())].into();
        let problems = Config::read(Sources { file, ..Sources::default() }).unwrap_err();
        assert!(problems.to_string().contains("smpt_host"), "{problems}");
    }

    #[test]
    fn no_secret_is_shown_among_the_settings() {
        let config = Config::read(environment(&[
            ("APP_SECRET", "a-long-secret-of-more-than-32-characters"),
            ("SMTP_USER", "desk"),
            ("SMTP_PASSWORD", "hunter2"),
        ]))
        .unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("a-long-secret"), "{shown}");
    }

    #[test]
    fn the_example_file_lists_every_setting() {
        let written = include_str!("../../.env.example");
        assert_eq!(written, Config::example(), "run `frontdesk config example > .env.example`");
    }
}
