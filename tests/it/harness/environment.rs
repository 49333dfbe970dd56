//! Where `scripts/test` left what it started.

/// A variable that `scripts/test` exports.
///
/// # Panics
/// When it is not set: a test that cannot run fails, it is never skipped.
#[expect(clippy::disallowed_methods, reason = "not configuration: only tests read these")]
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set: run this test through `./scripts/test --tests`, which starts what it needs"
        )
    })
}
