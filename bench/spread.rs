//! Several measurements of one thing, told as their median and their range.

use std::fmt;

/// Median, lowest and highest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spread {
    low: f64,
    pub median: f64,
    high: f64,
}

impl Spread {
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or_default();
        let (lower, upper) = (values.len().saturating_sub(1) / 2, values.len() / 2);
        Self {
            low: at(0),
            median: f64::midpoint(at(lower), at(upper)),
            high: at(values.len().saturating_sub(1)),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}–{})", short(self.median), short(self.low), short(self.high))
    }
}

/// Three digits that say something.
pub fn short(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}
