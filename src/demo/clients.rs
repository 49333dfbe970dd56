//! From where people of the demo come: addresses kept for documentation (RFC 5737) and common browsers.

/// A browser somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub ip: String,
    pub user_agent: &'static str,
}

const NETWORKS: [&str; 3] = ["192.0.2", "198.51.100", "203.0.113"];

const BROWSERS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
];

/// The client of the person with this number; the same every time.
#[must_use]
pub fn of(number: usize) -> Client {
    let network = NETWORKS.get(number % NETWORKS.len()).copied().unwrap_or_default();
    let user_agent = BROWSERS.get(number % BROWSERS.len()).copied().unwrap_or_default();
    Client { ip: format!("{network}.{}", 10 + number * 7 % 240), user_agent }
}
