//! The documents of a case, for the viewer.

use maud::{Markup, Render};

use super::document_state;
use crate::documents::{Document, DocumentId};
use crate::paths;
use crate::ui::{Sheet, SheetKind, Viewer, bytes};
use crate::verifications::dossier::Dossier;

/// The viewer, open at `current` or the first document; closed while the case is not in hand.
#[must_use]
pub fn viewer(dossier: &Dossier, current: Option<&DocumentId>, is_open: bool) -> Markup {
    let shown: Vec<&Document> = dossier.documents.iter().collect();
    let notes: Vec<String> = shown.iter().map(|document| note(document, is_open)).collect();
    let sheets: Vec<Sheet<'_>> = shown
        .iter()
        .zip(&notes)
        .map(|(document, note)| Sheet {
            id: document.id.as_str(),
            title: document.kind.label(),
            note,
            kind: kind(document, is_open),
            source: paths::document(&document.id),
            page: paths::verification_document(&dossier.case.id, &document.id),
            state: document_state(document.state),
        })
        .collect();
    let first = shown.iter().position(|document| document.is_current()).unwrap_or_default();
    let wanted = current.and_then(|id| shown.iter().position(|document| document.id == *id));
    Viewer { sheets: &sheets, current: wanted.unwrap_or(first) }.render()
}

fn kind(document: &Document, is_open: bool) -> SheetKind {
    if !is_open {
        SheetKind::Unavailable
    } else if document.shown().1.is_image() {
        SheetKind::Image
    } else {
        SheetKind::Pdf
    }
}

fn note(document: &Document, is_open: bool) -> String {
    if !is_open {
        return "Claim the case to open it".to_owned();
    }
    let size = bytes(u64::try_from(document.size).unwrap_or_default());
    let pages = match document.pages {
        Some(pages) if pages > 1 => format!(" · {pages} pages"),
        _ => String::new(),
    };
    format!("{} · {size}{pages}", document.file_name.as_str())
}
