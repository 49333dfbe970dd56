//! Health in the console.

use maud::{Markup, html};

use super::{Check, Status};
use crate::accounts::locks;
use crate::clock::Timestamp;
use crate::config::AccountsConfig;
use crate::ui::{Cell, Column, Empty, Facts, Meaning, Row, Table, badge, bytes, duration, time};
use crate::web::guard::SeeHealth;
use crate::web::{Allowed, Context, Page};

/// `GET /watch/health`
pub async fn page(_: Allowed<SeeHealth>, context: Context) -> Page {
    let sign_in = sign_in(&context.app.config.accounts);
    let checks = context.app.health.all();
    if checks.is_empty() {
        let nothing =
            Empty::nothing_yet("Nothing checked yet", "The first checks run right after the start.");
        return Page::console("Health", html! { (nothing) (sign_in) });
    }
    let rows = checks.iter().map(|(name, check)| row(name, check, context.now));
    let table = Table::new("Subsystems")
        .column(Column::text("Subsystem"))
        .column(Column::badge("State"))
        .column(Column::text("Detail"))
        .column(Column::number("Latency"))
        .column(Column::text("Since").fits())
        .column(Column::text("Checked").fits())
        .rows(rows);
    Page::list("Health", html! { (table) (sign_in) })
}

/// How passwords are hashed and guessing is held up: settings that matter when somebody judges the instance.
fn sign_in(config: &AccountsConfig) -> Markup {
    let hashing = &config.hashing;
    let memory = bytes(u64::from(hashing.memory_kib) * 1024);
    let facts = Facts::new()
        .text(
            "Password hash",
            &format!("argon2id, {memory}, {} passes, {} lanes", hashing.iterations, hashing.lanes),
        )
        .text("At the same time", &format!("{} hashes; {} more may wait", hashing.parallel, hashing.queue))
        .text("Account lock", &format!("{} after {} failures", duration(locks::LIFE), locks::MOST))
        .text(
            "One IP address",
            &format!("{} failures in {}", config.failures_per_ip, duration(locks::WINDOW)),
        );
    html! { section .panel #sign-in { h2 { "Sign-in" } (facts) } }
}

fn word(status: Status) -> Markup {
    match status {
        Status::Healthy => badge(Meaning::Ok, "Healthy"),
        Status::Degraded => badge(Meaning::Warn, "Degraded"),
        Status::Unhealthy => badge(Meaning::Bad, "Unhealthy"),
        Status::Disabled => badge(Meaning::Neutral, "Disabled"),
    }
}

fn title(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn row(name: &str, check: &Check, now: Timestamp) -> Row {
    let latency = check.latency.map(|span| format!("{} ms", span.as_millis()));
    Row::new(name)
        .cell(Cell::text(&title(name)))
        .cell(Cell::of(word(check.status)))
        .cell(check.message.as_deref().map_or_else(Cell::none, Cell::text))
        .cell(latency.as_deref().map_or_else(Cell::none, Cell::text))
        .cell(Cell::of(time(check.since, now)))
        .cell(Cell::of(time(check.checked_at, now)))
}
