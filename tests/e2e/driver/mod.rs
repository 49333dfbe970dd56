//! A tab of headless Chromium, used as a person would: by labels, names of buttons and words on the page.

mod accessibility;
mod devtools;
mod session;

use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use url::Url;

use crate::harness::{Person, TestApp};
use session::Session;

/// How long something on the page may take to happen.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often is looked whether it has.
const PERIOD: Duration = Duration::from_millis(20);

/// Are scripts run in this browser?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

/// A browser with one tab, closed when dropped.
#[derive(Debug)]
pub struct Tab {
    /// For what the methods here do not cover.
    pub client: Client,
    base: Url,
    _session: Session,
}

impl Tab {
    pub async fn open(app: &TestApp) -> Self {
        Self::with(app, Scripts::On).await
    }

    pub async fn with(app: &TestApp, scripts: Scripts) -> Self {
        let (client, session) = session::start(scripts).await;
        let tab = Self { client, base: app.public_url().clone(), _session: session };
        tab.resize(1280, 900).await;
        tab
    }

    /// Goes to an address of the application.
    pub async fn visit(&self, path: &str) {
        self.client.goto(self.base.join(path).unwrap().as_str()).await.unwrap();
    }

    /// Signs in on the sign-in page, where it is or is led to.
    pub async fn sign_in(&self, person: &Person) {
        self.fill("Email address", &person.email).await;
        self.fill("Password", person.password).await;
        self.press("Sign in").await;
        self.find("#sign-out").await;
    }

    /// Waits until the tab is at this path and query.
    pub async fn arrive(&self, path: &str) {
        let url = self.base.join(path).unwrap();
        let wait = self.client.wait().at_most(PATIENCE).every(PERIOD);
        if wait.for_url(&url).await.is_err() {
            self.miss(path, "it is elsewhere").await;
        }
    }

    /// The path and query it is at.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Waits for the first element that matches.
    pub async fn find(&self, css: &str) -> Element {
        self.wait_for(Locator::Css(css), css).await
    }

    /// Waits until these words are on the page, in one element.
    pub async fn see(&self, words: &str) {
        let path = format!("//body//*[contains(normalize-space(.), {})]", quoted(words));
        self.wait_for(Locator::XPath(&path), words).await;
    }

    /// Waits until these words are within an element that matches.
    pub async fn see_in(&self, css: &str, words: &str) {
        self.until(&format!("{words} in {css}"), async || {
            let found = self.client.find_all(Locator::Css(css)).await.unwrap();
            for element in found {
                // It may have been replaced since it was found.
                if element.text().await.is_ok_and(|text| text.contains(words)) {
                    return true;
                }
            }
            false
        })
        .await;
    }

    /// Waits until this is so.
    pub async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let wait = async {
            while !is_so().await {
                tokio::time::sleep(PERIOD).await;
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            self.miss(what, "it took too long").await;
        }
    }

    /// The words of the first element that matches.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// Replaces what is in the field with this label.
    pub async fn fill(&self, label: &str, value: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap();
        field.send_keys(value).await.unwrap();
    }

    /// Chooses an option, by its words, in the list with this label.
    pub async fn choose(&self, label: &str, option: &str) {
        self.field(label).await.select_by_label(option).await.unwrap();
    }

    /// Puts files into the file field with this label.
    pub async fn attach(&self, label: &str, files: &[PathBuf]) {
        let names: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
        self.field(label).await.send_keys(&names.join("\n")).await.unwrap();
    }

    /// Ticks (or unticks) the box, or picks the radio button, with this label.
    pub async fn tick(&self, label: &str) {
        self.field(label).await.click().await.unwrap();
    }

    /// Presses a key wherever the focus is.
    pub async fn press_key(&self, key: &str) {
        self.client.active_element().await.unwrap().send_keys(key).await.unwrap();
    }

    /// Presses the button with these words on it.
    pub async fn press(&self, name: &str) {
        let path = format!("//button[normalize-space(.) = {}]", quoted(name));
        self.wait_for(Locator::XPath(&path), name).await.click().await.unwrap();
    }

    /// Follows the link with these words.
    pub async fn follow(&self, name: &str) {
        let path = format!("//a[normalize-space(.) = {}]", quoted(name));
        self.wait_for(Locator::XPath(&path), name).await.click().await.unwrap();
    }

    /// The control whose label begins with these words: named by it, or within it.
    async fn field(&self, label: &str) -> Element {
        let labels = format!("//label[starts-with(normalize-space(.), {})]", quoted(label));
        let path =
            format!("//*[@id = {labels}/@for] | {labels}//*[self::input or self::select or self::textarea]");
        self.wait_for(Locator::XPath(&path), label).await
    }

    async fn wait_for(&self, locator: Locator<'_>, what: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).every(PERIOD).for_element(locator).await {
            Ok(element) => element,
            Err(error) => self.miss(what, &error.to_string()).await,
        }
    }

    /// Fails, with what the page says instead.
    async fn miss(&self, what: &str, why: &str) -> ! {
        let body = self.client.find(Locator::Css("body")).await.unwrap().text().await.unwrap();
        panic!("no {what} at {} ({why}), which says:\n{body}", self.path().await)
    }

    /// Sets the size of the page in CSS pixels, also below what a window can be.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Says which theme the person's system has, and that nothing should move: a colour caught halfway between two
    /// is none of the page's.
    pub async fn prefer(&self, theme: Theme) {
        let value = if theme == Theme::Dark { "dark" } else { "light" };
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": value},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Keeps a picture of the whole page as `target/screens/NAME.png`.
    pub async fn screenshot(&self, name: &str) {
        use base64::Engine;
        let options = json!({"format": "png", "captureBeyondViewport": true});
        let answer = self.devtools("Page.captureScreenshot", options).await;
        let data = answer["data"].as_str().unwrap();
        let path = screens().join(format!("{name}.png"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, base64::engine::general_purpose::STANDARD.decode(data).unwrap()).unwrap();
    }

    /// Gives the browser a device with passkeys and a finger on it.
    pub async fn add_authenticator(&self) {
        self.devtools("WebAuthn.enable", json!({})).await;
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        self.devtools("WebAuthn.addVirtualAuthenticator", json!({ "options": options })).await;
    }

    async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        self.client.issue_cmd(devtools::Command { command, parameters }).await.unwrap()
    }
}

/// Where pictures are kept.
fn screens() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("screens")
}

/// A text as `XPath` writes it.
fn quoted(text: &str) -> String {
    assert!(!text.contains('"'), "XPath cannot quote a quote: {text}");
    format!("\"{text}\"")
}
