//! The two databases a test runs on.

use super::TestApp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// What a test of [`both_engines!`](super::both_engines) may ask for.
pub trait FromEngine {
    async fn from_engine(engine: Engine) -> Self;
}

impl FromEngine for Engine {
    async fn from_engine(engine: Engine) -> Self {
        engine
    }
}

impl FromEngine for TestApp {
    async fn from_engine(engine: Engine) -> Self {
        Self::start(engine, &[]).await
    }
}

/// Runs one test on one database.
pub async fn run<T: FromEngine>(engine: Engine, test: impl AsyncFnOnce(T)) {
    test(T::from_engine(engine).await).await;
}
