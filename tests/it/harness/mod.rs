//! What every test stands on: the real server in the test's own process, on either database, with a
//! clock that the test moves, seeded randomness and mail that stays here.
//!
//! ```ignore
//! both_engines!(a_reviewer_sees_the_queue, a_stranger_is_led_to_sign_in);
//!
//! async fn a_reviewer_sees_the_queue(app: TestApp) {
//!     let mut reviewer = app.reviewer().await;
//!     let page = reviewer.get("/verifications").await;
//!     assert_eq!(page.text("h1"), "Verifications");
//!     app.clock.advance(TimeDelta::hours(1));
//! }
//! ```
//!
//! - [`TestApp`] is the application and its server; it derefs to `App`.
//! - [`Browser`] keeps cookies and fills in the forms of the page it is on; [`Page`] is what it sees.
//! - [`both_engines!`] makes two tests, `name::sqlite` and `name::postgres`, of each function. The function
//!   asks for what it needs: a [`TestApp`], or an [`Engine`] to start one with its own settings.

mod app;
mod browser;
mod database;
mod engine;
mod environment;
mod form;
mod log;
mod mail;
mod outage;
mod page;
mod people;
mod plans;

pub use app::TestApp;
pub use browser::{Browser, Upload};
pub use database::TestDatabase;
pub use engine::{Engine, FromEngine, run};
pub use environment::variable;
pub use log::Log;
pub use mail::Letter;
pub use page::Page;
pub use people::Person;
pub use plans::{plan, statements};

/// Makes `name::sqlite` and `name::postgres` of each `async fn name(app: TestApp)` (or `(engine: Engine)`).
macro_rules! both_engines {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::harness::{Engine, run};

            #[tokio::test]
            async fn sqlite() {
                run(Engine::Sqlite, super::$name).await;
            }

            #[tokio::test]
            async fn postgres() {
                run(Engine::Postgres, super::$name).await;
            }
        }
    )+};
}

pub(crate) use both_engines;
