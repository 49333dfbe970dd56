//! A reviewer at the queue and at a case.

use std::path::Path;

use diesel::prelude::*;
use fantoccini::Locator;
use frontdesk::db::schema::audit_entries;
use frontdesk::paths;

use super::applicant::INITIALS;
use crate::e2e::driver::Tab;
use crate::harness::TestApp;

/// What is seen of whoever came before the applicant.
const EARLIER: &str = "M. S.";

#[derive(Debug)]
pub struct Reviewer {
    pub tab: Tab,
}

impl Reviewer {
    /// Walks down the queue and up again with the keyboard, and opens the applicant's case.
    pub async fn open_with_keys(&self) {
        for (key, name) in [("j", EARLIER), ("j", INITIALS), ("k", EARLIER), ("j", INITIALS)] {
            self.tab.press_key(key).await;
            let focused = self.tab.client.active_element().await.unwrap().text().await.unwrap();
            assert_eq!(focused, name, "after {key}");
        }
        self.tab.press_key("\u{E007}").await;
        self.tab.find("#claim-form").await;
        assert_eq!(self.tab.text("h1").await, INITIALS);
    }

    /// Waits until the document of this name is in the viewer, drawn.
    pub async fn sees_document(&self, name: &str) {
        self.tab.see_in("[data-viewer-note]", name).await;
        if Path::new(name).extension().is_some_and(|extension| extension == "pdf") {
            self.tab.find(".stage iframe").await.enter_frame().await.unwrap();
            self.tab
                .until("the PDF is open", async || {
                    let kind = self.tab.client.execute("return document.contentType", Vec::new()).await;
                    kind.unwrap() == serde_json::json!("application/pdf")
                })
                .await;
            self.tab.client.clone().enter_parent_frame().await.unwrap();
        } else {
            self.tab
                .until("the picture is drawn", async || {
                    let drawn = "return document.querySelector('.stage img')?.naturalWidth > 0";
                    self.tab.client.execute(drawn, Vec::new()).await.unwrap() == serde_json::json!(true)
                })
                .await;
        }
    }

    /// Chooses the reason of the decision.
    pub async fn give_reason(&self, reason: &str) {
        self.tab.find("#reason_code").await.select_by_label(reason).await.unwrap();
    }

    /// Wants one document again, for this reason.
    pub async fn ask_again_for(&self, name: &str, reason: &str) {
        let group = format!("//*[@role = 'group'][.//bdi[. = '{name}']]");
        let group = self.tab.client.find(Locator::XPath(&group)).await.unwrap();
        group.find(Locator::Css("label.resubmit")).await.unwrap().click().await.unwrap();
        let reasons = group.find(Locator::Css("select")).await.unwrap();
        reasons.select_by_label(reason).await.unwrap();
    }

    /// Presses the button of the decision.
    pub async fn decide(&self) {
        self.tab.find("#decide").await.click().await.unwrap();
    }

    /// Finds the applicant among those who wait.
    pub async fn sees_waiting(&self) {
        self.tab.visit(paths::VERIFICATIONS).await;
        self.tab.see(INITIALS).await;
    }
}

/// How many documents the audit log says reviewers have opened.
pub async fn opened_documents(app: &TestApp) -> i64 {
    let opened = audit_entries::table.filter(audit_entries::action.eq("document.opened"));
    app.read(move |c| opened.count().get_result(c)).await
}
