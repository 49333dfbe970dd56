//! Somebody who registers, in a browser of their own.

use std::path::PathBuf;

use frontdesk::paths;
use tempfile::TempDir;

use crate::documents::samples;
use crate::e2e::driver::{Scripts, Tab};
use crate::harness::TestApp;

pub const EMAIL: &str = "ada@demo.test";
pub const NAME: &str = "Ada Lovelace";
/// What reviewers see of the name before they have claimed the case.
pub const INITIALS: &str = "A. L.";
const PASSWORD: &str = "Analytical-Engine-1843";

/// Files as they lie on somebody's disk.
#[derive(Debug)]
pub struct Papers {
    folder: TempDir,
}

impl Papers {
    pub const NAMES: [&str; 3] = ["front.jpg", "back.webp", "bill.pdf"];

    /// A photograph, a picture and a PDF.
    pub fn new() -> Self {
        let papers = Self { folder: tempfile::tempdir().unwrap() };
        let [front, back, bill] = Self::NAMES;
        let photo = samples::picture(1200, 840);
        papers.write(front, &samples::jpeg_of(&photo));
        papers.write(back, &samples::encoded(&photo.rotate90(), image::ImageFormat::WebP));
        papers.write(bill, &samples::pdf::pdf());
        papers
    }

    pub fn paths(&self) -> Vec<PathBuf> {
        Self::NAMES.map(|name| self.folder.path().join(name)).to_vec()
    }

    /// Puts a further file there.
    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

#[derive(Debug)]
pub struct Applicant {
    pub tab: Tab,
    pub papers: Papers,
}

impl Applicant {
    pub async fn open(app: &TestApp, scripts: Scripts) -> Self {
        Self { tab: Tab::with(app, scripts).await, papers: Papers::new() }
    }

    /// Fills in the form and sends it with three files.
    pub async fn register(&self) {
        let tab = &self.tab;
        tab.visit(paths::LOGIN).await;
        tab.follow("Register").await;
        tab.fill("Email address", EMAIL).await;
        tab.fill("Full name", NAME).await;
        tab.fill("Phone number", "+44 20 7946 0958").await;
        self.declare().await;
        tab.attach("Your files", &self.papers.paths()).await;
        tab.press("Send registration").await;
        tab.arrive(paths::REGISTERED).await;
    }

    /// Says what the document is.
    pub async fn declare(&self) {
        self.tab.choose("Kind of document", "Passport").await;
        self.tab.fill("Number of the document", "C01X00T47").await;
        self.tab.choose("Country that issued it", "United Kingdom").await;
        // The same keys wherever the day or the month comes first.
        self.tab.fill("Valid until", "12122031").await;
    }

    /// Follows the link of the only mail so far.
    pub async fn confirm_address(&self, app: &TestApp) {
        let link = app.only_mail_to(EMAIL).await.link("/verify-email/");
        self.tab.visit(&link).await;
        self.tab.press("Confirm my email address").await;
        self.tab.see("Your email address is verified").await;
    }

    /// Reads the approval, signs in, chooses a password, and finds the documents approved.
    pub async fn signs_in_with_the_mailed_password(&self, app: &TestApp) {
        let letter = app.mail_to(EMAIL).await.pop().unwrap();
        let password = letter.word_after("Temporary password:");
        let tab = &self.tab;
        tab.visit(&letter.link(paths::LOGIN)).await;
        self.sign_in(&password).await;
        tab.see("Your temporary password worked").await;
        // Nothing else opens before.
        tab.visit(paths::ACCOUNT).await;
        tab.arrive(paths::PASSWORD).await;
        tab.fill("New password", PASSWORD).await;
        tab.press("Save the password").await;
        tab.arrive(paths::ACCOUNT).await;
        tab.see("Approved").await;
        tab.follow("Your documents").await;
        tab.see("Your documents were approved").await;

        tab.find("#sign-out").await.click().await.unwrap();
        tab.arrive(paths::LOGIN).await;
        self.sign_in(PASSWORD).await;
        tab.arrive(paths::ACCOUNT).await;
    }

    async fn sign_in(&self, password: &str) {
        self.tab.fill("Email address", EMAIL).await;
        self.tab.fill("Password", password).await;
        self.tab.press("Sign in").await;
    }
}
