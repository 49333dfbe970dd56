//! `/api/docs`: the document as a page for people.

use std::sync::LazyLock;

use maud::{Markup, html};
use serde_json::{Value, json};

use crate::paths;
use crate::web::{Anyone, Page};

/// The document as a tree; nothing of it changes while the program runs.
static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(super::document()).unwrap_or_default());

/// `GET /api/docs`
pub async fn page(_: Anyone) -> Page {
    Page::public("JSON API", view(&DOCUMENT))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn view(document: &Value) -> Markup {
    let paths_ = document.get("paths").and_then(Value::as_object);
    html! {
        p {
            "Every operation is also described in " a href=(paths::OPENAPI) { "openapi.json" }
            ", for programs that generate clients. The same calls answer under " code { "/v1" } "."
        }
        p {
            "Sign in with " code { "POST /api/v1/auth/login" } " and send the access token as "
            code { "Authorization: Bearer …" } "; programs of the organization send an API key there, or as "
            code { "X-Api-Key" } ". Failures are " code { "application/problem+json" }
            " with a stable " code { "code" } "."
        }
        @for (path, operations) in paths_.into_iter().flatten() {
            @for (method, operation) in operations.as_object().into_iter().flatten() {
                (operation_view(document, path, method, operation))
            }
        }
    }
}

/// Words with code between backquotes, as descriptions have it.
fn prose(text: &str) -> Markup {
    html! {
        @for (number, part) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn operation_view(document: &Value, path: &str, method: &str, operation: &Value) -> Markup {
    let responses = operation.get("responses").and_then(Value::as_object);
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let fields = body_fields(document, operation);
    html! {
        section {
            h2 { code { (method.to_uppercase()) " " (path) } }
            p { (prose(text(operation, "summary"))) }
            @if !text(operation, "description").is_empty() { p { (prose(text(operation, "description"))) } }
            p { (callers(operation)) }
            @if let Some(schema) = body_schema(operation) { p { "Body: " code { (schema) } } }
            @if !fields.is_empty() {
                ul {
                    @for field in &fields { li { (field) } }
                }
            }
            @if let Some(example) = body_example(document, operation) {
                p { "For example:" }
                pre { code { (example) } }
            }
            @if let Some(parameters) = parameters {
                ul {
                    @for parameter in parameters {
                        li { code { (text(parameter, "name")) } " " (prose(text(parameter, "description"))) }
                    }
                }
            }
            ul {
                @for (status, response) in responses.into_iter().flatten() {
                    li { code { (status) } " " (prose(text(response, "description"))) }
                }
            }
        }
    }
}

/// The name of the body's schema, or its content type when it has none of its own.
fn body_schema(operation: &Value) -> Option<String> {
    let content = operation.pointer("/requestBody/content")?.as_object()?;
    let (kind, body) = content.iter().next()?;
    let reference = body.pointer("/schema/$ref").and_then(Value::as_str);
    Some(reference.and_then(|path| path.rsplit('/').next()).unwrap_or(kind).to_owned())
}

/// A JSON body as it could be sent.
fn body_example(document: &Value, operation: &Value) -> Option<String> {
    let schema = operation.pointer("/requestBody/content/application~1json/schema")?;
    serde_json::to_string_pretty(&example(document, schema, 0)).ok()
}

/// A value of a schema: its own example, or made of those of its fields.
fn example(document: &Value, schema: &Value, depth: usize) -> Value {
    let given = schema.get("example").or_else(|| schema.pointer("/examples/0"));
    if let Some(example) = given {
        return example.clone();
    }
    // Deeper than any body of ours; a schema may hold itself.
    if depth > 8 {
        return Value::Null;
    }
    if let Some(found) = schema.get("$ref").and_then(Value::as_str).and_then(|path| pointed(document, path)) {
        return example(document, found, depth + 1);
    }
    let variants = schema.get("oneOf").and_then(Value::as_array);
    if let Some(variant) = variants.and_then(|all| all.iter().find(|one| text(one, "type") != "null")) {
        return example(document, variant, depth + 1);
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    match types.first().copied() {
        Some("object") => {
            let fields = schema.get("properties").and_then(Value::as_object);
            let field =
                |(name, field): (&String, &Value)| (name.clone(), example(document, field, depth + 1));
            Value::Object(fields.into_iter().flatten().map(field).collect())
        }
        Some("array") => {
            schema.get("items").map_or(json!([]), |items| json!([example(document, items, depth + 1)]))
        }
        Some("boolean") => json!(false),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("string") if text(schema, "format") == "date-time" => json!("2026-03-02T09:00:00Z"),
        Some("string") => json!("…"),
        _ => Value::Null,
    }
}

fn pointed<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

/// Who may call it.
fn callers(operation: &Value) -> Markup {
    let ways = operation.get("security").and_then(Value::as_array);
    let scope = ways.into_iter().flatten().find_map(|way| way.pointer("/api_key/0")?.as_str());
    html! {
        @match (ways, scope) {
            (None, _) => { "Anyone may call it." }
            (Some(_), None) => { "A person’s access token." }
            (Some(_), Some(scope)) => { "A person’s access token, or an API key with " code { (scope) } "." }
        }
    }
}

/// The fields of a body, each with what is said of it.
fn body_fields(document: &Value, operation: &Value) -> Vec<Markup> {
    let content = operation.pointer("/requestBody/content").and_then(Value::as_object);
    let schema = content.and_then(|content| content.values().next()).and_then(|body| body.get("schema"));
    let name = schema.map(|schema| text(schema, "$ref")).unwrap_or_default();
    let schema = document.pointer(name.trim_start_matches('#')).filter(|_| !name.is_empty());
    let required: Vec<&str> = schema
        .and_then(|schema| schema.get("required")?.as_array())
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let fields = schema.and_then(|schema| schema.get("properties")?.as_object());
    let field = |(name, field): (&String, &Value)| {
        html! {
            code { (name) }
            @if !required.contains(&name.as_str()) { " (optional)" }
            " " (prose(text(field, "description")))
            @if let Some(example) = field.get("example") { " Such as " code { (example) } "." }
        }
    };
    fields.into_iter().flatten().map(field).collect()
}
