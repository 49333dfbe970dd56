//! The shared pieces that pages are made of: functions of plain data that return markup.
//!
//! Nothing here reads, asks or knows a feature; URLs, counts and texts arrive as values. Each piece has one
//! file here and one style sheet of the same name in `static/css`. Everything works without scripts;
//! `static/js` only makes it smoother.

pub mod badge;
pub mod button;
pub mod callout;
pub mod choice;
pub mod copy;
pub mod dialog;
pub mod empty;
pub mod errors;
pub mod facts;
pub mod field;
pub mod form;
pub mod format;
pub mod icon;
pub mod layout;
pub mod list;
pub mod list_url;
pub mod nav;
pub mod progress;
pub mod rules;
pub mod table;
pub mod time;
pub mod timeline;
pub mod toast;
pub mod upload;
pub mod viewer;

#[cfg(test)]
mod gallery;

pub use badge::{Meaning, badge};
pub use button::Button;
pub use callout::callout;
pub use choice::{Choice, Choices, checkbox};
pub use copy::copyable;
pub use dialog::Dialog;
pub use empty::Empty;
pub use errors::{FieldError, error_summary};
pub use facts::{Facts, masked};
pub use field::Field;
pub use form::{CSRF_FIELD, Form, csrf_field};
pub use format::{bytes, count};
pub use icon::{Icon, icon, icon_labelled};
pub use layout::{Console, MAIN_ID, Me, Public, Theme};
pub use list::{Chip, Pager, SearchBox, Tab, chips, tabs};
pub use list_url::{ListUrl, announcement, not_understood, search_help};
pub use nav::{Entry, Group, Nav};
pub use progress::Progress;
pub use rules::{RuleLine, Rules, rule_lines};
pub use table::{Cell, Column, Row, Table};
pub use time::{duration, time, time_absolute};
pub use timeline::{Event, timeline};
pub use toast::{Flash, toasts};
pub use upload::Upload;
pub use viewer::{Sheet, SheetKind, Viewer};
