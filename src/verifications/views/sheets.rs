//! The documents of a case, for the viewer.

use maud::{Markup, Render, html};

use super::document_state;
use crate::documents::{Document, DocumentId};
use crate::paths;
use crate::ui::{Icon, Sheet, SheetKind, Viewer, bytes, icon};
use crate::verifications::dossier::Dossier;

/// The viewer, open at `current` or the first document; locked while the case is not in hand.
#[must_use]
pub fn viewer(dossier: &Dossier, current: Option<&DocumentId>, is_open: bool) -> Markup {
    if dossier.documents.iter().any(Document::is_purged) {
        return empty("The documents were erased with their applicant.");
    }
    if !is_open {
        return locked(dossier.documents.len());
    }
    let shown = &dossier.documents;
    let notes: Vec<String> = shown.iter().map(note).collect();
    let sheets: Vec<Sheet<'_>> = shown
        .iter()
        .zip(&notes)
        .map(|(document, note)| Sheet {
            id: document.id.as_str(),
            title: document.kind.label(),
            note,
            kind: kind(document),
            source: paths::document(&document.id),
            page: paths::verification_document(&dossier.case.id, &document.id),
            state: document_state(document.state),
        })
        .collect();
    let first = shown.iter().position(Document::is_current).unwrap_or_default();
    let wanted = current.and_then(|id| shown.iter().position(|document| document.id == *id));
    Viewer { sheets: &sheets, current: wanted.unwrap_or(first) }.render()
}

fn locked(documents: usize) -> Markup {
    let text = match documents {
        0 => "There are no documents.".to_owned(),
        1 => "One document. Claim the case to open it.".to_owned(),
        number => format!("{number} documents. Claim the case to open them."),
    };
    empty(&text)
}

fn empty(text: &str) -> Markup {
    html! {
        section .viewer.locked aria-label="Documents" {
            p .viewer-empty { (icon(Icon::Lock)) (text) }
        }
    }
}

fn kind(document: &Document) -> SheetKind {
    if document.shown().1.is_image() { SheetKind::Image } else { SheetKind::Pdf }
}

fn note(document: &Document) -> String {
    let size = bytes(u64::try_from(document.size).unwrap_or_default());
    let pages = match document.pages {
        Some(pages) if pages > 1 => format!(" · {pages} pages"),
        _ => String::new(),
    };
    // The name stands for itself, whichever way it is written.
    format!("\u{2068}{}\u{2069} · {size}{pages}", document.file_name.as_str())
}
