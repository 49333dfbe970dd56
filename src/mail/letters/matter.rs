//! What the letters about one noun tell of themselves.

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::mail::model::{Priority, TemplateKind};

/// The letters about one noun; [`super::Letter`] asks them, and says what each answer is for.
pub trait Matter: Sized {
    fn kind(&self) -> TemplateKind;

    fn priority(&self) -> Priority {
        Priority::Normal
    }

    fn expires_at(&self) -> Option<Timestamp> {
        None
    }

    fn data(&self) -> Value;

    fn secret(&self) -> Value {
        json!({})
    }

    fn samples() -> Vec<Self>;
}
