//! Who may see health in detail.

use secrecy::SecretString;

use super::{Networks, Reader, networks};

#[derive(Clone, Debug)]
pub struct HealthConfig {
    /// Sent as a bearer token by probes that want details.
    pub token: Option<SecretString>,
    pub allowed_networks: Networks,
}

impl HealthConfig {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            token: reader.secret("HEALTH_TOKEN", "Bearer token that shows health in detail."),
            allowed_networks: Networks::new(reader.list(
                "HEALTH_ALLOWED_NETWORKS",
                "127.0.0.0/8,::1/128",
                "Networks that see health in detail without a token.",
                networks::parse,
            )),
        }
    }
}
