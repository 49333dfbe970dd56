//! What any call of the API can be answered, whatever it is about: written here once, not at each handler.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};

use crate::paths;

/// Adds them to every operation that does not say more about them itself.
pub struct Common;

impl utoipa::Modify for Common {
    fn modify(&self, document: &mut OpenApi) {
        for (path, item) in &mut document.paths.paths {
            if !paths::is_api(path) {
                continue;
            }
            for (changes, operation) in operations(item) {
                add(operation, changes);
            }
        }
    }
}

/// The operations of a path, each with whether it may change something.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let all = [
        (false, &mut item.get),
        (true, &mut item.post),
        (true, &mut item.put),
        (true, &mut item.patch),
        (true, &mut item.delete),
    ];
    all.into_iter().filter_map(|(changes, operation)| Some((changes, operation.as_mut()?)))
}

fn add(operation: &mut Operation, changes: bool) {
    let has_body = operation.request_body.is_some();
    let common = [
        ("400", true, "The call cannot be read"),
        (
            "401",
            true,
            "`token_invalid`, `token_expired`, `api_key_…`: what was sent to say who calls is no good",
        ),
        ("403", changes, "`cross_site`, `csrf`: a browser sent it with our cookie from another page"),
        ("413", has_body, "The body is too large"),
        ("503", true, "Too many at once, or the database does not answer; try again after `Retry-After`"),
    ];
    for (status, applies, description) in common {
        if applies {
            let responses = &mut operation.responses.responses;
            responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(description)));
        }
    }
}

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}
