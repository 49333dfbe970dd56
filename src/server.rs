//! The web server: middleware in their order, background work beside it, and a stop that loses nothing.

use std::net::TcpListener;
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::{Key, SameSite, time};
use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as Actix, HttpServer, web};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::accounts::reset;
use crate::app::App;
use crate::db::migrations;
use crate::error::AppError;
use crate::keys::Purpose;
use crate::sessions::{Rows, access_token, cookie_name, identity};
use crate::web::{client, cors, csrf, errors, headers, quota, route, trace};
use crate::{assets, health, jobs, mail, organizations, paths, routes};

/// How long requests in flight may take to finish after the stop was asked for.
const GRACE: u64 = 30;
/// A client that takes longer to send its headers is dropped.
const SLOW_CLIENT: Duration = Duration::from_secs(10);

/// A server that listens already.
pub struct Running {
    pub url: Url,
    pub handle: ServerHandle,
    server: actix_web::dev::Server,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl Running {
    /// Serves until it is stopped.
    pub async fn wait(self) -> std::io::Result<()> {
        self.server.await
    }
}

/// Brings the schema up to date and makes sure there is an organization, and a key to sign tokens with.
pub async fn prepare(app: &App) -> Result<(), AppError> {
    let name = app.config.accounts.organization_name.clone();
    let migrate = app.config.database.migrate_on_start;
    let (random, now) = (app.random.clone(), app.clock.now());
    let (db, app_) = (app.db.clone(), app.clone());
    tokio::task::spawn_blocking(move || {
        if migrate {
            let ran = migrations::up(&mut db.unpooled()?).map_err(AppError::internal)?;
            for name in ran {
                tracing::info!(%name, "migration applied");
            }
        }
        db.write_here(|c| organizations::ensure_default(c, &random, &name, now))?;
        db.write_here(|c| access_token::ensure(c, &app_, now))
    })
    .await
    .map_err(AppError::internal)??;
    app.health.migrated();
    Ok(())
}

/// Starts listening and serving.
///
/// # Errors
/// When the address cannot be listened on.
pub fn start(app: &App) -> Result<Running, AppError> {
    let config = &app.config.http;
    let listener = TcpListener::bind((config.bind, config.port)).map_err(|error| {
        AppError::internal(format!("cannot listen on {}:{}: {error}", config.bind, config.port))
    })?;
    let address = listener.local_addr().map_err(AppError::internal)?;
    let url = Url::parse(&format!("http://{address}")).map_err(AppError::internal)?;
    app.listens_on(url.clone());
    let cookie_key = Key::from(&app.keys.derive(Purpose::CookieSigning));
    let shared = app.clone();
    let server = HttpServer::new(move || {
        Actix::new()
            .app_data(web::Data::new(shared.clone()))
            .wrap(from_fn(csrf::protect))
            .wrap(from_fn(identity::identify))
            .wrap(session(&shared, cookie_key.clone()))
            .wrap(from_fn(client::identify))
            .wrap(from_fn(errors::render))
            .wrap(from_fn(quota::tell))
            .wrap(from_fn(cors::share))
            .wrap(Compress::default())
            .wrap(from_fn(headers::secure))
            .wrap(from_fn(trace::request))
            .configure(|config| route::register_files(config, paths::ASSETS, assets::serve))
            .configure(|config| route::register(config, routes::table()))
            .default_service(web::to(|| async { Err::<String, _>(AppError::NotFound) }))
    })
    .workers(config.workers)
    .client_request_timeout(SLOW_CLIENT)
    // An answer that leaves in parts (a compressed page) must not wait for the client to confirm the first.
    .tcp_nodelay(true)
    .shutdown_timeout(GRACE)
    .disable_signals()
    .listen(listener)
    .map_err(AppError::internal)?
    .run();
    Ok(Running { url, handle: server.handle(), server })
}

fn session(app: &App, key: Key) -> SessionMiddleware<Rows> {
    // The row decides how long a session lives; the cookie only has to live as long as the longest.
    let longest = app.config.sessions.absolute.max(app.config.sessions.staff_absolute);
    let life = time::Duration::seconds(i64::try_from(longest.as_secs()).unwrap_or(i64::MAX));
    SessionMiddleware::builder(Rows::new(app.clone()), key)
        .cookie_name(cookie_name(app).to_owned())
        .cookie_secure(app.public_url().scheme() == "https")
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(PersistentSession::default().session_ttl(life))
        .build()
}

/// What runs beside the requests.
#[derive(Debug)]
pub struct Background {
    stop: CancellationToken,
    mail: tokio::task::JoinHandle<()>,
}

/// Starts what runs beside the requests. Checks and jobs end with the runtime; mail is asked to stop.
#[must_use]
pub fn background(app: &App) -> Background {
    tokio::spawn(health::run_loop(app.clone()));
    tokio::spawn(jobs::run_loop(app.clone()));
    tokio::spawn(reset::run_loop(app.clone()));
    let stop = CancellationToken::new();
    let mail = tokio::spawn(mail::worker::run(app.clone(), stop.clone()));
    Background { stop, mail }
}

impl Background {
    /// Lets the mails that are under way finish, within the time requests have too.
    pub async fn stop(self) {
        self.stop.cancel();
        if tokio::time::timeout(Duration::from_secs(GRACE), self.mail).await.is_err() {
            tracing::warn!("a mail was still under way at the stop; it is looked after at the next start");
        }
    }
}

/// What the operator stops the process with; heard from the moment this exists.
#[derive(Debug)]
pub struct StopSignals {
    term: Signal,
    int: Signal,
}

impl StopSignals {
    /// Begins to listen, so that a stop that is asked for while the data is prepared is not lost.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    /// Waits for one of them, then lets requests in flight finish.
    pub async fn stop(mut self, app: App, handle: ServerHandle) {
        tokio::select! { _ = self.term.recv() => {}, _ = self.int.recv() => {} }
        tracing::info!("stopping: requests in flight finish first");
        app.health.drain();
        handle.stop(true).await;
    }
}
