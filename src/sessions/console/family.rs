//! `GET /families/{id}`: a token family and the chain of its refresh tokens, drawn.

use actix_web::web::Path;
use maud::{Markup, Render, html};

use super::views;
use crate::access::{Permission, SessionId};
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::paths;
use crate::sessions::listing::{self, Link, Listed, State};
use crate::sessions::store::Kind;
use crate::ui::{
    Button, Cell, Column, Facts, Meaning, Row, Table, badge, callout, copyable, count, time, time_absolute,
};
use crate::web::guard::SeeUsers;
use crate::web::{Allowed, Context, Page};

/// The latest links of a chain that are shown.
const LINKS: i64 = 200;
/// The latest links that are drawn; all are in the table.
const DRAWN: usize = 12;

/// `GET /families/{id}`
pub async fn family(who: Allowed<SeeUsers>, context: Context, id: Path<String>) -> Result<Page, AppError> {
    let id = SessionId::parse(&id).ok_or(AppError::NotFound)?;
    let organization = who.actor.organization.clone();
    let (listed, chain) = context
        .app
        .db
        .read(move |c| {
            let found = listing::by_id(c, &organization, &id)?;
            let found = found.filter(|found| found.session.kind == Kind::Api).ok_or(AppError::NotFound)?;
            Ok::<_, AppError>((found, listing::chain(c, &id, LINKS)?))
        })
        .await?;
    let page = Page::console(format!("Token family of {}", listed.name), main(&listed, &chain, context.now));
    let page = page.parent("Sessions", paths::SESSIONS);
    let open = listed.session.state(context.now) == State::Open;
    Ok(if open && who.actor.role.allows(Permission::RevokeSessions) {
        page.action(
            Button::danger("End this family")
                .href(&paths::end_one("family", &listed.session.id))
                .id("end-family")
                .render(),
        )
    } else {
        page
    })
}

fn main(listed: &Listed, chain: &[Link], now: Timestamp) -> Markup {
    let session = &listed.session;
    let mut facts = Facts::new()
        .fact("Person", html! { a href=(paths::user_security(&session.user_id)) { bdi { (listed.name) } } })
        .fact("State", views::state(session, now))
        .text("Program", &session.device)
        .text("IP", &session.ip)
        .fact("Started", time_absolute(session.created_at))
        .fact("Last refreshed", time(session.seen_at, now))
        .fact("Id", copyable("family", session.id.as_str()));
    if let Some(at) = session.ended_at {
        facts = facts.fact("Ended", time_absolute(at));
    }
    if let Some(reason) = &session.end_reason {
        facts = facts.text("Reason", reason);
    }
    if let Some(revocation) = &session.revocation_id {
        facts = facts.fact("Revocation", html! { a href=(paths::revocation(revocation)) { "Show it" } });
    }
    html! {
        (facts)
        h2 { "Rotation chain" }
        @if chain.is_empty() {
            p .muted { "No refresh token is kept of this family any more." }
        } @else {
            (drawing(chain, session.ended_at, now))
            (table(chain, session.ended_at, now))
            @if chain.len() >= usize::try_from(LINKS).unwrap_or(usize::MAX) {
                (callout(Meaning::Info, "Only the latest tokens are shown", html! {
                    p { "The chain is longer than " (count(LINKS.unsigned_abs())) " tokens." }
                }))
            }
        }
    }
}

/// What a refresh token is at a moment, in its word and colour.
fn word(link: &Link, ended: Option<Timestamp>, now: Timestamp) -> (Meaning, &'static str) {
    match (link.spent_at, ended) {
        (Some(_), _) => (Meaning::Neutral, "Exchanged"),
        (None, Some(_)) => (Meaning::Bad, "Ended"),
        (None, None) if link.expires_at <= now => (Meaning::Neutral, "Expired"),
        (None, None) => (Meaning::Ok, "Live"),
    }
}

/// The latest links from left to right; the table below says the same in words.
fn drawing(chain: &[Link], ended: Option<Timestamp>, now: Timestamp) -> Markup {
    let first = chain.len().saturating_sub(DRAWN);
    let shown = chain.get(first..).unwrap_or_default();
    let label = match chain.len() {
        1 => "One refresh token, not exchanged yet".to_owned(),
        number => format!("{number} refresh tokens, each exchanged for the next"),
    };
    html! {
        figure .chain tabindex="0" aria-label=(label) {
            ol {
                @if first > 0 {
                    li .earlier { span .dot.neutral { "…" } span .meta { (count(first as u64)) " earlier" } }
                }
                @for (index, link) in shown.iter().enumerate() {
                    @let (meaning, said) = word(link, ended, now);
                    li {
                        span .dot.(meaning.class()) aria-hidden="true" { (first + index + 1) }
                        span .said { (said) }
                        span .meta { (time(link.created_at, now)) }
                    }
                }
            }
        }
    }
}

fn table(chain: &[Link], ended: Option<Timestamp>, now: Timestamp) -> Markup {
    let rows = chain.iter().enumerate().rev().map(|(index, link)| {
        let (meaning, said) = word(link, ended, now);
        Row::new(link.id.as_str())
            .quiet(link.spent_at.is_some())
            .cell(Cell::text(&format!("Token {}", index + 1)))
            .cell(Cell::of(badge(meaning, said)))
            .cell(Cell::of(time_absolute(link.created_at)))
            .cell(link.spent_at.map_or_else(Cell::none, |at| Cell::of(time_absolute(at))))
            .cell(Cell::of(time_absolute(link.expires_at)))
    });
    Table::new("Refresh tokens, the latest first")
        .column(Column::text("Token"))
        .column(Column::badge("State"))
        .column(Column::text("Issued"))
        .column(Column::text("Exchanged"))
        .column(Column::text("Expires").only_wide())
        .rows(rows)
        .render()
}
