//! The files that pages load: embedded by `build.rs` under names that carry their content's hash, compressed
//! beforehand, kept by browsers for a year.

use actix_web::http::Method;
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
#[expect(clippy::unused_async, reason = "actix takes asynchronous handlers only")]
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
    if request.method() == Method::HEAD {
        response.no_chunking(body.len() as u64);
        return response.body(());
    }
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
