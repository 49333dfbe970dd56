//! Where the demo runs: a directory of its own, a port that is free, settings that let nothing out.

use std::net::{IpAddr, TcpListener};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use super::ORGANIZATION;
use crate::access::Role;
use crate::accounts::password::{self, Owner};
use crate::config::{Config, Origin};
use crate::error::AppError;
use crate::ids::Random;
use crate::secret;

/// The data directory: a temporary one goes away with this value, a given one stays.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl Place {
    /// # Errors
    /// When no temporary directory can be made.
    pub fn new(given: Option<&Path>) -> std::io::Result<Self> {
        if let Some(path) = given {
            return Ok(Self { path: path.to_owned(), temporary: None });
        }
        let temporary = tempfile::Builder::new().prefix("frontdesk-demo-").tempdir()?;
        Ok(Self { path: temporary.path().to_owned(), temporary: Some(temporary) })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }
}

/// The settings of the demo, over those of the environment.
///
/// # Errors
/// When the directory cannot keep the secret.
pub fn settings(place: &Place, random: &Random) -> Result<Vec<(&'static str, String)>, AppError> {
    std::fs::create_dir_all(place.path()).map_err(AppError::internal)?;
    let secret = secret::kept_in(place.path(), random)?;
    Ok(vec![
        ("DATA_DIR", place.path().display().to_string()),
        ("APP_SECRET", secret.expose_secret().to_owned()),
        ("EMAIL_PROVIDER", "capture".to_owned()),
        ("EMAIL_FROM", "desk@demo.test".to_owned()),
        ("EMAIL_FROM_NAME", ORGANIZATION.to_owned()),
        ("ORGANIZATION_NAME", ORGANIZATION.to_owned()),
        ("ENVIRONMENT_LABEL", "Demo".to_owned()),
        ("RUN_MIGRATIONS", "true".to_owned()),
    ])
}

/// Takes any free port when nobody asked for one and the usual one is in use.
pub fn choose_port(config: &mut Config) {
    let asked_for = config.settings.iter().any(|one| one.name == "PORT" && one.origin != Origin::Default);
    if !asked_for && !is_free(config.http.bind, config.http.port) {
        config.http.port = 0;
    }
}

fn is_free(bind: IpAddr, port: u16) -> bool {
    TcpListener::bind((bind, port)).is_ok()
}

/// The one password of all sign-ins: the given one, or a new one.
///
/// # Errors
/// One sentence when the given one is weaker than staff may use.
pub fn password(given: Option<&SecretString>, random: &Random) -> Result<SecretString, String> {
    let Some(given) = given else { return Ok(SecretString::from(password::temporary(random))) };
    let anybody = Owner { name: "", email: "", role: Role::Operator };
    match password::complaint(&password::broken_rules(given.expose_secret(), &anybody)) {
        Some(complaint) => Err(format!("DEMO_PASSWORD is too weak for staff. {complaint}")),
        None => Ok(given.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    #[test]
    fn a_temporary_place_goes_away_and_a_given_one_stays() {
        let given = tempfile::tempdir().unwrap();
        let temporary = Place::new(None).unwrap();
        let path = temporary.path().to_owned();
        assert!(path.exists() && temporary.is_temporary());
        drop(temporary);
        drop(Place::new(Some(given.path())).unwrap());
        assert!(!path.exists() && given.path().exists());
    }

    #[test]
    fn another_port_is_taken_only_when_nobody_asked_for_one() {
        let busy = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = busy.local_addr().unwrap().port();
        let mut config = Config::read(Sources::default()).unwrap();
        config.http.port = port;
        choose_port(&mut config);
        assert_eq!(config.http.port, 0);
        let environment = [("PORT".to_owned(), port.to_string())].into();
        let mut config = Config::read(Sources { environment, ..Sources::default() }).unwrap();
        choose_port(&mut config);
        assert_eq!(config.http.port, port);
    }

    #[test]
    fn a_given_password_must_do_for_staff_and_a_made_one_does() {
        let random = Random::seeded(1);
        let weak = SecretString::from("Engine-1843");
        assert!(password(Some(&weak), &random).unwrap_err().contains("at least 12 characters"));
        let made = password(None, &random).unwrap();
        assert!(password(Some(&made), &random).is_ok());
        assert!(made.expose_secret().len() >= 14);
    }

    #[test]
    fn the_secret_of_a_place_stays_the_same() {
        let given = tempfile::tempdir().unwrap();
        let secret = || {
            let place = Place::new(Some(given.path())).unwrap();
            let settings = settings(&place, &Random::system()).unwrap();
            settings.into_iter().find(|(name, _)| *name == "APP_SECRET").unwrap().1
        };
        assert_eq!(secret(), secret());
    }
}
