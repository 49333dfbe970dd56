//! Times: how long ago for recency, the full moment where the exact time matters.

use chrono::TimeDelta;
use maud::{Markup, html};

use crate::clock::Timestamp;

/// A moment as its distance from `now` ("5 min ago", "in 2 h"); the full moment is in `datetime` and on hover.
/// The script keeps the distance up to date.
#[must_use]
pub fn time(at: Timestamp, now: Timestamp) -> Markup {
    html! {
        time datetime=(machine(at)) title=(full(at)) data-relative="" { (relative(at, now)) }
    }
}

/// A moment in full, for audit tables and evidence: `2026-01-02 03:04:05 UTC`.
#[must_use]
pub fn time_absolute(at: Timestamp) -> Markup {
    html! { time .absolute datetime=(machine(at)) { (full(at)) } }
}

/// The distance of a moment from `now`, in words.
#[must_use]
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let age = now.since(at);
    if age.abs() < TimeDelta::seconds(45) {
        return "just now".to_owned();
    }
    if age.abs() >= TimeDelta::days(30) {
        return at.utc().format("%-d %b %Y").to_string();
    }
    let distance = largest_unit(age.abs());
    if age < TimeDelta::zero() { format!("in {distance}") } else { format!("{distance} ago") }
}

/// A span of time in its two largest units: `2 h 5 min`.
#[must_use]
pub fn duration(span: TimeDelta) -> String {
    let minutes = span.num_minutes().max(0);
    let parts = match (minutes / 1440, minutes % 1440 / 60, minutes % 60) {
        (0, 0, 0) => [(span.num_seconds().max(0), "s"), (0, "")],
        (0, 0, minutes) => [(minutes, "min"), (0, "")],
        (0, hours, minutes) => [(hours, "h"), (minutes, "min")],
        (days, hours, _) => [(days, "d"), (hours, "h")],
    };
    let [(first, unit), rest] = parts;
    match rest {
        (0, _) => format!("{first} {unit}"),
        (second, smaller) => format!("{first} {unit} {second} {smaller}"),
    }
}

fn largest_unit(span: TimeDelta) -> String {
    // Rounded to the unit, so that 89 minutes read as one hour and 90 as two.
    let minutes = (span.num_seconds() + 30) / 60;
    if minutes < 60 {
        format!("{} min", minutes.max(1))
    } else if minutes < 24 * 60 {
        format!("{} h", (minutes + 30) / 60)
    } else {
        let days = (minutes + 12 * 60) / (24 * 60);
        if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
    }
}

fn machine(at: Timestamp) -> String {
    at.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn full(at: Timestamp) -> String {
    at.utc().format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_moment_reads_as_its_distance_from_now() {
        let now = at("2026-03-10T12:00:00Z");
        let cases = [
            ("2026-03-10T11:59:30Z", "just now"),
            ("2026-03-10T12:00:20Z", "just now"),
            ("2026-03-10T11:59:00Z", "1 min ago"),
            ("2026-03-10T10:31:00Z", "1 h ago"),
            ("2026-03-10T10:30:00Z", "2 h ago"),
            ("2026-03-09T12:00:00Z", "1 day ago"),
            ("2026-03-04T12:00:00Z", "6 days ago"),
            ("2026-03-10T14:00:00Z", "in 2 h"),
            ("2025-12-24T12:00:00Z", "24 Dec 2025"),
        ];
        for (moment, text) in cases {
            assert_eq!(relative(at(moment), now), text, "{moment}");
        }
    }

    #[test]
    fn a_span_reads_in_its_two_largest_units() {
        let cases =
            [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7_500, "2 h 5 min"), (90_000, "1 d 1 h"), (-5, "0 s")];
        for (seconds, text) in cases {
            assert_eq!(duration(TimeDelta::seconds(seconds)), text);
        }
    }
}
