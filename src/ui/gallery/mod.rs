//! Every piece in every state, as whole pages in `target/gallery` to be looked at and measured, and as
//! snapshots of the pieces' markup.

mod markup;
mod pages;
mod pieces;

use std::fs;
use std::path::Path;

use crate::clock::Timestamp;

/// Sixty characters without a place to break.
const LONG: &str = "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaf";
/// Written from right to left.
const RIGHT_TO_LEFT: &str = "محمد بن موسى الخوارزمي";

fn now() -> Timestamp {
    Timestamp::parse("2026-03-10T12:00:00Z").unwrap()
}

fn minutes_ago(minutes: i64) -> Timestamp {
    now().minus(chrono::TimeDelta::minutes(minutes))
}

#[test]
fn every_page_of_the_gallery_loads_its_assets_and_is_written_out() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/target/gallery"));
    fs::create_dir_all(folder.join("assets")).unwrap();
    for file in crate::assets::files() {
        fs::write(folder.join("assets").join(file.0), file.1).unwrap();
    }
    for (name, page) in pages::all() {
        assert_eq!(page.0.matches("=\"/assets/").count(), 4, "{name}");
        assert!(!page.0.contains(" style="), "{name}: the content security policy drops inline styles");
        assert!(!page.0.contains(" onclick="), "{name}: the content security policy drops inline scripts");
        fs::write(folder.join(format!("{name}.html")), page.0).unwrap();
    }
}
