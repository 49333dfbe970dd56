//! `GET /families/{id}`: a token family and the chain of its refresh tokens, drawn.

use actix_web::web::Path;
use maud::{Markup, Render, html};

use super::views;
use crate::access::{Permission, SessionId};
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::paths;
use crate::sessions::api_tokens::{self, LinkState, RefreshTokenId, RefreshTokenRow};
use crate::sessions::listing::{self, Listed, State};
use crate::sessions::store::Kind;
use crate::ui::{
    Button, Cell, Column, Facts, Meaning, Row, Table, badge, callout, copyable, count, time, time_absolute,
};
use crate::web::guard::SeeUsers;
use crate::web::{Allowed, Context, Page};

/// The latest links of a chain that are shown.
const LINKS: i64 = 200;
/// The characters of a user agent that are shown.
const AGENT: usize = 60;
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
            let links = api_tokens::chain(c, &organization, &id, LINKS)?;
            let total = usize::try_from(api_tokens::length(c, &id)?).unwrap_or_default();
            let before = total.saturating_sub(links.len());
            Ok::<_, AppError>((found, Chain { links, before }))
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

/// The latest links of a chain.
struct Chain {
    links: Vec<RefreshTokenRow>,
    /// How many came before them.
    before: usize,
}

impl Chain {
    /// The number of a link, counted from the first of the family.
    fn number(&self, index: usize) -> usize {
        self.before + index + 1
    }
}

fn main(listed: &Listed, chain: &Chain, now: Timestamp) -> Markup {
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
        div { h2 { "Rotation chain" } }
        @if chain.links.is_empty() {
            p .muted { "No refresh token is kept of this family any more." }
        } @else {
            (alarms(chain))
            (drawing(chain, session.ended_at, now))
            (table(chain, session.ended_at, now))
            @if chain.before > 0 {
                (callout(Meaning::Info, "Only the latest tokens are shown", html! {
                    p { "The chain has " (count((chain.before + chain.links.len()) as u64)) " tokens." }
                }))
            }
        }
    }
}

/// The state of a refresh token, in its word and colour.
fn word(state: LinkState) -> (Meaning, &'static str) {
    match state {
        LinkState::Live => (Meaning::Ok, "Live"),
        LinkState::Exchanged => (Meaning::Neutral, "Exchanged"),
        LinkState::Replayed => (Meaning::Warn, "Given out again"),
        LinkState::Reused => (Meaning::Bad, "Used again"),
        LinkState::Ended => (Meaning::Bad, "Ended"),
        LinkState::Expired => (Meaning::Neutral, "Expired"),
    }
}

/// The latest links from left to right; the table below says the same in words.
fn drawing(chain: &Chain, ended: Option<Timestamp>, now: Timestamp) -> Markup {
    let first = chain.links.len().saturating_sub(DRAWN);
    let (shown, earlier) = (chain.links.get(first..).unwrap_or_default(), chain.before + first);
    let label = match chain.before + chain.links.len() {
        1 => "One refresh token, not exchanged yet".to_owned(),
        number => format!("{number} refresh tokens, each exchanged for the next"),
    };
    html! {
        figure .chain tabindex="0" aria-label=(label) {
            ol {
                @if earlier > 0 {
                    li .earlier { span .dot.neutral { "…" } span .meta { (count(earlier as u64)) " earlier" } }
                }
                @for (index, link) in shown.iter().enumerate() {
                    @let (meaning, said) = word(link.state(ended, now));
                    li {
                        span .dot.(meaning.class()) aria-hidden="true" { (chain.number(first + index)) }
                        span .said { (said) }
                        span .meta { (time(link.created_at, now)) }
                    }
                }
            }
        }
    }
}

fn table(chain: &Chain, ended: Option<Timestamp>, now: Timestamp) -> Markup {
    let rows = chain.links.iter().enumerate().rev().map(|(index, link)| {
        let (meaning, said) = word(link.state(ended, now));
        Row::new(link.id.as_str())
            .quiet(link.spent_at.is_some())
            .cell(Cell::text(&format!("Token {}", chain.number(index))))
            .cell(Cell::of(badge(meaning, said)))
            .cell(moment(Some(link.created_at), link.issued_ip.as_deref(), link.issued_agent.as_deref()))
            .cell(moment(link.spent_at, link.spent_ip.as_deref(), link.spent_agent.as_deref()))
            .cell(link.successor_id.as_ref().map_or_else(Cell::none, |id| Cell::of(successor(chain, id))))
            .cell(Cell::of(time_absolute(link.expires_at)))
    });
    Table::new("Refresh tokens, the latest first")
        .column(Column::text("Token"))
        .column(Column::badge("State"))
        .column(Column::text("Issued"))
        .column(Column::text("Exchanged"))
        .column(Column::text("For").not_on_phone())
        .column(Column::text("Expires").only_wide())
        .rows(rows)
        .render()
}

/// When something was done with a token, from where and with what.
fn moment(at: Option<Timestamp>, ip: Option<&str>, agent: Option<&str>) -> Cell {
    let Some(at) = at else { return Cell::none() };
    Cell::of(html! {
        (time_absolute(at))
        @if let Some(ip) = ip { div .meta { (ip) } }
        @if let Some(agent) = agent.filter(|agent| !agent.is_empty()) { div .meta { bdi { (short(agent)) } } }
    })
}

/// The beginning of a user agent, which may be very long.
fn short(agent: &str) -> String {
    match agent.char_indices().nth(AGENT) {
        Some((end, _)) => format!("{}…", agent.get(..end).unwrap_or_default()),
        None => agent.to_owned(),
    }
}

/// The token that took the place of another, by its number in the chain.
fn successor(chain: &Chain, id: &RefreshTokenId) -> Markup {
    html! {
        @if let Some(index) = chain.links.iter().position(|link| link.id == *id) {
            "Token " (chain.number(index))
        } @else { "A later one" }
    }
}

/// What went wrong with a chain, above its drawing: a token that came again.
fn alarms(chain: &Chain) -> Markup {
    html! {
        @for (index, link) in chain.links.iter().enumerate() {
            @if let Some(at) = link.reused_at {
                (callout(Meaning::Bad, "A token was used a second time", html! {
                    p {
                        "Token " (chain.number(index)) " came again on " (time_absolute(at))
                        @if let Some(ip) = &link.reused_ip { " from " (ip) }
                        @if let Some(agent) = link.reused_agent.as_deref().filter(|agent| !agent.is_empty()) {
                            " (" bdi { (short(agent)) } ")"
                        }
                        " after it had been exchanged, so somebody has a copy of it. The family was ended."
                    }
                }))
            }
        }
    }
}
