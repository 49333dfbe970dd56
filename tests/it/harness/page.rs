//! What came back: status, headers and a document to look into.

use std::fmt;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};
use serde::de::DeserializeOwned;

/// An answer, after all redirects.
#[derive(Clone)]
pub struct Page {
    pub status: StatusCode,
    /// Where it was in the end: path and query.
    pub path: String,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

/// Short: where, how it went, and the beginning of what it says.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let html = self.html();
        let main = html.select(&selector("main")).next().unwrap_or(html.root_element());
        let says: String = words(main).chars().take(600).collect();
        write!(f, "{} {}: {says}", self.status.as_u16(), self.path)
    }
}

impl Page {
    pub(super) async fn of(response: reqwest::Response) -> Self {
        let url = response.url();
        let path = url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, path, headers, bytes: response.bytes().await.unwrap().to_vec() }
    }

    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn html(&self) -> Html {
        Html::parse_document(&self.body())
    }

    /// The one header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Fails unless this is the status.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self
    }

    pub fn has(&self, css: &str) -> bool {
        self.html().select(&selector(css)).next().is_some()
    }

    /// The words of the first element that matches, spaces folded.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        self.texts(css).into_iter().next().unwrap_or_else(|| panic!("nothing matches {css} in {self:?}"))
    }

    /// The words of every element that matches.
    pub fn texts(&self, css: &str) -> Vec<String> {
        self.html().select(&selector(css)).map(words).collect()
    }

    /// An attribute of the first element that matches.
    #[track_caller]
    pub fn attribute(&self, css: &str, name: &str) -> String {
        let html = self.html();
        let found = html.select(&selector(css)).next().and_then(|element| element.attr(name));
        found.unwrap_or_else(|| panic!("nothing matches {css} with {name} in {self:?}")).to_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error} in {}", self.body()))
    }
}

pub(super) fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css} is no selector: {error}"))
}

fn words(element: ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
