//! The web server: where it listens, how it is reached, whom it believes.

use std::net::IpAddr;

use url::Url;

use super::{Networks, Reader, networks};

#[derive(Clone, Debug)]
pub struct HttpConfig {
    pub bind: IpAddr,
    /// 0 picks a free port.
    pub port: u16,
    /// The address people use, without a path at the end; `None` means what the server listens on.
    pub app_url: Option<Url>,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Networks,
    /// Where the console may be opened from; everywhere when empty.
    pub admin_networks: Networks,
    /// Shown beside the organization when it is not production.
    pub environment: Option<String>,
    pub workers: usize,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<String>,
}

impl HttpConfig {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let bind = reader.parsed("BIND", IpAddr::from([127, 0, 0, 1]), "Address to listen on.", |text| {
            text.parse().ok().ok_or_else(|| "must be an IP address such as 127.0.0.1 or 0.0.0.0".to_owned())
        });
        let port = reader.number("PORT", 8080, 0..=65535, "Port to listen on; 0 picks a free one.");
        let app_url = reader
            .optional_alias(
                "APP_URL",
                &["FRONTEND_URL"],
                "The address people use, such as https://desk.example.org; used in every link.",
            )
            .and_then(|text| match parse_app_url(&text) {
                Ok(url) => Some(url),
                Err(problem) => {
                    reader.problem(format!("APP_URL {problem}."));
                    None
                }
            });
        let trusted_proxies = Networks::new(reader.list(
            "TRUSTED_PROXIES",
            "",
            "Networks of the reverse proxies whose X-Forwarded-For is believed.",
            networks::parse,
        ));
        let admin_networks = Networks::new(reader.list(
            "ADMIN_ALLOWED_NETWORKS",
            "",
            "Networks the console may be opened from; everywhere when empty.",
            networks::parse,
        ));
        let environment =
            reader.optional("ENVIRONMENT_LABEL", "A word such as staging, shown in the console.");
        let workers = reader.number("WORKERS", 2, 1..=256, "Threads that serve requests.");
        let cors_origins = reader.list(
            "CORS_ORIGIN",
            "",
            "Origins whose pages may call the API, such as https://app.example.org; none when empty.",
            parse_origin,
        );
        Self { bind, port, app_url, trusted_proxies, admin_networks, environment, workers, cors_origins }
    }
}

/// An origin as browsers write it in their header.
fn parse_origin(text: &str) -> Result<String, String> {
    let url = parse_app_url(text)?;
    Ok(url.origin().ascii_serialization())
}

fn parse_app_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().ok_or("must be an address such as https://desk.example.org")?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("must start with https:// (or http://) and name a host".to_owned());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("must name a host only, without a path".to_owned());
    }
    Ok(url)
}
