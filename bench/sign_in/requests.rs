//! What is asked, with addresses that have an account and with such that have none.

use std::io::Cursor;
use std::net::SocketAddr;

use frontdesk::routes;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::town::known;

const LOGIN: &str = "/api/v1/auth/login";
const RESET: &str = "/api/v1/password-reset/request";
const REGISTER: &str = "/api/v1/auth/register";
const BOUNDARY: &str = "frontdesk-benchmark";

/// Something that must not tell whether an address has an account.
#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub path: &'static str,
    /// What both are answered with.
    pub status: &'static str,
    /// Tries with one address: five wrong passwords lock it.
    pub tries: u32,
    /// Connections that ask at the same time: more than one only where answers wait most of their time.
    pub connections: u32,
    pub body: fn(&str) -> (String, Vec<u8>),
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All there are in this build.
pub fn cases() -> Vec<Case> {
    let served: Vec<String> = routes::table().into_iter().map(|endpoint| endpoint.pattern).collect();
    let all = [
        Case { name: "login", path: LOGIN, status: "401", tries: 6, connections: 1, body: wrong_password },
        Case { name: "reset", path: RESET, status: "200", tries: 2, connections: 1, body: reset },
        Case {
            name: "register",
            path: REGISTER,
            status: "202",
            tries: 1,
            connections: 8,
            body: registration,
        },
    ];
    all.into_iter().filter(|case| served.iter().any(|pattern| pattern == case.path)).collect()
}

impl Case {
    /// The request of one sample.
    pub fn request(&self, address: SocketAddr, has_account: bool, sample: u32) -> Vec<u8> {
        let number = sample / self.tries;
        let email = if has_account { known(number) } else { format!("other{number:05}@demo.test") };
        let (kind, body) = (self.body)(&email);
        let [_, high, middle, low] = (2 * sample + u32::from(has_account)).to_be_bytes();
        // From everywhere: some limits are by the address.
        let from = format!("x-forwarded-for: 10.{high}.{middle}.{low}\r\n");
        post(address, self.path, &kind, &body, &from)
    }
}

fn post(address: SocketAddr, path: &str, kind: &str, body: &[u8], more: &str) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nuser-agent: benchmark/1\r\ncontent-type: {kind}\r\n\
         {more}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A request that signs somebody in.
pub fn login(address: SocketAddr, email: &str, password: &str) -> Vec<u8> {
    let (kind, body) = json_body(&json!({ "email": email, "password": password }));
    post(address, LOGIN, &kind, &body, "")
}

/// A request for a page, or for a call of the API with a token.
pub fn get(address: SocketAddr, path: &str, token: Option<&str>) -> Vec<u8> {
    let more = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/html,*/*\r\n{more}\r\n").into_bytes()
}

fn json_body(value: &Value) -> (String, Vec<u8>) {
    ("application/json".to_owned(), value.to_string().into_bytes())
}

fn wrong_password(email: &str) -> (String, Vec<u8>) {
    json_body(&json!({ "email": email, "password": "Analytical-Engine-1837" }))
}

fn reset(email: &str) -> (String, Vec<u8>) {
    json_body(&json!({ "email": email }))
}

fn registration(email: &str) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    let fields = [
        ("email", email),
        ("name", "Ada Lovelace"),
        ("document_kind", "passport"),
        ("document_country", "GB"),
    ];
    for (name, value) in fields {
        let part =
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"documents\"; filename=\"a.png\"\r\n\
         content-type: image/png\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(picture());
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

fn picture() -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = RgbImage::from_fn(64, 48, |x, y| {
        Rgb([u8::try_from(x).unwrap_or_default(), u8::try_from(y).unwrap_or_default(), 128])
    });
    match picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}
