//! How long sessions and tokens live.

use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;

use super::Reader;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

#[derive(Clone, Debug)]
pub struct SessionsConfig {
    pub idle: Duration,
    pub absolute: Duration,
    pub staff_idle: Duration,
    pub staff_absolute: Duration,
    pub access_token: Duration,
    pub refresh_token: Duration,
    /// Whom access tokens are for.
    pub audience: String,
    /// A file in MaxMind's format that tells the country of an address.
    pub countries: Option<PathBuf>,
}

impl SessionsConfig {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let mut span = |name, seconds, help| reader.duration(name, Duration::from_secs(seconds), help);
        let idle =
            span("SESSION_IDLE", 12 * HOUR, "A browser session ends after this long without a request.");
        let absolute =
            span("SESSION_ABSOLUTE", 7 * DAY, "A browser session ends after this long in any case.");
        let staff_idle = span("STAFF_SESSION_IDLE", 30 * MINUTE, "The same for staff.");
        let staff_absolute = span("STAFF_SESSION_ABSOLUTE", 12 * HOUR, "The same for staff.");
        let access_token = span("JWT_ACCESS_EXPIRY", 15 * MINUTE, "Life of an access token of the API.");
        let refresh_token = span("JWT_REFRESH_EXPIRY", 7 * DAY, "Life of a refresh token of the API.");
        let audience =
            reader.text("JWT_AUDIENCE", "frontdesk", "Whom access tokens are for: their aud claim.");
        let countries = reader.optional(
            "GEOIP_DATABASE",
            "A file in MaxMind's format (GeoLite2-Country.mmdb) that tells the country of a session.",
        );
        let countries = countries.map(PathBuf::from);
        Self { idle, absolute, staff_idle, staff_absolute, access_token, refresh_token, audience, countries }
    }
}

impl SessionsConfig {
    /// Idle and absolute life of a browser session.
    #[must_use]
    pub fn browser(&self, staff: bool) -> (TimeDelta, TimeDelta) {
        let (idle, absolute) =
            if staff { (self.staff_idle, self.staff_absolute) } else { (self.idle, self.absolute) };
        (delta(idle), delta(absolute))
    }

    #[must_use]
    pub fn access(&self) -> TimeDelta {
        delta(self.access_token)
    }

    #[must_use]
    pub fn refresh(&self) -> TimeDelta {
        delta(self.refresh_token)
    }
}

/// A life that no calendar holds is as good as none: it ends at once.
fn delta(life: Duration) -> TimeDelta {
    TimeDelta::from_std(life).unwrap_or_default()
}
