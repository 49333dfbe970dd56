//! `serve --demo`.

use secrecy::SecretString;

use super::Reader;

#[derive(Clone, Debug)]
pub struct DemoConfig {
    /// Of all demo sign-ins; a new one each time when absent.
    pub password: Option<SecretString>,
}

impl DemoConfig {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let help = "One password for all sign-ins of `serve --demo`; made and printed when empty.";
        Self { password: reader.secret("DEMO_PASSWORD", help) }
    }
}
