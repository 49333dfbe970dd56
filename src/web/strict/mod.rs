//! What programs and forms send, read into types: an error names its field and says in one sentence what to send.
//!
//! The words of serde are for those who write the types: they name Rust's, and a struct is read from an array too.
//! JSON is therefore read into a tree first and from there by a deserializer with words of its own; the path of
//! the field is kept by `serde_path_to_error`.

mod node;
#[cfg(test)]
mod tests;
mod words;

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use self::node::Node;
use self::words::Unfit;
use crate::error::{AppError, FieldError};

/// Longer names of fields are cut where they are told back.
const LONGEST_NAME: usize = 60;

/// Reads a JSON body.
///
/// # Errors
/// 400 `bad_json`, with the field it is about.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, AppError> {
    let tree: Node = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = format!("The body is not JSON: look at line {line}, column {column}.");
        AppError::bad_request("bad_json", message)
    })?;
    if !matches!(tree, Node::Object(_)) {
        return Err(AppError::bad_request("bad_json", "The body must be a JSON object."));
    }
    if let Some(path) = tree.zero_byte() {
        let words = Unfit::Sentence("Text cannot hold the character U+0000.".to_owned());
        return Err(refusal("bad_json", &path, &words));
    }
    serde_path_to_error::deserialize(tree)
        .map_err(|error| refusal("bad_json", &error.path().to_string(), error.inner()))
}

/// Reads the fields of a form or of an address. Zero bytes are dropped: PostgreSQL keeps none, and nobody types one.
///
/// # Errors
/// 400 with this code and the field it is about.
pub fn fields<T: DeserializeOwned>(sent: &[u8], code: &'static str) -> Result<T, AppError> {
    let sent = without_zero_bytes(sent);
    let pairs = serde_html_form::Deserializer::from_bytes(&sent);
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let words = Unfit::from_text(&error.inner().to_string());
        refusal(code, &error.path().to_string(), &words)
    })
}

fn without_zero_bytes(sent: &[u8]) -> Cow<'_, [u8]> {
    if !sent.contains(&0) && !sent.windows(3).any(|part| part == b"%00") {
        return Cow::Borrowed(sent);
    }
    let mut kept = Vec::with_capacity(sent.len());
    for byte in sent.iter().copied().filter(|byte| *byte != 0) {
        kept.push(byte);
        // Looked at again after each, since what is left may make another one: `%%0000`.
        if kept.ends_with(b"%00") {
            kept.truncate(kept.len() - 3);
        }
    }
    Cow::Owned(kept)
}

/// The refusal of what was found at `path`.
fn refusal(code: &'static str, path: &str, words: &Unfit) -> AppError {
    let (field, message) = match words {
        Unfit::Missing(name) => {
            let field = within(path, name);
            let message = format!("The field “{field}” is missing.");
            (field, message)
        }
        Unfit::Twice(name) => {
            let field = within(path, name);
            let message = format!("The field “{field}” is there twice.");
            (field, message)
        }
        Unfit::Unknown(name) => {
            let field = within(parent(path, name), name);
            let message = format!("There is no field “{field}” here.");
            (field, message)
        }
        Unfit::Sentence(sentence) => (within(path, ""), sentence.clone()),
    };
    let detail = match words {
        Unfit::Sentence(sentence) if field.is_empty() => sentence.clone(),
        Unfit::Sentence(sentence) => format!("The field “{field}” cannot be read. {sentence}"),
        _ => message.clone(),
    };
    let errors = if field.is_empty() { Vec::new() } else { vec![FieldError::new(field, message)] };
    AppError::BadRequest { code, message: detail, errors }
}

/// The path of the thing that the unknown field stands in.
fn parent<'a>(path: &'a str, name: &str) -> &'a str {
    path.strip_suffix(name).map_or(path, |parent| parent.strip_suffix('.').unwrap_or(parent))
}

fn within(path: &str, name: &str) -> String {
    let path = path.trim_start_matches('.');
    let joined = match (path.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (false, true) => path.to_owned(),
        (false, false) => format!("{path}.{name}"),
    };
    joined.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect()
}
