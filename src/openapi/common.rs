//! What any call of the API can be answered, whatever it is about: taken from the route table and written here once,
//! not at each handler.

use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{Object, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Header, Ref, RefOr, Response, ResponseBuilder};

use crate::paths;
use crate::web::guard::Access;
use crate::web::route::Endpoint;

/// Adds to an operation what it does not say itself.
pub fn complete(operation: &mut Operation, endpoint: &Endpoint) {
    if paths::is_api(&endpoint.pattern) {
        add_answers(operation, endpoint);
    }
    add_headers(operation);
}

fn add_answers(operation: &mut Operation, endpoint: &Endpoint) {
    let (changes, has_body) = (!endpoint.method.is_safe(), operation.request_body.is_some());
    let guarded = endpoint.access != Access::Anyone;
    let of_keys = if endpoint.keys {
        "`scope_missing` or `api_key_maker_not_permitted` to an API key; `password_change_required`"
    } else {
        "`api_key_not_allowed` to an API key; `password_change_required`"
    };
    let common = [
        ("400", true, "The call cannot be read"),
        (
            "401",
            guarded,
            "`token_invalid`, `token_expired`, `api_key_…`: what was sent to say who calls is no good",
        ),
        ("403", guarded, of_keys),
        ("403", changes, "`cross_site`, `csrf`: a browser sent it with our cookie from another page"),
        ("413", has_body, "The body is too large"),
        (
            "415",
            has_body,
            "`unsupported_media_type`: the body is of another content type than the one that is named",
        ),
        ("503", true, "Too many at once, or the database does not answer; try again after `Retry-After`"),
    ];
    for (status, applies, description) in common {
        if applies {
            add_answer(operation, status, description);
        }
    }
}

/// Adds an answer, or its codes to what is said of it already.
fn add_answer(operation: &mut Operation, status: &str, description: &str) {
    let responses = &mut operation.responses.responses;
    match responses.entry(status.to_owned()) {
        std::collections::btree_map::Entry::Vacant(place) => {
            place.insert(RefOr::T(problem(description)));
        }
        std::collections::btree_map::Entry::Occupied(mut told) => {
            if let RefOr::T(response) = told.get_mut()
                && status == "403"
            {
                response.description = format!("{}; {description}", response.description);
            }
        }
    }
}

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

/// The headers of the answers of an operation.
fn add_headers(operation: &mut Operation) {
    let is_key = |one: &RefOr<Parameter>| matches!(one, RefOr::T(one) if one.name == "Idempotency-Key" && one.parameter_in == ParameterIn::Header);
    let replays = operation.parameters.iter().flatten().any(is_key);
    let limited = operation.responses.responses.contains_key("429");
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let succeeds = status.starts_with('2');
        let pages = response.description.contains("`Link`");
        let waits = matches!(status.as_str(), "429" | "503");
        let headers = [
            (
                true,
                "X-Request-Id",
                Type::String,
                "The id of the request: yours, if you sent a well-formed one",
            ),
            (waits, "Retry-After", Type::Integer, "Seconds to wait before the next try"),
            (
                limited && (succeeds || status == "429"),
                "RateLimit-Policy",
                Type::String,
                "The limits that the call met: `\"name\";q=60;w=3600` is 60 within 3600 seconds",
            ),
            (
                limited && (succeeds || status == "429"),
                "RateLimit",
                Type::String,
                "What is left of them: `\"name\";r=59;t=3600` is 59, and more after 3600 seconds",
            ),
            (
                succeeds && replays,
                "Idempotency-Replayed",
                Type::String,
                "`true` when this is the answer of an earlier call with the same `Idempotency-Key`",
            ),
            (succeeds && pages, "Link", Type::String, "The next page, as `rel=\"next\"`, when there is one"),
            (status == "401", "WWW-Authenticate", Type::String, "`Bearer`"),
        ];
        for (applies, name, kind, description) in headers {
            if applies {
                response
                    .headers
                    .entry(name.to_owned())
                    .or_insert_with(|| RefOr::T(header(kind, description)));
            }
        }
    }
}

fn header(kind: Type, description: &str) -> Header {
    let mut header = Header::new(Object::with_type(SchemaType::new(kind)));
    header.description = Some(description.to_owned());
    header
}
