//! How long sessions live: to the second, as a request finds it.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;

use crate::harness::{Browser, Engine, TestApp, both_engines};

both_engines!(
    unused_sessions_are_over_at_their_moment,
    used_ones_are_over_at_the_end_of_their_life,
    the_configuration_says_how_long_that_is,
);

async fn is_in(browser: &Browser) -> bool {
    let page = browser.send(browser.request(reqwest::Method::GET, paths::ACCOUNT)).await;
    page.status == 200
}

/// Signs somebody in and looks whether the session lives to its last second and not to the next.
async fn unused(app: &TestApp, role: Role, life: TimeDelta) {
    let lives = app.signed_in(role).await;
    let over = app.signed_in(role).await;
    app.clock.advance(life - TimeDelta::seconds(1));
    assert!(is_in(&lives).await, "{role}");
    app.clock.advance(TimeDelta::seconds(1));
    assert!(!is_in(&over).await, "{role}");
}

/// The same for a session that is used all the time.
async fn used(app: &TestApp, role: Role, step: TimeDelta, life: TimeDelta) {
    let browser = app.signed_in(role).await;
    let begun = app.clock.now();
    while app.clock.now().since(begun) + step < life {
        app.clock.advance(step);
        assert!(is_in(&browser).await, "{role} after {}", app.clock.now().since(begun));
    }
    app.clock.advance(life - app.clock.now().since(begun) - TimeDelta::seconds(1));
    assert!(is_in(&browser).await, "{role}");
    app.clock.advance(TimeDelta::seconds(1));
    assert!(!is_in(&browser).await, "{role}");
}

async fn unused_sessions_are_over_at_their_moment(app: TestApp) {
    unused(&app, Role::Member, TimeDelta::hours(12)).await;
    unused(&app, Role::Support, TimeDelta::minutes(30)).await;
}

async fn used_ones_are_over_at_the_end_of_their_life(app: TestApp) {
    used(&app, Role::Member, TimeDelta::hours(11), TimeDelta::days(7)).await;
    used(&app, Role::Support, TimeDelta::minutes(29), TimeDelta::hours(12)).await;
}

async fn the_configuration_says_how_long_that_is(engine: Engine) {
    let lives = [
        ("SESSION_IDLE", "2h"),
        ("SESSION_ABSOLUTE", "5h"),
        ("STAFF_SESSION_IDLE", "3m"),
        ("STAFF_SESSION_ABSOLUTE", "10m"),
    ];
    let app = TestApp::start(engine, &lives).await;
    unused(&app, Role::Member, TimeDelta::hours(2)).await;
    unused(&app, Role::Support, TimeDelta::minutes(3)).await;
    used(&app, Role::Member, TimeDelta::minutes(110), TimeDelta::hours(5)).await;
    used(&app, Role::Support, TimeDelta::minutes(2), TimeDelta::minutes(10)).await;
}
