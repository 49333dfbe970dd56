//! Tests in a real browser: headless Chromium, driven through ChromeDriver, against the application in the
//! test's own process, so that clock and captured mail are at hand.
//!
//! ```ignore
//! both_engines!(an_applicant_registers);
//!
//! async fn an_applicant_registers(app: TestApp) {
//!     let tab = Tab::open(&app).await;
//!     tab.visit("/register").await;
//!     tab.fill("Full name", "Ada Lovelace").await;
//!     tab.press("Send registration").await;
//!     tab.see("We have received your registration").await;
//!     tab.assert_accessible().await;
//! }
//! ```

mod driver;
mod frame;
mod mails;
mod main_job;
mod pages;
mod passkeys;
mod passwords;
mod recovery;
mod registration;
