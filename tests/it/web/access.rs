//! Every route, for every role and for nobody: who gets through is what the route's first argument says.

use frontdesk::access::Role;
use frontdesk::paths;
use frontdesk::routes;
use frontdesk::web::guard::Access;
use frontdesk::web::route::Endpoint;
use reqwest::StatusCode;

use crate::harness::{Browser, Page, TestApp, both_engines};

both_engines!(every_route_admits_whom_it_says);

/// The id of nothing, so that what gets through finds nothing (404) and changes nothing.
const NOTHING: &str = "018f0000-0000-7000-8000-000000000000";

async fn every_route_admits_whom_it_says(app: TestApp) {
    for role in [None].into_iter().chain(Role::ALL.iter().copied().map(Some)) {
        let mut browser = at_the_door(&app, role).await;
        for endpoint in routes::table() {
            let answer = knock(&browser, &endpoint).await;
            let admitted = match (endpoint.access, role) {
                (Access::Anyone, _) => true,
                (_, None) => false,
                (access, Some(role)) => access.admits(role),
            };
            let refusal = role.map_or_else(|| refusal_of_nobody(&endpoint), |_| StatusCode::FORBIDDEN);
            let refused = answer.status == refusal && !is_own_refusal(&answer);
            assert_eq!(refused, !admitted, "{role:?} at {endpoint:?}: {answer:?}");
            assert!(!answer.status.is_server_error(), "{role:?} at {endpoint:?}: {answer:?}");
            if endpoint.pattern.ends_with("/logout") {
                browser = at_the_door(&app, role).await;
            }
        }
    }
}

/// A browser on a page with a form, and so with a token for other forms.
async fn at_the_door(app: &TestApp, role: Option<Role>) -> Browser {
    let Some(role) = role else {
        let mut browser = app.anonymous();
        browser.get(paths::LOGIN).await;
        return browser;
    };
    let mut browser = app.signed_in(role).await;
    browser.get(paths::PASSWORD).await;
    browser
}

async fn knock(browser: &Browser, endpoint: &Endpoint) -> Page {
    let mut path = endpoint.pattern.to_string();
    while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
        path.replace_range(start..=end, NOTHING);
    }
    let request = browser.request(endpoint.method.as_str().parse().unwrap(), &path);
    browser.send(request.header("x-csrf-token", browser.csrf())).await
}

fn refusal_of_nobody(endpoint: &Endpoint) -> StatusCode {
    if paths::is_api(&endpoint.pattern) { StatusCode::UNAUTHORIZED } else { StatusCode::SEE_OTHER }
}

/// Some that are open to everybody answer nobody in the same way, for reasons of their own.
fn is_own_refusal(answer: &Page) -> bool {
    let led_elsewhere = answer.header("location").is_some_and(|to| !to.starts_with("/login?next="));
    let wrong_credentials = paths::is_api(&answer.path) && answer.body().contains("\"invalid_credentials\"");
    led_elsewhere || wrong_credentials
}
