//! SMTP through the mail server of the operator: TLS, pooled connections, one recipient a transaction.
//!
//! The conversation is driven here, command by command, rather than through the library's transport: only so is
//! it known whether content had begun to leave when something broke, and the mark can be set between the
//! server's go-ahead (354) and the first byte. The library's timeouts cover only the connect; ours covers all.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, FutureExt};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout_at;

use super::{Accepted, Fault, Mark, Provider, SendError};
use crate::mail::message::{self, Outgoing};
use crate::mail::reply::{Reply, Stage, classify, one_line};

/// Connections kept open for the next mail.
const IDLE_CONNECTIONS: usize = 4;

/// Servers close idle connections after minutes; we do so first.
const IDLE_LIMIT: Duration = Duration::from_secs(30);

/// How the conversation is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (port 465).
    Implicit,
    /// STARTTLS, and nothing is said when the server has none (port 587).
    StartTls,
    /// In the clear: for a server on this machine or a protected network.
    None,
}

/// What is configured about the mail server.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub user: Option<(String, SecretString)>,
    /// A further certificate authority to trust, PEM.
    pub certificate_authority: Option<Vec<u8>>,
    /// The name we greet with; the machine's own when absent.
    pub hello_name: Option<String>,
    /// For a whole mail, from connecting to the answer after the final dot. Must stay below the worker's lease.
    pub timeout: Duration,
}

/// The mail server and the connections to it.
pub struct Smtp {
    host: String,
    port: u16,
    starttls: Option<TlsParameters>,
    wrapper: Option<TlsParameters>,
    user: Option<Credentials>,
    hello_name: ClientId,
    timeout: Duration,
    idle: Mutex<Vec<Parked>>,
}

struct Parked {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Smtp {
    /// # Errors
    /// A sentence for the operator when the TLS settings cannot be used.
    pub fn new(settings: SmtpSettings) -> Result<Self, String> {
        let parameters = match settings.tls {
            Tls::None => None,
            Tls::Implicit | Tls::StartTls => Some(tls_parameters(&settings)?),
        };
        let (starttls, wrapper) = match settings.tls {
            Tls::Implicit => (None, parameters),
            Tls::StartTls | Tls::None => (parameters, None),
        };
        let user =
            settings.user.map(|(name, password)| Credentials::new(name, password.expose_secret().to_owned()));
        Ok(Self {
            host: settings.host,
            port: settings.port,
            starttls,
            wrapper,
            user,
            hello_name: settings.hello_name.map_or_else(ClientId::default, ClientId::Domain),
            timeout: settings.timeout,
            idle: Mutex::default(),
        })
    }

    async fn deliver(&self, outgoing: &Outgoing, mark: &dyn Mark) -> Result<Accepted, SendError> {
        let content = outgoing.mime().map_err(|error| unsendable(&error))?;
        let deadline = tokio::time::Instant::now() + self.timeout;
        let Ok(opened) = timeout_at(deadline, self.open(outgoing)).await else {
            return Err(SendError::new(Fault::ProviderDown, "the mail server did not answer in time"));
        };
        let mut connection = opened?;
        mark.transmission_began().await.map_err(|why| SendError::new(Fault::NotMarked, why.0))?;
        let Ok(answer) = timeout_at(deadline, connection.message(&content)).await else {
            let detail = "the mail server did not say in time whether it took the mail";
            return Err(SendError::new(Fault::Unknown, detail));
        };
        let answer = answer.map_err(|error| after_content(&error))?;
        let lines: Vec<&str> = answer.message().collect();
        let reply = Reply::new(answer.code().into(), &lines.join(" "));
        self.park(connection);
        Ok(Accepted { provider_message_id: queue_id(&reply.text), reply: reply.to_string() })
    }

    /// A connection on which the server waits for the content of this mail.
    async fn open(&self, outgoing: &Outgoing) -> Result<AsyncSmtpConnection, SendError> {
        let sender = message::path(&outgoing.sender).map_err(|error| unsendable(&error))?;
        let recipient = message::path(&outgoing.recipient).map_err(|error| unsendable(&error))?;
        let mut connection = self.connection().await?;
        let mail = Mail::new(Some(sender), Vec::new());
        connection.command(mail).await.map_err(before_content(Stage::Sender))?;
        let rcpt = Rcpt::new(recipient, Vec::new());
        connection.command(rcpt).await.map_err(before_content(Stage::Recipient))?;
        connection.command(Data).await.map_err(before_content(Stage::Data))?;
        Ok(connection)
    }

    /// One that is open and answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, SendError> {
        while let Some(mut connection) = self.unpark() {
            if connection.test_connected().await {
                return Ok(connection);
            }
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let address = (self.host.as_str(), self.port);
        let wrapper = self.wrapper.clone();
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, None, &self.hello_name, wrapper, None)
                .await
                .map_err(before_content(Stage::Connect))?;
        if let Some(parameters) = &self.starttls {
            let upgrade = connection.starttls(parameters.clone(), &self.hello_name);
            upgrade.await.map_err(before_content(Stage::Connect))?;
        }
        if let Some(user) = &self.user {
            let sign_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], user);
            sign_in.await.map_err(before_content(Stage::Authenticate))?;
        }
        Ok(connection)
    }

    fn unpark(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|parked| parked.since.elapsed() < IDLE_LIMIT);
        idle.pop().map(|parked| parked.connection)
    }

    /// Only a connection whose last mail was accepted is used again; any other is in a state nobody knows.
    fn park(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(Parked { connection, since: Instant::now() });
        }
    }
}

impl Provider for Smtp {
    fn name(&self) -> &'static str {
        "smtp"
    }

    fn send<'a>(
        &'a self,
        outgoing: &'a Outgoing,
        mark: &'a dyn Mark,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        self.deliver(outgoing, mark).boxed()
    }
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.certificate_authority {
        // The library takes a file without any certificate in it for an empty list.
        if !String::from_utf8_lossy(pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err("the certificate authority for SMTP holds no PEM certificate".to_owned());
        }
        let certificate = Certificate::from_pem(pem)
            .map_err(|error| format!("the certificate authority for SMTP cannot be read: {error}"))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| format!("TLS for SMTP cannot be set up: {error}"))
}

fn unsendable(error: &message::MessageError) -> SendError {
    SendError::new(Fault::MessageFault, error.to_string())
}

/// Nothing of the mail has left: whatever broke, it was not accepted.
fn before_content(stage: Stage) -> impl Fn(SmtpError) -> SendError {
    move |error| match reply(&error) {
        Some(reply) => classify(stage, &reply),
        None => SendError::new(Fault::ProviderDown, one_line(&error.to_string())),
    }
}

/// Content had begun to leave: only the server's own word proves that it was not accepted.
fn after_content(error: &SmtpError) -> SendError {
    match reply(error) {
        Some(reply) => classify(Stage::Content, &reply),
        None => SendError::new(Fault::Unknown, one_line(&error.to_string())),
    }
}

/// The server's negative answer, if that is what the error is.
fn reply(error: &SmtpError) -> Option<Reply> {
    let code = u16::from(error.status()?);
    let text = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    Some(Reply::new(code, &text))
}

/// The id under which a server queued the mail, as the common ones name it.
fn queue_id(text: &str) -> Option<String> {
    let (_, after) = text.split_once("queued as ")?;
    let id: String = after.chars().take_while(char::is_ascii_alphanumeric).take(100).collect();
    (!id.is_empty()).then_some(id)
}

#[cfg(test)]
mod tests;
