//! Frontdesk: the operations desk for the accounts of an application.
//!
//! The map, from the ground up:
//!
//! * values: [`clock`], [`ids`], [`keys`], [`access`] (roles, permissions, who acts), [`error`], [`config`]
//! * [`db`]: one connection type over SQLite and PostgreSQL
//! * [`web`] and [`ui`]: what every page and API call needs, and the pieces pages are made of; [`assets`]
//! * [`redis`] (what instances share), [`limits`] (how often), [`idempotency`] (the same answer to the same call),
//!   [`live`] (the hub of events), [`metrics`], [`geo`] (countries of addresses)
//! * features, each a folder with its rules (`model`), SQL (`store`), use cases (`actions`), pages and
//!   API: [`accounts`], [`sessions`], [`api_keys`], [`revocations`], [`security`], [`documents`],
//!   [`verifications`], [`own_account`], [`own_case`], [`mail`], [`notifications`], [`users`], [`audit`],
//!   [`health`]
//! * [`app`] holds the parts together; [`routes`] is the only route table and [`paths`] makes its links;
//!   [`server`] runs them; [`cli`] is what the program does from a terminal; [`demo`] fills a show room
//!
//! Arrows run one way: features use `web`, `ui` and `db`, never the other way round.

#[macro_use]
pub mod db;
pub mod access;
pub mod accounts;
pub mod api_keys;
pub mod app;
pub mod assets;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod console;
pub mod demo;
pub mod documents;
pub mod error;
pub mod geo;
pub mod health;
pub mod idempotency;
pub mod ids;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod live;
pub mod logging;
pub mod mail;
pub mod metrics;
pub mod notifications;
pub mod openapi;
pub mod organizations;
pub mod own_account;
pub mod own_case;
pub mod paths;
pub mod redis;
pub mod revocations;
pub mod routes;
mod secret;
pub mod security;
pub mod server;
pub mod sessions;
pub mod ui;
pub mod users;
pub mod verifications;
pub mod web;
