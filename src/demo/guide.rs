//! What people are told at the start of the demo: where it is, and who can sign in.

use std::fmt::Write;

use super::people::{STAFF, member_address};
use super::plan::{APPROVED, ASKED_AGAIN, CLAIMED, REJECTED, WAITING};
use super::{ORGANIZATION, Place};

/// The text for the terminal.
#[must_use]
pub fn guide(url: &str, place: &Place, password: &str) -> String {
    let fate = if place.is_temporary() { "goes away when the program stops" } else { "is kept" };
    let mut text = format!(
        "\n  {ORGANIZATION} (made up) is open at {url}\n  \
         Its data is in {} and {fate}. No mail leaves: read it in the email log.\n\n",
        place.path().display()
    );
    let mut row = |who: &str, what: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "    {who:<36}{what}");
    };
    for staff in STAFF {
        row(&staff.address(), &format!("{}: {}", staff.role.label(), staff.task));
    }
    let mut first = 0;
    let groups = [
        (APPROVED, "members, approved"),
        (WAITING, "wait for a reviewer"),
        (CLAIMED, "are being reviewed"),
        (REJECTED, "were rejected"),
        (ASKED_AGAIN, "were asked for a document again"),
    ];
    for (count, what) in groups {
        let (from, to) = (member_address(first), member_address(first + count - 1));
        row(&format!("{} … {to}", from.split('@').next().unwrap_or_default()), what);
        first += count;
    }
    row("one password for all of them", password);
    text
}
