//! Mail that was sent and stayed here.

use diesel::prelude::*;
use frontdesk::accounts::reset;
use frontdesk::db::schema::emails;
use frontdesk::mail::providers::capture;
use frontdesk::mail::{EmailId, worker};

use super::TestApp;

/// A mail as its recipient reads it.
#[derive(Clone, Debug)]
pub struct Letter {
    pub subject: String,
    pub text: String,
}

impl Letter {
    /// The path of the first link below `prefix`: `letter.link("/verify-email/")`.
    #[track_caller]
    pub fn link(&self, prefix: &str) -> String {
        let mut words = self.text.split_whitespace().filter_map(|word| url::Url::parse(word).ok());
        let found = words.find(|url| url.path().starts_with(prefix));
        found.unwrap_or_else(|| panic!("no link to {prefix} in:\n{}", self.text)).path().to_owned()
    }

    /// The word after these words: `letter.word_after("Temporary password:")`.
    #[track_caller]
    pub fn word_after(&self, words: &str) -> String {
        let rest = self.text.split_once(words).map(|(_, rest)| rest);
        let word = rest.and_then(|rest| rest.split_whitespace().next());
        word.unwrap_or_else(|| panic!("nothing after {words} in:\n{}", self.text)).to_owned()
    }
}

impl TestApp {
    /// Sends what is due at this moment, also to those who asked for a link to reset a password.
    pub async fn send_mail(&self) {
        reset::answer_waiting(self).await.unwrap();
        while worker::run_once(self).await.unwrap() > 0 {}
    }

    /// Sends what is due, and answers all that this address has got, oldest first.
    pub async fn mail_to(&self, address: &str) -> Vec<Letter> {
        self.send_mail().await;
        let address = address.to_owned();
        let ids: Vec<EmailId> = self
            .read(move |c| {
                let to = emails::table.filter(emails::recipient.eq(address));
                to.order((emails::created_at, emails::id)).select(emails::id).load(c)
            })
            .await;
        let mut letters = Vec::new();
        for id in ids {
            if let Some(mail) = capture::captured(self, &id).await.unwrap() {
                letters.push(Letter { subject: mail.subject, text: mail.text });
            }
        }
        letters
    }

    /// The one mail this address has got.
    pub async fn only_mail_to(&self, address: &str) -> Letter {
        let mut letters = self.mail_to(address).await;
        assert_eq!(letters.len(), 1, "{address} has got {letters:?}");
        letters.remove(0)
    }
}
