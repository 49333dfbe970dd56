//! The document viewer: a dark surround, a toolbar, thumbnails, and the document in the middle.
//!
//! Every thumbnail and arrow is a link to the same page with another document, so it works without scripts;
//! with them the stage changes in place and keeps zoom and rotation. A PDF is shown by the browser in a frame
//! without `sandbox`, which browsers refuse to draw; its own answer carries the sandbox instead.

use maud::{Markup, Render, html};

use super::icon::{Icon, icon};

/// How a document is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetKind {
    Image,
    Pdf,
    /// It cannot be shown: quarantined, purged, damaged.
    Unavailable,
}

/// One document.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    pub id: &'a str,
    /// "Passport", "Proof of address".
    pub title: &'a str,
    /// The file's name and size, or why it cannot be shown.
    pub note: &'a str,
    pub kind: SheetKind,
    /// Where the document's bytes are.
    pub source: String,
    /// The page that shows this document.
    pub page: String,
    /// The mark on the thumbnail, usually a badge.
    pub state: Markup,
}

/// The viewer over all documents of a case; `current` is the index of the one shown.
#[derive(Clone, Debug)]
pub struct Viewer<'a> {
    pub sheets: &'a [Sheet<'a>],
    pub current: usize,
}

impl Render for Viewer<'_> {
    fn render(&self) -> Markup {
        html! {
            section .viewer aria-label="Documents" data-viewer="" {
                @if let Some(sheet) = self.sheets.get(self.current) {
                    (self.toolbar(sheet))
                    (stage(sheet))
                    @if self.sheets.len() > 1 { (self.thumbnails()) }
                } @else {
                    p .viewer-empty { (icon(Icon::FileX)) "There are no documents." }
                }
            }
        }
    }
}

impl Viewer<'_> {
    fn toolbar(&self, sheet: &Sheet<'_>) -> Markup {
        let before = self.current.checked_sub(1).and_then(|index| self.sheets.get(index));
        let after = self.sheets.get(self.current + 1);
        html! {
            div .viewer-bar {
                p .viewer-title aria-live="polite" {
                    span data-viewer-title="" { (sheet.title) }
                    span .meta data-viewer-note="" { bdi { (sheet.note) } }
                }
                div .viewer-tools role="toolbar" aria-label="Document" {
                    span .viewer-zoom data-script="" hidden[sheet.kind != SheetKind::Image] data-image-tools="" {
                        (tool("out", "Zoom out", Icon::ZoomOut, "-"))
                        output data-zoom="" { "Fit" }
                        (tool("in", "Zoom in", Icon::ZoomIn, "+"))
                        (tool("fit", "Fit", Icon::Scan, "0"))
                        (tool("rotate", "Rotate", Icon::RotateCw, "]"))
                    }
                    @if self.sheets.len() > 1 {
                        (turn("previous", "Previous document", Icon::ChevronLeft, before))
                        span .meta data-viewer-place="" { (self.current + 1) " of " (self.sheets.len()) }
                        (turn("next", "Next document", Icon::ChevronRight, after))
                    }
                    span data-script="" { (tool("full", "Full screen", Icon::Maximize2, "f")) }
                    a .tool data-viewer-open="" href=(sheet.source) target="_blank" rel="noopener"
                        title="Open in a new tab" hidden[sheet.kind == SheetKind::Unavailable] {
                        (icon(Icon::ExternalLink))
                        span .visually-hidden { "Open in a new tab" }
                    }
                }
            }
        }
    }

    fn thumbnails(&self) -> Markup {
        html! {
            ol .thumbnails {
                @for (index, sheet) in self.sheets.iter().enumerate() {
                    li {
                        a href=(sheet.page) id={ "sheet-" (sheet.id) } data-sheet=(kind_name(sheet.kind))
                            data-source=(sheet.source) data-title=(sheet.title) data-note=(sheet.note)
                            aria-current=[(index == self.current).then_some("true")] {
                            (icon(kind_icon(sheet.kind)))
                            span .thumbnail-text {
                                span .title { (sheet.title) }
                                span .meta { bdi { (sheet.note) } }
                            }
                            (sheet.state)
                        }
                    }
                }
            }
        }
    }
}

fn stage(sheet: &Sheet<'_>) -> Markup {
    html! {
        div .stage data-stage="" tabindex="0" role="group" aria-label={ (sheet.title) ", use the arrow keys to move" } {
            @match sheet.kind {
                SheetKind::Image => div .sheet { img src=(sheet.source) alt=(sheet.title); },
                SheetKind::Pdf => iframe src={ (sheet.source) "#navpanes=0" } title=(sheet.title) {},
                SheetKind::Unavailable => p .viewer-empty { (icon(Icon::FileX)) (sheet.note) },
            }
        }
    }
}

fn tool(act: &str, label: &str, shape: Icon, key: &str) -> Markup {
    html! {
        button .tool type="button" data-tool=(act) title={ (label) " (" (key) ")" } {
            (icon(shape))
            span .visually-hidden { (label) }
        }
    }
}

fn turn(act: &str, label: &str, shape: Icon, to: Option<&Sheet<'_>>) -> Markup {
    html! {
        a .tool href=[to.map(|sheet| &sheet.page)] data-turn=(act) title=(label)
            aria-disabled=[to.is_none().then_some("true")] {
            (icon(shape))
            span .visually-hidden { (label) }
        }
    }
}

fn kind_name(kind: SheetKind) -> &'static str {
    match kind {
        SheetKind::Image => "image",
        SheetKind::Pdf => "pdf",
        SheetKind::Unavailable => "unavailable",
    }
}

fn kind_icon(kind: SheetKind) -> Icon {
    match kind {
        SheetKind::Image => Icon::Image,
        SheetKind::Pdf => Icon::FileText,
        SheetKind::Unavailable => Icon::FileX,
    }
}
