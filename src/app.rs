//! What every part of the program is handed: the database, time, randomness, keys and configuration.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use url::Url;

use crate::accounts::hashing::Hasher;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Database;
use crate::documents::files::{DirectoryStore, FileStore};
use crate::documents::inspect::PdfParser;
use crate::documents::upload::Inspections;
use crate::error::AppError;
use crate::geo::Countries;
use crate::health::Health;
use crate::ids::Random;
use crate::keys::Keyring;
use crate::live::Hub;
use crate::mail::Mail;
use crate::metrics::Metrics;
use crate::redis::Redis;
use crate::secret;
use crate::verifications::crowds::Crowds;
use crate::web::upload::UploadBudget;

/// The application; cheap to clone.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// The parts, reached through [`App`].
#[derive(Debug)]
pub struct Parts {
    pub config: Config,
    pub db: Database,
    pub clock: Clock,
    pub random: Random,
    pub keys: Keyring,
    pub hasher: Hasher,
    /// Where documents are kept, encrypted.
    pub files: Arc<dyn FileStore>,
    /// How uploaded PDFs are read: where a hostile one can do no harm.
    pub pdf_parser: PdfParser,
    /// How many uploaded files are looked into at the same time.
    pub inspections: Inspections,
    /// How much memory uploads may take.
    pub uploads: UploadBudget,
    pub mail: Mail,
    pub health: Health,
    /// Where addresses are, if a file tells.
    pub countries: Countries,
    /// What connections are told at once.
    pub hub: Hub,
    pub metrics: Metrics,
    /// What all instances share besides the database, when it is configured.
    pub redis: Option<Redis>,
    /// The tabs of the queue that are too long to be counted.
    pub crowds: Crowds,
    /// Names this process among several, in leases.
    pub instance: String,
    url: OnceLock<Url>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Puts the parts together. Makes the data directory and, on SQLite, the secret; connects to nothing.
    ///
    /// # Errors
    /// When the directory cannot be written or mail templates are not in order.
    pub fn new(config: Config, clock: Clock, random: Random) -> Result<Self, AppError> {
        let data_dir = config.database.data_dir.clone();
        std::fs::create_dir_all(&data_dir).map_err(|error| {
            AppError::internal(format!("the data directory {} cannot be made: {error}", data_dir.display()))
        })?;
        crate::sessions::access_token::install();
        let keys =
            Keyring::from_secret(&secret::of(&config.database, &random)?).map_err(AppError::internal)?;
        let db = Database::new(config.database.url(), config.database.pool());
        let hasher = Hasher::new(&config.accounts.hashing, random.clone())?;
        let files = DirectoryStore::open(data_dir.join("documents")).map_err(AppError::internal)?;
        let mail = Mail::new(&config.mail)?;
        let instance = hex::encode(random.bytes::<6>());
        let url = OnceLock::new();
        if let Some(configured) = &config.http.app_url {
            url.get_or_init(|| configured.clone());
        }
        let redis = config.redis.as_ref().map(Redis::new).transpose()?;
        let countries = Countries::open(config.sessions.countries.as_deref()).map_err(AppError::internal)?;
        let health = Health::default();
        let files = Arc::new(files);
        Ok(Self(Arc::new(Parts {
            config,
            db,
            clock,
            random,
            keys,
            hasher,
            files,
            pdf_parser: pdf_parser(),
            inspections: Inspections::default(),
            uploads: UploadBudget::default(),
            mail,
            health,
            countries,
            hub: Hub::default(),
            metrics: Metrics::new()?,
            redis,
            crowds: Crowds::default(),
            instance,
            url,
        })))
    }

    /// Keeps the address the server listens on as the public one, when none is configured.
    pub fn listens_on(&self, url: Url) {
        self.0.url.get_or_init(|| url);
    }

    /// The address people use, for every link.
    ///
    /// # Panics
    /// Never: the text is an address.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a constant address parses")]
    pub fn public_url(&self) -> &Url {
        self.0.url.get_or_init(|| Url::parse("http://localhost").expect("a constant address parses"))
    }

    /// A full link to one of our paths.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url().as_str().trim_end_matches('/'))
    }
}

/// The command of the program that reads one PDF and stops; started by the program itself.
pub const READ_PDF: &str = "read-pdf";

/// A child of this program where it is this program that runs; a test binary reads its own files itself.
fn pdf_parser() -> PdfParser {
    match std::env::current_exe() {
        Ok(program) if program.file_stem().is_some_and(|name| name == env!("CARGO_PKG_NAME")) => {
            PdfParser::Child { program, arguments: vec![READ_PDF.into()] }
        }
        _ => PdfParser::InProcess,
    }
}
