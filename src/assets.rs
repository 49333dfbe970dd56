//! The files that pages load: embedded by `build.rs` under names that carry their content's hash, compressed
//! beforehand, kept by browsers for a year.

use actix_web::http::header::{
    self, AcceptEncoding, CacheControl, CacheDirective, ContentEncoding, Encoding, Header as _, HeaderValue,
    Preference, Quality,
};
use actix_web::{HttpRequest, HttpResponse, web};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One embedded file in the three forms in which it can be sent.
struct File {
    /// What the code calls it: `app.css`.
    name: &'static str,
    /// What the browser calls it: `app-0123456789ab.css`.
    served: &'static str,
    url: &'static str,
    content_type: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
    brotli: &'static [u8],
}

const YEAR: u32 = 365 * 24 * 60 * 60;

/// Where a page finds the file that the code calls `name` (`app.css`, `app.js`, `htmx.js`, or one of
/// `static/images`).
///
/// A name that does not exist is given back as it is, which the browser then reports as missing.
#[must_use]
pub fn url(name: &'static str) -> &'static str {
    FILES.iter().find(|file| file.name == name).map_or(name, |file| file.url)
}

/// `GET /assets/{file}` and `HEAD`: the file in the smallest form that the browser takes.
pub async fn serve(request: HttpRequest, file: web::Path<String>) -> HttpResponse {
    let Some(file) = FILES.iter().find(|known| known.served == file.as_str()) else {
        return HttpResponse::NotFound().insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff")).finish();
    };
    let accepted = AcceptEncoding::parse(&request).unwrap_or(AcceptEncoding(Vec::new()));
    let (encoding, body) = file.smallest(&accepted);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(file.content_type)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header(CacheControl(vec![
            CacheDirective::Public,
            CacheDirective::MaxAge(YEAR),
            CacheDirective::Extension("immutable".into(), None),
        ]));
    if let Some(encoding) = encoding {
        response.insert_header(encoding);
    }
    // On HEAD the server itself sends the length and keeps the body.
    response.body(body)
}

impl File {
    /// The form to send: of those accepted, the one the browser rates highest, and brotli on a tie.
    fn smallest(&self, accepted: &AcceptEncoding) -> (Option<ContentEncoding>, &'static [u8]) {
        let brotli = rating(accepted, &Encoding::brotli());
        let gzip = rating(accepted, &Encoding::gzip());
        if brotli > Quality::ZERO && brotli >= gzip {
            (Some(ContentEncoding::Brotli), self.brotli)
        } else if gzip > Quality::ZERO {
            (Some(ContentEncoding::Gzip), self.gzip)
        } else {
            (None, self.plain)
        }
    }
}

/// How much the browser wants an encoding; zero means not at all.
fn rating(accepted: &AcceptEncoding, encoding: &Encoding) -> Quality {
    let quality = |wanted: &Preference<Encoding>| {
        accepted.iter().find(|item| item.item == *wanted).map(|item| item.quality)
    };
    quality(&Preference::Specific(encoding.clone()))
        .or_else(|| quality(&Preference::Any))
        .unwrap_or(Quality::ZERO)
}

/// The served name and the content of every file.
#[cfg(test)]
pub(crate) fn files() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().map(|file| (file.served, file.plain))
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::{App, HttpServer, middleware, test};

    use super::*;

    struct Answer {
        status: StatusCode,
        encoding: Option<String>,
        headers: header::HeaderMap,
        body: Vec<u8>,
    }

    impl Answer {
        fn header(&self, name: &header::HeaderName) -> &str {
            self.headers.get(name).unwrap().to_str().unwrap()
        }
    }

    async fn fetch(url: &str, accept_encoding: Option<&str>) -> Answer {
        let app =
            App::new().wrap(middleware::Compress::default()).route("/assets/{file}", web::get().to(serve));
        let app = test::init_service(app).await;
        let mut request = test::TestRequest::with_uri(url);
        if let Some(accepted) = accept_encoding {
            request = request.insert_header((header::ACCEPT_ENCODING, accepted));
        }
        let response = test::call_service(&app, request.to_request()).await;
        let headers = response.headers().clone();
        let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        Answer {
            status: response.status(),
            encoding,
            headers,
            body: test::read_body(response).await.to_vec(),
        }
    }

    fn unpack_gzip(packed: &[u8]) -> usize {
        // The last four bytes of a gzip stream are the length of what was packed.
        let end = packed.len() - 4;
        u32::from_le_bytes(packed[end..].try_into().unwrap()) as usize
    }

    #[actix_web::test]
    async fn the_browsers_favourite_encoding_is_sent() {
        let cases = [
            (None, None),
            (Some("gzip, deflate, br"), Some("br")),
            (Some("gzip"), Some("gzip")),
            (Some("br;q=0.5, gzip;q=0.8"), Some("gzip")),
            (Some("br;q=0, gzip"), Some("gzip")),
            (Some("br;q=0, gzip;q=0"), None),
            (Some("*"), Some("br")),
            (Some("identity, *;q=0"), None),
            (Some("zstd"), None),
        ];
        for (accepted, encoding) in cases {
            let answer = fetch(url("app.css"), accepted).await;
            assert_eq!(answer.encoding.as_deref(), encoding, "{accepted:?}");
            assert_eq!(answer.header(&header::VARY), "Accept-Encoding", "{accepted:?}");
        }
    }

    #[actix_web::test]
    async fn a_compressed_file_is_the_file_compressed_once() {
        let plain = fetch(url("htmx.js"), None).await;
        let packed = fetch(url("htmx.js"), Some("gzip")).await;
        assert!(packed.body.starts_with(&[0x1f, 0x8b]));
        assert_eq!(unpack_gzip(&packed.body), plain.body.len());
    }

    #[actix_web::test]
    async fn files_stay_with_the_browser_for_a_year() {
        let answer = fetch(url("app.js"), None).await;
        assert_eq!(answer.header(&header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(answer.header(&header::CONTENT_TYPE), "text/javascript; charset=utf-8");
        assert_eq!(answer.header(&header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    }

    #[actix_web::test]
    async fn head_answers_with_the_length_but_without_the_file() {
        let server = HttpServer::new(|| App::new().route("/assets/{file}", web::head().to(serve)));
        let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
        let address = server.addrs()[0];
        let running = server.run();
        let handle = running.handle();
        actix_web::rt::spawn(running);

        let request = reqwest::Client::new().head(format!("http://{address}{}", url("app.css")));
        let answer = request.header("Accept-Encoding", "br").send().await.unwrap();
        let file = FILES.iter().find(|file| file.name == "app.css").unwrap();
        assert_eq!(answer.headers()["content-length"], file.brotli.len().to_string().as_str());
        assert!(answer.bytes().await.unwrap().is_empty());
        handle.stop(false).await;
    }

    #[actix_web::test]
    async fn a_name_of_an_older_build_is_not_found() {
        for url in ["/assets/app-000000000000.css", "/assets/app.css", "/assets/..%2Fapp.css"] {
            assert_eq!(fetch(url, None).await.status, StatusCode::NOT_FOUND, "{url}");
        }
    }

    #[::core::prelude::v1::test]
    fn every_url_carries_the_hash_of_its_content() {
        use sha2::Digest as _;
        for file in FILES {
            let hash = hex::encode(sha2::Sha256::digest(file.plain));
            assert!(file.url.contains(&hash[..12]), "{}", file.url);
            assert_eq!(file.url, format!("/assets/{}", file.served));
        }
    }
}
