//! Whole pages as the features build them.

use maud::{Markup, Render, html};

use crate::ui::{
    Button, Cell, Chip, Column, Console, Dialog, Empty, Entry, Event, Facts, FieldError, Flash, Form, Group,
    Icon, Me, Meaning, Nav, Pager, Public, Row, SearchBox, Sheet, SheetKind, Tab, Table, Theme, Upload,
    Viewer, badge, bytes, callout, chips, copyable, dialog, error_summary, form, masked, table, tabs, time,
    timeline,
};
use crate::ui::{Choice, Choices, Field};

use super::{LONG, RIGHT_TO_LEFT, minutes_ago, now, pieces};

/// Every page with its name.
pub(super) fn all() -> Vec<(&'static str, Markup)> {
    vec![
        ("list", list_page(&full_list(), true)),
        ("list-none-yet", list_page(&pieces::none_yet(), false)),
        ("list-none-match", list_page(&pieces::none_match(), true)),
        ("list-failed", list_page(&Empty::could_not_load("#").render(), false)),
        ("case", case_page()),
        ("details", details_page()),
        ("form", form_page()),
        ("pieces", console("Pieces", false, None, pieces::all())),
        ("public-register", register_page()),
        ("public-sign-in", sign_in_page()),
        ("public-case", applicant_page()),
    ]
}

fn nav() -> Nav {
    let entry = |label, icon| Entry::new(label, "#", icon);
    Nav(vec![
        Group {
            heading: "Decide",
            entries: vec![
                entry("Verifications", Icon::ShieldCheck).waiting(1204).current(true),
                entry("Approvals", Icon::Stamp),
            ],
        },
        Group {
            heading: "Look up",
            entries: vec![
                entry("Users", Icon::Users),
                entry("Sessions", Icon::MonitorSmartphone),
                entry("Email log", Icon::Mail),
            ],
        },
        Group {
            heading: "Watch",
            entries: vec![
                entry("Health", Icon::Activity),
                entry("Delivery", Icon::Send),
                entry("Jobs", Icon::CalendarClock),
                entry("Audit", Icon::ScrollText),
            ],
        },
        Group { heading: "Set up", entries: vec![entry("Organizations", Icon::Building2)] },
    ])
}

fn me<'a>(name: &'a str, links: &'a [(&'a str, String)]) -> Me<'a> {
    Me {
        name,
        email: "grace@demo.test",
        role: "Reviewer",
        links,
        theme_action: "#theme",
        sign_out_action: "#sign-out",
    }
}

pub(super) fn console(title: &str, wide: bool, search: Option<Markup>, main: Markup) -> Markup {
    let links = [("Your account", "#".to_owned()), ("Your sessions", "#".to_owned())];
    Console {
        title,
        organization: "Analytical Engines",
        home: "#",
        nav: nav(),
        user: me("Grace Hopper", &links),
        environment: Some("Staging"),
        csrf: "token",
        flash: &[],
        theme: Theme::System,
        parent: (title != "Verifications").then_some(("Verifications", "#")),
        search,
        action: None,
        wide,
        main,
    }
    .render()
}

fn list_page(rows: &Markup, filtered: bool) -> Markup {
    let tab = |label, count, current| Tab { label, url: format!("/list?tab={label}"), count, current };
    let search = SearchBox::new("#", "Search cases", if filtered { "love" } else { "" })
        .help(html! { p { "Type a name, an address or an id." } p { code { "status:waiting" } } });
    let active = if filtered {
        vec![
            Chip { label: "Kind: passport", without: "#".into() },
            Chip { label: "Assigned to: me", without: "#".into() },
        ]
    } else {
        Vec::new()
    };
    let main = html! {
        (tabs("Status", &[
            tab("Waiting", Some(1204), true),
            tab("Claimed", Some(3), false),
            tab("Asked again", Some(18), false),
            tab("Approved", Some(20_113), false),
            tab("Rejected", Some(77), false),
            tab("All", None, false),
        ]))
        (chips(&active, "#"))
        (rows)
    };
    console("Verifications", true, Some(search.render()), main)
}

fn full_list() -> Markup {
    let people = [
        ("Ada Lovelace", "ada@demo.test", (Meaning::Warn, "Waiting"), "Passport", 3, 1500),
        (
            LONG,
            "wolfe@a-very-long-host-name-that-goes-on-and-on.demo.test",
            (Meaning::Info, "Claimed"),
            "Residence permit",
            1,
            400,
        ),
        (RIGHT_TO_LEFT, "algorithm@demo.test", (Meaning::Ok, "Approved"), "National id", 2, 95),
        ("Emmy Noether", "emmy@demo.test", (Meaning::Bad, "Rejected"), "Student card", 1, 42),
        (
            "Srinivasa Ramanujan",
            "srinivasa@demo.test",
            (Meaning::Neutral, "Expired"),
            "Proof of address",
            5,
            8,
        ),
    ];
    let rows = (0..20_u32).zip(people.iter().cycle()).map(|(index, person)| {
        let (name, email, state, kind, files, age) = *person;
        Row::new(format!("{index}"))
            .label(name)
            .quiet(state.1 == "Expired")
            .cell(Cell::link("#", name).note(email))
            .cell(Cell::of(badge(state.0, state.1)))
            .cell(Cell::text(kind))
            .cell(Cell::text(&i32::to_string(&files)))
            .cell(if index % 3 == 0 { Cell::none() } else { Cell::text("Grace Hopper") })
            .cell(Cell::of(time(minutes_ago(age), now())))
    });
    html! {
        p .visually-hidden data-announce="" { "20 cases" }
        (Table::new("Verification cases")
            .column(Column::text("Applicant"))
            .column(Column::badge("State"))
            .column(Column::text("Document"))
            .column(Column::number("Files").fits())
            .column(Column::text("Reviewer").not_on_phone())
            .column(Column::text("Waiting since").fits())
            .selectable("bulk")
            .rows(rows))
        (Pager { newer: None, older: Some("#".into()) })
        (table::bulk_bar("bulk", "#", "token", html! {
            (Button::secondary("Assign").small().value("act", "assign"))
            (Button::danger("Reject…").small().value("act", "reject"))
        }))
    }
}

fn reasons() -> Vec<Choice<'static>> {
    vec![
        Choice::new("blurred", "The document cannot be read").hint("We could not read your document."),
        Choice::new("expired", "The document has expired").hint("Your document has expired."),
        Choice::new("other", "Another reason"),
    ]
}

fn case_page() -> Markup {
    let sheet = |id, title, note, kind, source: &str, state| Sheet {
        id,
        title,
        note,
        kind,
        source: source.into(),
        page: format!("?document={id}"),
        state,
    };
    let sheets = [
        sheet(
            "a",
            "Passport",
            "passport-scan.png · 1.2 MB",
            SheetKind::Image,
            "/sample/passport.png",
            badge(Meaning::Ok, "Accepted"),
        ),
        sheet(
            "b",
            "Proof of address",
            "electricity-bill-of-the-year-2025-final-version-2.pdf · 4 MB",
            SheetKind::Pdf,
            "/sample/bill.pdf",
            badge(Meaning::Warn, "To check"),
        ),
        sheet(
            "c",
            "Student card",
            "This file was quarantined.",
            SheetKind::Unavailable,
            "#",
            badge(Meaning::Bad, "Quarantined"),
        ),
    ];
    let reject = html! {
        (Form::post("#", "token").id("reject-form").guarded().body(html! {
            (Choices::radios("reason", "Reason", &reasons()).chosen(&["blurred"]))
            (Field::textarea("text", "What the applicant reads", 4).value("We could not read your document.").hint("They get this by mail."))
            (form::actions(html! { (Button::danger("Reject Ada Lovelace")) (dialog::cancel("#")) }))
        }))
    };
    let main = html! {
        div .case {
                (callout(Meaning::Info, "You hold this case until 12:15", html! { p { "Nobody else can decide it meanwhile." } }))
                section .panel {
                    h2 { "Declared by the applicant" }
                    (Facts::new()
                        .text("Name", "Ada Lovelace")
                        .fact("Date of birth", masked("Date of birth"))
                        .text("Email", "ada@demo.test")
                        .text("Phone", "")
                        .text("Name at birth", RIGHT_TO_LEFT)
                        .fact("Case", copyable("case id", "0194f6a2-77b1-7c3e-9a51-2f0c6f0f1a2b")))
                }
                (Viewer { sheets: &sheets, current: 0 })
                section .panel {
                    h2 { "Decision" }
                    (Form::post("#", "token").body(html! {
                        (Field::textarea("note", "Note for colleagues", 2).optional())
                        (form::actions(html! {
                            (Button::primary("Approve Ada Lovelace").value("decision", "approve").key('a'))
                            (Button::danger("Reject…").opens("reject", "#reject").key('r'))
                        }))
                    }))
                }
                section .panel { h2 { "History" } (history()) }
        }
        (Dialog::new("reject", "Reject Ada Lovelace", reject))
    };
    console("Ada Lovelace", true, None, main)
}

fn history() -> Markup {
    timeline(
        &[
            Event::new(Icon::Hand, Meaning::Info, html! { "Claimed the case." }, minutes_ago(2))
                .by("Grace Hopper"),
            Event::new(Icon::Eye, Meaning::Neutral, html! { "Opened the passport." }, minutes_ago(30))
                .by(RIGHT_TO_LEFT)
                .details(html! { p .meta { "From 192.0.2.7 with Firefox on Linux" } }),
            Event::new(
                Icon::MailX,
                Meaning::Bad,
                html! { "The mail to " bdi { (LONG) "@demo.test" } " bounced." },
                minutes_ago(300),
            ),
            Event::new(Icon::Upload, Meaning::Ok, html! { "Three documents arrived." }, minutes_ago(1500))
                .by("Ada Lovelace"),
        ],
        now(),
    )
}

fn details_page() -> Markup {
    let main = html! {
        div .columns {
            div .column-main {
                section .panel { h2 { "History" } (history()) }
            }
            div .column-side {
                section .panel {
                    h2 { "Facts" }
                    (Facts::new()
                        .fact("State", badge(Meaning::Ok, "Active"))
                        .text("Email", &format!("{LONG}@demo.test"))
                        .fact("Files", html! { (bytes(4_300_000)) })
                        .fact("Id", copyable("user id", "0194f6a2-77b1-7c3e-9a51-2f0c6f0f1a2b")))
                }
                section .panel {
                    h2 { "Acts" }
                    div .row {
                        (Form::post("#", "token").inline().body(html! { (Button::secondary("Unlock").icon(Icon::LockOpen)) }))
                        (Button::danger("Suspend…").href("#"))
                    }
                }
            }
        }
    };
    console(LONG, false, None, main)
}

fn form_page() -> Markup {
    let roles = [
        Choice::new("reviewer", "Reviewer").hint("Decides verification cases."),
        Choice::new("support", "Support").hint("Searches the email log and resends."),
    ];
    let kinds = [Choice::new("passport", "Passport"), Choice::new("permit", "Residence permit")];
    let main = Form::post("#", "token").guarded().body(html! {
        (error_summary(&[
            FieldError { field: "email", message: "Enter an email address like name@example.com." },
            FieldError { field: "roles", message: "Choose at least one role." },
        ]))
        (Field::text("name", "Full name").value(RIGHT_TO_LEFT).autocomplete("name"))
        (Field::email("email", "Email address").value("ada@").error(Some("Enter an email address like name@example.com.")))
        (Field::phone("phone", "Phone").optional().hint("With the country code."))
        (Field::date("born", "Date of birth"))
        (Field::select("kind", "Kind of document", &kinds).value("permit"))
        (Choices::checkboxes("roles", "Roles", &roles).error(Some("Choose at least one role.")))
        (crate::ui::checkbox("welcome", "Send a welcome mail", true, None))
        (form::actions(html! { (Button::primary("Invite")) (Button::secondary("Cancel").href("#")) }))
    });
    console("Invite a colleague", false, None, main)
}

fn register_page() -> Markup {
    let kinds = [Choice::new("passport", "Passport"), Choice::new("permit", "Residence permit")];
    let main = html! {
        (error_summary(&[
            FieldError { field: "email", message: "Enter your email address." },
            FieldError { field: "files", message: "passport.gif is not a PDF, JPEG, PNG or WebP file. Choose another one." },
        ]))
        p { "We check who you are before you get an account. It takes one working day." }
        (Form::post("#", "token").multipart().body(html! {
            (Field::text("name", "Full name").value("Ada Lovelace").autocomplete("name"))
            (Field::email("email", "Email address").hint("We send the answer there.").error(Some("Enter your email address.")).autocomplete("email"))
            (Field::date("born", "Date of birth").autocomplete("bday"))
            (Field::password("password", "Password").hint("At least 12 characters.").autocomplete("new-password"))
            (Choices::radios("kind", "Kind of document", &kinds).chosen(&["passport"]))
            (Upload::new("files", "Documents")
                .accept(".pdf,.jpg,.jpeg,.png,.webp")
                .at_most(5)
                .largest(10 << 20)
                .hint("1 to 5 files: PDF, JPEG, PNG or WebP, each at most 10 MB.")
                .error(Some("passport.gif is not a PDF, JPEG, PNG or WebP file. Choose another one.")))
            (crate::ui::checkbox("terms", "The documents are mine and true.", false, None))
            (form::actions(html! { (Button::primary("Send for verification")) }))
        }))
    };
    public("Register", None, &[], true, main)
}

fn sign_in_page() -> Markup {
    let flash = [Flash::success("You are signed out.")];
    let main = html! {
        (Form::post("#", "token").id("sign-in-form").body(html! {
            (Field::email("email", "Email address").autocomplete("username"))
            (Field::password("password", "Password").autocomplete("current-password"))
            (form::actions(html! { (Button::primary("Sign in")) a href="#" { "Forgot your password?" } }))
        }))
    };
    public("Sign in", None, &flash, false, main)
}

fn applicant_page() -> Markup {
    let main = html! {
        (callout(Meaning::Warn, "We need one document again", html! {
            p { "The photo of your passport is blurred. Please send a new one." }
            (Button::primary("Send the passport again").href("#"))
        }))
        section {
            h2 { "Your documents" }
            (Facts::new()
                .fact("Passport", badge(Meaning::Warn, "Asked again"))
                .fact("Proof of address", badge(Meaning::Ok, "Accepted"))
                .text("Sent by", LONG))
        }
        section { h2 { "What happened" } (history()) }
    };
    public("Your verification", Some(me(RIGHT_TO_LEFT, &[])), &[], false, main)
}

fn public(title: &str, user: Option<Me<'_>>, flash: &[Flash], refused: bool, main: Markup) -> Markup {
    Public {
        title,
        organization: "Analytical Engines",
        user,
        csrf: "token",
        flash,
        theme: Theme::System,
        refused,
        main,
    }
    .render()
}
