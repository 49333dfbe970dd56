//! What goes around a letter: who it is from and for, and the mask over what only the recipient may read.

use serde_json::{Map, Value};

/// What stands in place of everything secret that staff can see.
pub const MASK: &str = "••••";

/// What every template has besides its own data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub organization_name: String,
    /// Empty when the name is not known.
    pub recipient_name: String,
    pub recipient_address: String,
}

impl Envelope {
    /// The data of a letter in this envelope, `secret` included: pass [`masked`] secrets for staff.
    #[must_use]
    pub fn around(&self, data: &Value, secret: &Value) -> Value {
        let mut all = Map::new();
        for part in [data, secret] {
            if let Value::Object(fields) = part {
                all.extend(fields.clone());
            }
        }
        for (name, text) in [
            ("organization_name", &self.organization_name),
            ("recipient_name", &self.recipient_name),
            ("recipient_address", &self.recipient_address),
        ] {
            all.insert(name.to_owned(), Value::String(text.clone()));
        }
        Value::Object(all)
    }
}

/// The same shape with every text replaced by [`MASK`].
#[must_use]
pub fn masked(secret: &Value) -> Value {
    match secret {
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), masked(value))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(masked).collect()),
        _ => Value::String(MASK.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mask_keeps_the_shape() {
        let secret = json!({ "link": "https://x", "codes": ["123", 7], "deep": { "key": true } });
        let expected = json!({ "link": MASK, "codes": [MASK, MASK], "deep": { "key": MASK } });
        assert_eq!(masked(&secret), expected);
    }
}
