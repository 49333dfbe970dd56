//! A file of invites: the form, the preview, the result.

use maud::{Markup, Render, html};

use super::one::confirm_first;
use super::verdict;
use crate::access::Role;
use crate::accounts::invites::batch::Preview;
use crate::accounts::invites::model::{Verdict, givable};
use crate::accounts::invites::pages::FILE;
use crate::accounts::invites::sheet::{MAX_BYTES, MAX_ROWS};
use crate::accounts::invites::store::batches::BatchRow;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{
    Button, Cell, Column, Empty, FieldError, Form, Icon, Meaning, Row, Tab, Table, Upload, callout, count,
    error_summary, tabs,
};
use crate::web::Context;

/// The form that takes a file.
pub fn form(context: &Context, error: Option<&str>) -> Markup {
    let largest = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let hint = format!("CSV in UTF-8, at most {} rows and 1 MB.", count(MAX_ROWS as u64));
    let upload = Upload::new(FILE, "File").accept(".csv").largest(largest).hint(&hint).error(error);
    let problems: Vec<FieldError<'_>> =
        error.into_iter().map(|message| FieldError { field: FILE, message }).collect();
    let fields = html! {
        (upload)
        (actions(html! {
            (Button::primary("Show what will happen"))
            (Button::secondary("Cancel").href(paths::INVITES))
        }))
    };
    html! {
        (error_summary(&problems))
        div .prose {
            p { "The first line names the columns, each further line invites one person. "
                "Nothing is sent before you have seen the list." }
            pre { code { "email,role,name\nada@example.org,reviewer,Ada Lovelace\ngrace@example.org,member,\n" } }
            p { "Roles: " (roles(context)) ". The name may be left out." }
        }
        (Form::post(paths::INVITE_FILE, context.csrf()).id("file-form").multipart().body(fields))
    }
}

/// The words for the roles that this person may give.
fn roles(context: &Context) -> String {
    let roles = context.actor.as_ref().map(|actor| givable(actor.role)).unwrap_or_default();
    roles.iter().map(Role::as_str).collect::<Vec<_>>().join(", ")
}

pub fn title(preview: &Preview) -> &'static str {
    if preview.batch.confirmed_at.is_some() { "What was sent" } else { "What will happen" }
}

/// The result as a file.
pub fn download(preview: &Preview) -> Markup {
    let url = paths::invite_batch_csv(&preview.batch.id);
    Button::secondary("Download").icon(Icon::Download).href(&url).id("download").render()
}

/// The rows of a file with what happens to them, or did.
pub fn batch(context: &Context, preview: &Preview, problems_only: bool) -> Markup {
    let fine = |row: &&BatchRow| matches!(row.verdict, Verdict::Ready | Verdict::Invited);
    let problems = preview.rows.iter().filter(|row| !fine(row)).count();
    let shown: Vec<&BatchRow> = preview.rows.iter().filter(|row| !problems_only || !fine(row)).collect();
    html! {
        (summary(context, preview, problems))
        (tabs("Rows", &row_tabs(preview, problems, problems_only)))
        @if shown.is_empty() {
            (Empty::nothing_yet("No problems", "Every row of the file is fine.").icon(Icon::CircleCheck))
        } @else { (table(&shown)) }
    }
}

fn row_tabs(preview: &Preview, problems: usize, problems_only: bool) -> [Tab<'static>; 2] {
    let url = paths::invite_batch(&preview.batch.id);
    let tab = |label, url, number: usize, current| Tab { label, url, count: Some(number as u64), current };
    [
        tab("All", url.clone(), preview.rows.len(), !problems_only),
        tab("Not sent", format!("{url}?show=problems"), problems, problems_only),
    ]
}

fn invitations(number: usize) -> String {
    if number == 1 { "1 invitation".to_owned() } else { format!("{} invitations", count(number as u64)) }
}

fn summary(context: &Context, preview: &Preview, problems: usize) -> Markup {
    let (ready, invited) = (preview.count(Verdict::Ready), preview.count(Verdict::Invited));
    let rest = match problems {
        0 => "Every row is fine.".to_owned(),
        1 => "1 row is left out.".to_owned(),
        many => format!("{} rows are left out.", count(many as u64)),
    };
    let file = html! { p { "File: " bdi { (preview.batch.file_name) } } };
    let confirmed = preview.batch.confirmed_at.is_some();
    match (confirmed, ready) {
        (true, 0) => {
            callout(Meaning::Ok, &format!("{} sent", invitations(invited)), html! { (file) p { (rest) } })
        }
        (true, _) => callout(
            Meaning::Warn,
            &format!("{} not sent yet", invitations(ready)),
            html! {
                (file)
                p { (invitations(invited)) " left before something stopped it." }
                (send(context, preview, "Send the rest"))
            },
        ),
        (false, 0) => callout(
            Meaning::Warn,
            "Nothing can be sent",
            html! {
                (file)
                p { "Correct the rows below in your file, and " a href=(paths::INVITE_FILE) { "choose it again" } "." }
            },
        ),
        (false, _) => {
            let send_all = format!("Send {}", invitations(ready));
            html! {
                @if !is_fresh(context) { (confirm_first(&paths::invite_batch(&preview.batch.id))) }
                (callout(Meaning::Info, &format!("{} will be sent", invitations(ready)), html! {
                    (file)
                    p { (rest) }
                    (send(context, preview, &send_all))
                }))
            }
        }
    }
}

fn is_fresh(context: &Context) -> bool {
    context.actor.as_ref().is_some_and(|actor| actor.is_fresh(context.now))
}

fn send(context: &Context, preview: &Preview, label: &str) -> Markup {
    let url = paths::invite_batch(&preview.batch.id);
    Form::post(&url, context.csrf()).id("send-form").body(actions(html! {
        (Button::primary(label))
        @if preview.batch.confirmed_at.is_none() { (Button::secondary("Cancel").href(paths::INVITES)) }
    }))
}

fn table<'a>(rows: &[&BatchRow]) -> Table<'a> {
    let rows = rows.iter().map(|row| {
        let mut who = Cell::text(&row.email);
        if !row.name.is_empty() {
            who = who.note(&row.name);
        }
        Row::new(row.id.as_str())
            .cell(who)
            .cell(Cell::of(verdict(row.verdict)))
            .cell(Cell::text(&row.role))
            .cell(Cell::text(&row.verdict.sentence(row.same_as)))
            .cell(Cell::text(&row.line.to_string()))
    });
    Table::new("Rows of the file")
        .column(Column::text("Address"))
        .column(Column::badge("Result"))
        .column(Column::text("Role").fits())
        .column(Column::text("What happens"))
        .column(Column::number("Line").fits())
        .rows(rows)
}
