//! Every page as it looks: at three widths, in both themes, with the names that strain it most. Nothing may
//! reach beyond the page, and nothing may stand in the way of people with a disability.
//!
//! The pictures are in `target/screens`.

mod api_keys;
mod applicant;
mod console;
mod factors;
mod invites;
mod public;
mod recovery;
mod sessions;
mod users;

use super::driver::{Tab, Theme};

/// 60 characters, as long as a name may reasonably be.
const LONG_NAME: &str = "Augusta Ada Wolfeschlegelsteinhausen-King, Lady of Lovelace";
/// Written from right to left.
const ARABIC_NAME: &str = "محمد بن موسى الخوارزمي";
/// A file name that has to be cut somewhere.
const LONG_FILE: &str = "passport-both-sides-scanned-at-the-library-2026-03-01-final-version.png";

const WIDTHS: [u32; 3] = [360, 900, 1440];

/// Looks at the page that is open.
async fn look(tab: &Tab, name: &str) {
    for (theme, suffix) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        tab.prefer(theme).await;
        // The widest and the narrowest page are looked at with axe, one in each theme.
        let widths: Vec<u32> =
            if theme == Theme::Light { WIDTHS.to_vec() } else { WIDTHS.into_iter().rev().collect() };
        for width in widths {
            tab.resize(width, 900).await;
            assert_fits(tab, name, width).await;
            tab.screenshot(&format!("{name}-{width}-{suffix}")).await;
        }
        tab.assert_accessible().await;
    }
}

/// Goes to a page and looks at it.
pub(super) async fn look_at(tab: &Tab, path: &str, name: &str) {
    tab.visit(path).await;
    look(tab, name).await;
}

/// What sticks out of the page, unless it lies in a part that scrolls by itself.
const STICKING_OUT: &str = "
    const wide = document.documentElement.clientWidth;
    const scrolls = element => element && element !== document.documentElement
        && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
    return [...document.querySelectorAll('body *')]
        .filter(element => element.checkVisibility() && !scrolls(element))
        .filter(element => element.getBoundingClientRect().right > wide + 1)
        .map(element => element.tagName.toLowerCase() + '.' + element.className);";

async fn assert_fits(tab: &Tab, name: &str, width: u32) {
    let out = tab.client.execute(STICKING_OUT, Vec::new()).await.unwrap();
    assert_eq!(out, serde_json::json!([]), "{name} at {width} pixels");
}
