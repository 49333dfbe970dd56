//! What is logged, and how.

use super::Reader;

crate::text_enum! {
    LogFormat {
        Text = "text",
        Json = "json",
    }
}

#[derive(Clone, Debug)]
pub struct LoggingConfig {
    /// Directives as `tracing_subscriber` reads them.
    pub filter: String,
    pub format: LogFormat,
}

impl LoggingConfig {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            filter: reader.text(
                "RUST_LOG",
                "info",
                "What is logged: error, warn, info, debug, or per module.",
            ),
            format: reader.parsed("LOG_FORMAT", LogFormat::Text, "text or json.", |text| {
                LogFormat::parse(text).ok_or_else(|| "must be text or json".to_owned())
            }),
        }
    }
}
