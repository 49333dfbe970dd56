//! The conversation against a scripted server: what is proven, and what is not, when it breaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::clock::Timestamp;
use crate::ids::Random;
use crate::mail::model::{EmailId, TemplateKind};
use crate::mail::providers::NotMarked;
use crate::mail::templates::Rendered;
use crate::mail::{DisplayName, EmailAddress, Party};

/// What the server does at one point instead of taking the mail.
#[derive(Clone, Copy)]
enum Does {
    Says(&'static str),
    HangsUp,
    Nothing,
}

/// A server that takes every mail but for what the script says at commands that start with a word
/// (`.` is the end of the content).
#[derive(Default)]
struct Server {
    script: Vec<(&'static str, Does)>,
    connections: AtomicUsize,
    /// Lines of content that arrived.
    content_lines: AtomicUsize,
}

impl Server {
    async fn start(script: &[(&'static str, Does)]) -> (Arc<Self>, Smtp) {
        let server = Arc::new(Self { script: script.to_vec(), ..Self::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = Arc::clone(&server);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(Arc::clone(&serving).converse(stream));
            }
        });
        (server, Smtp::new(settings(port)).unwrap())
    }

    async fn converse(self: Arc<Self>, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 demo.test ready\r\n").await?;
        let mut in_content = false;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            if in_content && line != "." {
                self.content_lines.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            in_content = line == "DATA" && !self.scripted("DATA");
            match self.answer(line) {
                Does::Says(answer) => stream.write_all(format!("{answer}\r\n").as_bytes()).await?,
                Does::HangsUp => return Ok(()),
                Does::Nothing => std::future::pending().await,
            }
        }
    }

    fn scripted(&self, command: &str) -> bool {
        self.script.iter().any(|(start, _)| command.starts_with(start))
    }

    fn answer(&self, line: &str) -> Does {
        let plain = match line.split(' ').next().unwrap_or_default() {
            "EHLO" => "250 demo.test",
            "DATA" => "354 go ahead",
            "." => "250 2.0.0 Ok: queued as 4F2C1A0B",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        let scripted = self.script.iter().find(|(start, _)| line.starts_with(start));
        scripted.map_or(Does::Says(plain), |(_, does)| *does)
    }
}

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        user: None,
        certificate_authority: None,
        hello_name: Some("desk.demo.test".to_owned()),
        timeout: Duration::from_secs(20),
    }
}

fn outgoing() -> Outgoing {
    let now = Timestamp::parse("2026-03-01T10:00:00Z").unwrap();
    let party = |name, address| Party {
        name: DisplayName::parse(name).ok(),
        address: EmailAddress::parse(address).unwrap(),
    };
    Outgoing {
        id: EmailId::new(&Random::seeded(1), now),
        kind: TemplateKind::Approved,
        sender: party("Demo Society", "desk@demo.test"),
        recipient: party("Ada Lovelace", "ada@demo.test"),
        message_id: "<1@demo.test>".to_owned(),
        date: now,
        headers: Vec::new(),
        content: Rendered { subject: "Hello".to_owned(), text: ".\n".to_owned(), html: String::new() },
    }
}

/// Remembers whether it was set; refuses when told to.
#[derive(Default)]
struct Marked {
    set: AtomicBool,
    refuses: bool,
}

impl Mark for Marked {
    fn transmission_began(&self) -> BoxFuture<'_, Result<(), NotMarked>> {
        self.set.store(true, Ordering::SeqCst);
        let refused = self.refuses.then(|| NotMarked("the lease is over".to_owned()));
        std::future::ready(refused.map_or(Ok(()), Err)).boxed()
    }
}

/// Sends one mail to a server with this script: what came of it, and whether the mark was set.
async fn send_to(script: &[(&'static str, Does)]) -> (Result<Accepted, SendError>, bool) {
    let (_server, smtp) = Server::start(script).await;
    let mark = Marked::default();
    let result = smtp.send(&outgoing(), &mark).await;
    (result, mark.set.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_mail_is_taken_and_the_connection_serves_the_next_one() {
    let (server, smtp) = Server::start(&[]).await;
    for _ in 0..3 {
        let mark = Marked::default();
        let accepted = smtp.send(&outgoing(), &mark).await.unwrap();
        assert_eq!(accepted.provider_message_id.as_deref(), Some("4F2C1A0B"));
        assert_eq!(accepted.reply, "250 2.0.0 Ok: queued as 4F2C1A0B");
        assert!(mark.set.load(Ordering::SeqCst));
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_break_before_the_content_proves_that_nothing_was_taken() {
    for (at, does, fault) in [
        ("EHLO", Does::HangsUp, Fault::ProviderDown),
        ("MAIL", Does::Says("451 4.3.0 later"), Fault::Transient),
        ("RCPT", Does::Says("550 5.1.1 no such user"), Fault::Permanent),
        ("RCPT", Does::HangsUp, Fault::ProviderDown),
        ("DATA", Does::Says("421 4.3.2 closing"), Fault::ProviderDown),
        ("DATA", Does::HangsUp, Fault::ProviderDown),
    ] {
        let (result, marked) = send_to(&[(at, does)]).await;
        assert_eq!(result.unwrap_err().fault, fault, "at {at}");
        assert!(!marked, "at {at}");
    }
}

#[tokio::test]
async fn the_servers_word_after_the_content_is_certain_and_silence_is_not() {
    for (does, fault) in [
        (Does::Says("451 4.3.0 later"), Fault::Transient),
        (Does::Says("554 5.6.0 no"), Fault::MessageFault),
        (Does::HangsUp, Fault::Unknown),
    ] {
        let (result, marked) = send_to(&[(".", does)]).await;
        assert_eq!(result.unwrap_err().fault, fault);
        assert!(marked);
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_after_the_time_for_a_whole_mail() {
    for (at, fault) in [("MAIL", Fault::ProviderDown), (".", Fault::Unknown)] {
        let (_server, mut smtp) = Server::start(&[(at, Does::Nothing)]).await;
        smtp.timeout = Duration::from_millis(300);
        let error = smtp.send(&outgoing(), &Marked::default()).await.unwrap_err();
        assert_eq!(error.fault, fault, "at {at}");
    }
}

#[tokio::test]
async fn nothing_is_sent_when_the_mark_cannot_be_set() {
    let (server, smtp) = Server::start(&[]).await;
    let mark = Marked { refuses: true, ..Marked::default() };
    let error = smtp.send(&outgoing(), &mark).await.unwrap_err();
    assert_eq!(error, SendError::new(Fault::NotMarked, "the lease is over"));
    assert_eq!(server.content_lines.load(Ordering::SeqCst), 0);
    // The half-open conversation is not used for the next mail.
    assert!(smtp.send(&outgoing(), &Marked::default()).await.is_ok());
    assert_eq!(server.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn nobody_there_is_a_fault_of_the_provider() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = Smtp::new(settings(port)).unwrap().send(&outgoing(), &Marked::default()).await.unwrap_err();
    assert_eq!(error.fault, Fault::ProviderDown);
}

#[tokio::test]
async fn without_starttls_nothing_is_said_when_tls_is_required() {
    let (server, plain) = Server::start(&[]).await;
    let smtp = Smtp::new(SmtpSettings { tls: Tls::StartTls, ..settings(plain.port) }).unwrap();
    let error = smtp.send(&outgoing(), &Marked::default()).await.unwrap_err();
    assert_eq!(error.fault, Fault::ProviderDown);
    assert!(error.detail.contains("STARTTLS"), "{}", error.detail);
    assert_eq!(server.content_lines.load(Ordering::SeqCst), 0);
}

#[test]
fn the_servers_queue_id_is_kept() {
    assert_eq!(queue_id("2.0.0 Ok: queued as 4F2C1A0B"), Some("4F2C1A0B".to_owned()));
    assert_eq!(queue_id("2.0.0 Ok"), None);
}

#[test]
fn an_unusable_certificate_authority_is_told_at_the_start() {
    for pem in ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let certificate_authority = Some(pem.as_bytes().to_vec());
        let settings = SmtpSettings { tls: Tls::StartTls, certificate_authority, ..settings(587) };
        assert!(Smtp::new(settings).is_err(), "{pem}");
    }
}
