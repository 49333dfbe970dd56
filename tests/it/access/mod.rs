//! Every route, every role and nobody: the route table and the table of permissions are the data.

mod foreign;

use frontdesk::access::Role;
use frontdesk::web::guard::Access;
use frontdesk::web::route::Endpoint;
use frontdesk::{health, paths, routes};

use crate::harness::{Browser, Page, TestApp, both_engines};

both_engines!(
    nobody_gets_through_to_what_needs_a_person,
    each_role_gets_through_to_what_its_permissions_open_and_to_nothing_else,
);

/// The route with something in place of its names that no row has.
fn address(endpoint: &Endpoint) -> String {
    endpoint
        .pattern
        .replace("{id}", "01890a5d-ac96-774b-bcce-b302099a8057")
        .replace("{token}", "0000000000000000000000000000000000000000000000000000000000000000")
}

async fn ask(browser: &Browser, endpoint: &Endpoint, csrf: &str) -> Page {
    let request = browser.request(endpoint.method.as_str().parse().unwrap(), &address(endpoint));
    browser.send(request.header("x-csrf-token", csrf)).await
}

async fn nobody_gets_through_to_what_needs_a_person(app: TestApp) {
    health::run_all(&app).await;
    let mut browser = app.anonymous();
    let csrf = browser.get(paths::LOGIN).await.attribute("meta[name=csrf-token]", "content");
    let mut guarded = 0;
    for endpoint in routes::table() {
        let answer = ask(&browser, &endpoint, &csrf).await;
        let status = answer.status.as_u16();
        assert!(status < 500, "{endpoint:?} answers {status}");
        if endpoint.access == Access::Anyone {
            continue;
        }
        guarded += 1;
        if paths::is_api(&endpoint.pattern) {
            assert_eq!(status, 401, "{endpoint:?}");
        } else {
            assert_eq!(status, 303, "{endpoint:?}");
            assert!(answer.header("location").unwrap().starts_with("/login"), "{endpoint:?}");
        }
    }
    assert!(guarded > 10, "only {guarded} routes are guarded");
}

async fn each_role_gets_through_to_what_its_permissions_open_and_to_nothing_else(app: TestApp) {
    health::run_all(&app).await;
    for role in Role::ALL.iter().copied() {
        let mut browser = app.signed_in(role).await;
        for endpoint in routes::table() {
            let csrf = browser.get(paths::ACCOUNT).await.attribute("meta[name=csrf-token]", "content");
            let answer = ask(&browser, &endpoint, &csrf).await;
            let status = answer.status.as_u16();
            if endpoint.access.admits(role) {
                assert!(!matches!(status, 401 | 403 | 405 | 500..), "{role} {endpoint:?}: {answer:?}");
            } else {
                assert_eq!(status, 403, "{role} {endpoint:?}: {answer:?}");
            }
            if endpoint.pattern.ends_with("/logout") {
                browser = app.signed_in(role).await;
            }
        }
    }
}
