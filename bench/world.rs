//! What is measured: a filled database, the server in front of it, and a reviewer who is signed in.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use diesel::prelude::*;
use frontdesk::access::{OrganizationId, Role, UserId};
use frontdesk::accounts::{self, NewUser, Status};
use frontdesk::app::App;
use frontdesk::clock::Clock;
use frontdesk::config::{Config, Sources};
use frontdesk::db::Connection as Database;
use frontdesk::db::schema::verification_cases as cases;
use frontdesk::ids::Random;
use frontdesk::mail::{DisplayName, EmailAddress};
use frontdesk::verifications::CaseState;
use frontdesk::verifications::store::queue::{self, Tab, View};
use frontdesk::web::pager::{Cursor, Place};
use frontdesk::{organizations, paths, server};
use url::form_urlencoded;

use crate::fill::Fill;
use crate::load::Connection;
use crate::options::Options;
use crate::process::Process;

const EMAIL: &str = "reviewer@demo.test";
const PASSWORD: &str = "Difference-Engine-1822";
/// Cases on one page of the queue.
pub const PAGE: usize = 50;

/// A filled database.
pub struct World {
    pub app: App,
    pub organization: OrganizationId,
    pub reviewer: UserId,
    settings: Vec<(String, String)>,
    folder: PathBuf,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl World {
    /// Makes the database in `folder` and fills it.
    pub async fn new(options: &Options, folder: &Path) -> anyhow::Result<Self> {
        let settings = settings(options, folder);
        let environment = settings.iter().cloned().collect();
        let config = Config::read(Sources { environment, ..Sources::default() })?;
        let app = App::new(config, Clock::system(), Random::system())?;
        server::prepare(&app).await?;
        let now = app.clock.now();
        let reviewer = UserId::new(&app.random, now);
        let hash = app.hasher.hash_here(&PASSWORD.into())?;
        let mut c = app.db.unpooled()?;
        let organization = organizations::by_slug(&mut c, organizations::DEFAULT)?;
        let organization = organization.context("a prepared database has an organization")?.id;
        organizations::relax_staff_mfa(&mut c, &organization)?;
        let user = NewUser {
            id: reviewer.clone(),
            organization: organization.clone(),
            email: EmailAddress::parse(EMAIL)?,
            name: DisplayName::parse("Grace Hopper")?,
            phone: None,
            role: Role::Reviewer,
            status: Status::Active,
            password_hash: Some(hash),
            email_verified_at: Some(now),
        };
        accounts::store::insert(&mut c, &user, now)?;
        Fill { cases: options.cases(), organization: &organization, reviewer: &reviewer, now }.run(&mut c)?;
        Ok(Self { app, organization, reviewer, settings, folder: folder.to_owned() })
    }

    /// Starts the server over it.
    pub fn serve(&self) -> anyhow::Result<Process> {
        let program = Path::new(env!("CARGO_BIN_EXE_frontdesk"));
        Process::start(program, &["serve"], &self.settings, &self.folder)
    }

    pub fn view(&self, search: &str) -> View {
        View {
            organization: self.organization.clone(),
            reviewer: self.reviewer.clone(),
            tab: Tab::Waiting,
            search: frontdesk::verifications::search::Search::parse(search),
            now: self.app.clock.now(),
        }
    }

    /// The place in the middle of the waiting cases.
    pub fn middle(&self, c: &mut Database) -> anyhow::Result<Place> {
        let waiting = cases::table
            .filter(cases::organization_id.eq(&self.organization))
            .filter(cases::state.eq(CaseState::Waiting));
        let count: i64 = waiting.count().get_result(c)?;
        let (at, id) = waiting
            .order((cases::submitted_at.asc(), cases::id.asc()))
            .offset(count / 2)
            .select((cases::submitted_at, cases::id))
            .first::<(frontdesk::clock::Timestamp, frontdesk::documents::CaseId)>(c)?;
        let cursor = Cursor::new(at, id.as_str());
        Ok(Place::read(Some(&cursor.encode()), None))
    }

    /// A case that the reviewer holds.
    pub fn held(&self, c: &mut Database) -> anyhow::Result<frontdesk::documents::CaseId> {
        let mine = View { tab: Tab::Mine, ..self.view("") };
        let held = queue::page(c, &mine, &Place::default(), PAGE)?;
        let most = held.items.into_iter().max_by_key(queue::Listed::documents);
        Ok(most.context("the reviewer holds no case")?.case.id)
    }
}

fn settings(options: &Options, folder: &Path) -> Vec<(String, String)> {
    let workers = options.workers.to_string();
    let folder = folder.display().to_string();
    let mut settings = vec![("DATA_DIR", folder.as_str()), ("PORT", "0"), ("WORKERS", &workers)];
    if let Some(url) = &options.postgres {
        settings.push(("DATABASE_URL", url));
        settings.push(("APP_SECRET", "a secret of benchmarks, long enough to be one"));
    }
    settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A request as a browser sends it.
pub fn request(address: SocketAddr, path: &str, more: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/html,*/*;q=0.8\r\n\
         user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n{more}\r\n"
    )
    .into_bytes()
}

/// Signs the reviewer in through the form; answers the header with the cookies.
pub fn sign_in(address: SocketAddr) -> anyhow::Result<String> {
    let mut connection = Connection::open(address)?;
    let page = connection.ask(&request(address, paths::LOGIN, ""))?;
    let browser = page.cookie("frontdesk-browser").context("the sign-in page sets no cookie")?;
    let html = String::from_utf8_lossy(&page.body);
    let token = html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let token = token.context("the sign-in form has no token")?;
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("email", EMAIL), ("password", PASSWORD), ("csrf", token)])
        .finish();
    let login = format!(
        "POST {} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\ncookie: frontdesk-browser={browser}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        paths::LOGIN,
        body.len()
    );
    let answer = connection.ask(login.as_bytes())?;
    let session = answer.cookie("frontdesk");
    let session = session.with_context(|| format!("signing in was answered with {}", answer.status()))?;
    Ok(format!("cookie: frontdesk-browser={browser}; frontdesk={session}\r\n"))
}
