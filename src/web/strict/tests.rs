use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read into")]
struct Order {
    name: String,
    #[serde(default)]
    dry_run: bool,
    days: Option<u8>,
    items: Option<Vec<Item>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read into")]
struct Item {
    id: crate::access::UserId,
    role: Option<crate::access::Role>,
}

/// Field and sentence of the refusal.
#[track_caller]
fn refused(error: AppError) -> (String, String) {
    let AppError::BadRequest { errors, message, .. } = error else { panic!("{error:?}") };
    let first = errors.into_iter().next();
    first.map_or((String::new(), message), |first| (first.field, first.message))
}

#[test]
fn an_error_names_its_field_and_says_what_to_send() {
    let cases = [
        (r"{}", "name", "The field “name” is missing."),
        (r#"{"name": 1}"#, "name", "Send text here, not a number."),
        (r#"{"name": "a", "admin": true}"#, "admin", "There is no field “admin” here."),
        (r#"{"name": "a", "name": "b"}"#, "name", "The field “name” is there twice."),
        (r#"{"name": "a", "dry_run": "yes"}"#, "dry_run", "Send true or false here, not text."),
        (r#"{"name": "a", "days": 300}"#, "days", "This number is out of its range."),
        (r#"{"name": "a", "days": -1}"#, "days", "This number is out of its range."),
        (r#"{"name": "a", "days": "3"}"#, "days", "Send a whole number here, not text."),
        (r#"{"name": "a", "items": {}}"#, "items", "Send a list here, not an object."),
        (r#"{"name": "a", "items": [["x"]]}"#, "items[0]", "Send an object here, not a list."),
        (r#"{"name": "a", "items": [{}]}"#, "items[0].id", "The field “items[0].id” is missing."),
        (r#"{"name": "a", "items": [{"id": "x"}]}"#, "items[0].id", "Send an id."),
        (r#"{"name": "a\u0000"}"#, "name", "Text cannot hold the character U+0000."),
        (r#"["a"]"#, "", "The body must be a JSON object."),
        (r#"{"name": "#, "", "The body is not JSON: look at line 1, column 9."),
    ];
    for (body, field, sentence) in cases {
        let told = refused(json::<Order>(body.as_bytes()).unwrap_err());
        assert_eq!(told, (field.to_owned(), sentence.to_owned()), "{body}");
    }
    let id = r#"{"name": "a", "items": [{"id": "0190a1b2-0000-7000-8000-000000000000", "role": "king"}]}"#;
    let (field, sentence) = refused(json::<Order>(id.as_bytes()).unwrap_err());
    assert_eq!(field, "items[0].role");
    assert!(sentence.starts_with("Send one of: member"), "{sentence}");
    let nul = r#"{"name": "a", "items": [{"id": "\u0000"}]}"#;
    assert_eq!(refused(json::<Order>(nul.as_bytes()).unwrap_err()).0, "items[0].id");
    json::<Order>(r#"{"name": "\\u0000", "days": null, "items": []}"#.as_bytes()).unwrap();
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    q: Option<String>,
    #[serde(default)]
    limit: crate::web::pager::Limit,
}

#[test]
fn a_filter_is_read_without_zero_bytes_and_refused_by_its_name() {
    let filter = |text: &str| fields::<Filter>(text.as_bytes(), "bad_query");
    assert_eq!(filter("q=a%00b%%0000c").unwrap().q.as_deref(), Some("abc"));
    assert_eq!(filter("q=%2500").unwrap().q.as_deref(), Some("%00"));
    let told = |text: &str| refused(filter(text).unwrap_err());
    assert_eq!(told("limit=0"), ("limit".to_owned(), "limit must be a number from 1 to 200.".to_owned()));
    assert_eq!(told("colour=red"), ("colour".to_owned(), "There is no field “colour” here.".to_owned()));
    assert_eq!(told("limit=5&limit=6").0, "limit");
}
