//! An authenticator app, and people who have one.

use std::path::Path;
use std::process::Command;

use frontdesk::paths;

use crate::harness::{Browser, Page, Person, TestApp};

/// An app on somebody's phone: all it knows is what the QR code said.
#[derive(Clone, Debug)]
pub struct Authenticator {
    uri: String,
}

impl Authenticator {
    /// Scans the QR code of a page.
    pub fn scan(page: &Page) -> Self {
        let size: usize = page.attribute("svg.qr rect", "width").parse().unwrap();
        let dark = modules(&page.attribute("svg.qr path", "d"), size);
        let scale = 4;
        let mut picture = rqrr::PreparedImage::prepare_from_bitmap(size * scale, size * scale, |x, y| {
            dark[(y / scale) * size + x / scale]
        });
        let grids = picture.detect_grids();
        assert_eq!(grids.len(), 1, "one QR code on {page:?}");
        let (_, uri) = grids[0].decode().unwrap();
        Self { uri }
    }

    /// The code it shows `steps` of 30 seconds from the application's now.
    pub fn code(&self, app: &TestApp, steps: i64) -> String {
        const SHOW: &str = "import sys, pyotp; print(pyotp.parse_uri(sys.argv[1]).at(int(sys.argv[2])))";
        let at = app.clock.now().utc().timestamp() + 30 * steps;
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let python = target.join("tools/python/bin/python");
        let run = Command::new(&python).args(["-c", SHOW, &self.uri, &at.to_string()]).output();
        let run = run.unwrap_or_else(|error| panic!("{}: {error}; run scripts/setup fast", python.display()));
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap().trim().to_owned()
    }

    /// What must be nowhere in the clear.
    pub fn secret(&self) -> String {
        let url = url::Url::parse(&self.uri).unwrap();
        url.query_pairs().find(|(name, _)| name == "secret").unwrap().1.into_owned()
    }

    /// Whose it is, as the app shows it.
    pub fn label(&self) -> String {
        let url = url::Url::parse(&self.uri).unwrap();
        assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")), "{url}");
        percent(url.path())
    }
}

fn percent(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().unwrap().1.into_owned()
}

/// The dark modules of a path of `M{x} {y}h{n}v1h-{n}z`.
fn modules(path: &str, size: usize) -> Vec<bool> {
    let mut dark = vec![false; size * size];
    for run in path.split('M').skip(1) {
        let (at, rest) = run.split_once('h').unwrap();
        let (x, y) = at.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
        dark[y * size + x..][..length].fill(true);
    }
    dark
}

/// Sets an app up in a browser that is signed in; answers it, with the recovery codes that were shown.
pub async fn set_up_app(app: &TestApp, browser: &mut Browser) -> (Authenticator, Vec<String>) {
    browser.get(paths::MFA).await;
    let page = browser.submit("#set-up-app", &[]).await;
    assert_eq!(page.path, paths::TOTP, "{page:?}");
    let phone = Authenticator::scan(&page);
    let page = browser.submit("#code-form", &[("code", &phone.code(app, 0))]).await;
    page.assert_status(200);
    let codes = page.texts(".recovery-codes code span");
    assert_eq!(codes.len(), 10, "{page:?}");
    // The next code is a new one.
    app.clock.advance(chrono::TimeDelta::seconds(30));
    (phone, codes)
}

/// Gives `person` an app, in a browser of its own.
pub async fn with_app(app: &TestApp, person: &Person) -> (Authenticator, Vec<String>) {
    let mut browser = app.browser_of(person).await;
    set_up_app(app, &mut browser).await
}

/// The page after a right password.
pub async fn first_step(browser: &mut Browser, person: &Person, next: &str) -> Page {
    browser.get(next).await;
    browser.submit("#login-form", &[("email", &person.email), ("password", person.password)]).await
}

/// A browser in which `person` signs in with password and code.
pub async fn signed_in_with(app: &TestApp, person: &Person, phone: &Authenticator) -> Browser {
    let mut browser = app.anonymous();
    first_step(&mut browser, person, paths::ACCOUNT).await;
    let page = browser.submit("#code-form", &[("code", &phone.code(app, 0))]).await;
    assert_eq!(page.path, paths::ACCOUNT, "{page:?}");
    app.clock.advance(chrono::TimeDelta::seconds(30));
    browser
}
