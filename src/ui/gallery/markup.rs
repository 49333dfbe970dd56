//! The markup of the main pieces, so that a change to one is seen where it is reviewed.

use maud::{Markup, Render, html};

use crate::ui::{
    Button, Cell, Choice, Choices, Column, Field, FieldError, Form, Icon, Row, SearchBox, Table, Theme,
    Upload, error_summary,
};
use crate::ui::{Entry, Group, Me, Nav, Public};

use super::pieces;

macro_rules! assert_markup {
    ($text:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($text);
        });
    };
}

/// One element per line, without the icons' shapes.
fn readable(markup: &Markup) -> String {
    let mut text = markup.0.clone();
    for shape in Icon::ALL {
        text = text.replace(&format!(">{}</svg>", shape.shapes()), "></svg>");
    }
    text.replace("><", ">\n<")
}

#[test]
fn a_refused_form_keeps_values_and_says_what_is_wrong_beside_the_field() {
    let kinds = [Choice::new("passport", "Passport"), Choice::new("permit", "Residence permit")];
    let form = Form::post("/register", "token").id("register-form").multipart().guarded().body(html! {
        (error_summary(&[FieldError { field: "email", message: "Enter your email address." }]))
        (Field::text("name", "Full name").value("Ada \"Countess\" <Lovelace>").autocomplete("name"))
        (Field::email("email", "Email address").hint("We send the answer there.").error(Some("Enter your email address.")))
        (Field::password("password", "Password").autocomplete("new-password"))
        (Field::select("kind", "Kind", &kinds).value("permit"))
        (Field::textarea("note", "Note", 3).optional().value("</textarea>"))
        (Choices::radios("again", "Again", &kinds).chosen(&["passport"]))
        (Upload::new("files", "Documents").accept(".pdf").at_most(5).largest(10 << 20))
        (Button::primary("Send").value("act", "send"))
    });
    assert_markup!(readable(&form));
}

#[test]
fn a_table_has_headings_links_and_named_checkboxes() {
    let table = Table::new("Cases")
        .column(Column::text("Applicant"))
        .column(Column::badge("State"))
        .column(Column::number("Files").not_on_phone())
        .selectable("bulk")
        .row(
            Row::new("1")
                .label("Ada Lovelace")
                .cell(Cell::link("/verifications/1", "Ada Lovelace").note("ada@demo.test"))
                .cell(Cell::text("Waiting"))
                .cell(Cell::none()),
        );
    assert_markup!(readable(&table.render()));
}

#[test]
fn a_search_keeps_the_filters_of_its_list() {
    let search = SearchBox::new("/verifications", "Search cases", "ada").keeping(&[("status", "waiting")]);
    assert_markup!(readable(&search.render()));
}

#[test]
fn messages_offer_undo_and_can_be_dismissed() {
    assert_markup!(readable(&pieces::messages()));
}

#[test]
fn the_navigation_leaves_out_groups_without_entries() {
    let nav = Nav(vec![
        Group {
            heading: "Decide",
            entries: vec![
                Entry::new("Verifications", "/verifications", Icon::ShieldCheck).waiting(12).current(true),
            ],
        },
        Group { heading: "Set up", entries: Vec::new() },
    ]);
    assert_markup!(readable(&nav.render()));
}

#[test]
fn a_public_page_is_a_whole_document() {
    let page = Public {
        title: "Your verification",
        organization: "Analytical Engines",
        user: Some(Me {
            name: "Ada Lovelace",
            email: "ada@demo.test",
            role: "",
            links: &[],
            theme_action: "/theme",
            sign_out_action: "/sign-out",
        }),
        csrf: "token",
        flash: &[],
        theme: Theme::Dark,
        refused: false,
        main: html! { p { "We are looking at your documents." } },
    };
    let mut text = readable(&page.render());
    for (file, _) in crate::assets::files() {
        let (name, _) = file.rsplit_once('-').unwrap();
        text = text.replace(file, name);
    }
    assert_markup!(text);
}
