//! The instance secret: configured, or made once and kept in the data directory.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use secrecy::SecretString;

use crate::config::DatabaseConfig;
use crate::error::AppError;
use crate::ids::Random;

const FILE: &str = "app_secret";

/// The secret all keys come from.
///
/// # Errors
/// When the file can be neither read nor made.
pub fn of(config: &DatabaseConfig, random: &Random) -> Result<SecretString, AppError> {
    if let Some(secret) = &config.app_secret {
        return Ok(secret.clone());
    }
    kept_in(&config.data_dir, random)
}

/// The secret kept in `directory`, made when there is none.
///
/// # Errors
/// When the file can be neither read nor made.
pub fn kept_in(directory: &Path, random: &Random) -> Result<SecretString, AppError> {
    let path = directory.join(FILE);
    let told = |error: std::io::Error| {
        AppError::internal(format!("the secret {} cannot be kept: {error}", path.display()))
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => return Ok(SecretString::from(text.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(told(error)),
    }
    let made = hex::encode(random.bytes::<32>());
    // Written beside and renamed, so that a crash leaves no half secret that could seal anything.
    let beside = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(told)?;
    file.write_all(made.as_bytes()).and_then(|()| file.sync_all()).map_err(told)?;
    std::fs::rename(&beside, &path).map_err(told)?;
    Ok(SecretString::from(made))
}
