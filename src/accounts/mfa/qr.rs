//! A QR code as inline SVG: dark on light in either theme, since cameras need it so.

use fast_qr::qr::QRBuilder;
use fast_qr::{ECL, QRCode};
use maud::{Markup, html};

use crate::error::AppError;

/// Modules of empty space that the standard asks for on each side.
const QUIET: usize = 4;

/// Draws `text`; `label` is what is read out instead.
pub(super) fn draw(text: &str, label: &str) -> Result<Markup, AppError> {
    let code = QRBuilder::new(text).ecl(ECL::M).build();
    let code = code.map_err(|error| AppError::internal(format!("no QR code can hold this: {error:?}")))?;
    let side = code.size + 2 * QUIET;
    Ok(html! {
        svg .qr viewBox={ "0 0 " (side) " " (side) } role="img" aria-label=(label) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path fill="#000" d=(outline(&code)) {}
        }
    })
}

/// One rectangle for each run of dark modules in a row.
fn outline(code: &QRCode) -> String {
    use std::fmt::Write;
    let mut path = String::new();
    for (y, row) in code.data.chunks(code.size).take(code.size).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, other| one.value() == other.value()) {
            if run.first().is_some_and(|module| module.value()) {
                let length = run.len();
                let at = (x + QUIET, y + QUIET);
                // Writing to a text does not fail.
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", at.0, at.1);
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finder_patterns_stand_in_their_corners() {
        let code = QRBuilder::new("otpauth://totp/x").ecl(ECL::M).build().unwrap();
        let path = outline(&code);
        let right = code.size - 7 + QUIET;
        assert!(path.starts_with(&format!("M4 4h7v1h-7z")), "{path}");
        assert!(path.contains(&format!("M{right} 4h7v1h-7z")), "{path}");
    }
}
