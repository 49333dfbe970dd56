//! The Redis that instances share, if there is one.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::Reader;

const PORT: u16 = 6379;

#[derive(Clone, Debug)]
pub struct RedisConfig {
    /// Where it is, with its password.
    pub url: SecretString,
    /// Every key of ours begins with it.
    pub prefix: String,
}

impl RedisConfig {
    /// `None` when no Redis is configured.
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let whole = reader.secret(
            "REDIS_URL",
            "redis://:password@host:6379/0, shared by all instances for limits; each counts in the database when empty.",
        );
        let host = reader.optional("REDIS_HOST", "The same in parts, instead of REDIS_URL: the host.");
        let port = reader.number("REDIS_PORT", PORT, 1..=65_535, "The port, with REDIS_HOST.");
        let password = reader.secret("REDIS_PASSWORD", "The password, with REDIS_HOST.");
        let prefix = reader.text(
            "REDIS_KEY_PREFIX",
            "frontdesk:",
            "What every key begins with, for several uses of one Redis.",
        );
        if whole.is_some() && host.is_some() {
            reader.problem("REDIS_URL and REDIS_HOST are both set: keep one of them.");
        }
        if whole.is_none() && host.is_none() && password.is_some() {
            reader.problem("REDIS_PASSWORD is set without REDIS_HOST: name the host too.");
        }
        let url = match (whole, host) {
            (Some(url), _) => url,
            (None, Some(host)) => of_parts(&host, port, password.as_ref()).unwrap_or_else(|| {
                reader.problem("REDIS_HOST must be a host name or an address, without scheme and port.");
                SecretString::default()
            }),
            (None, None) => return None,
        };
        if !url.expose_secret().is_empty() && ::redis::Client::open(url.expose_secret()).is_err() {
            // The text of the error may hold the address with its password.
            reader.problem("REDIS_URL must be an address such as redis://:password@host:6379/0.");
        }
        Some(Self { url, prefix })
    }
}

fn of_parts(host: &str, port: u16, password: Option<&SecretString>) -> Option<SecretString> {
    let mut url = Url::parse("redis://host/0").ok()?;
    url.set_host(Some(host)).ok()?;
    url.set_port(Some(port)).ok()?;
    if let Some(password) = password {
        url.set_password(Some(password.expose_secret())).ok()?;
    }
    Some(SecretString::from(url.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_an_address_whatever_is_in_the_password() {
        let url = of_parts("cache.test", 6380, Some(&"a/b@c:d #1".into())).unwrap();
        let url = Url::parse(url.expose_secret()).unwrap();
        assert_eq!((url.host_str(), url.port()), (Some("cache.test"), Some(6380)));
        assert!(::redis::Client::open(url.as_str()).is_ok());
        assert_eq!(of_parts("cache.test", 6379, None).unwrap().expose_secret(), "redis://cache.test:6379/0");
    }
}
