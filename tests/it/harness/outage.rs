//! A database that is away, on either engine alike: every connection of the pools is taken.

use std::sync::mpsc;

use diesel::QueryResult;
use frontdesk::db::Connection;
use tokio::sync::oneshot;

use super::{Engine, TestApp};

/// What a test of an outage starts with: few connections, and nobody waits long for one.
const SETTINGS: [(&str, &str); 2] = [("DATABASE_POOL_SIZE", "1"), ("DATABASE_WAIT", "100ms")];

/// The database is away until this is dropped.
#[derive(Debug)]
pub struct Outage {
    ends: Vec<mpsc::Sender<()>>,
    holders: Vec<tokio::task::JoinHandle<()>>,
}

impl Outage {
    /// The database is back once this has returned.
    pub async fn end(self) {
        let Self { ends, holders } = self;
        drop(ends);
        for holder in holders {
            holder.await.unwrap();
        }
    }
}

/// Keeps a connection until the other end is dropped.
fn keep(
    taken: oneshot::Sender<()>,
    end: mpsc::Receiver<()>,
) -> impl FnOnce(&mut Connection) -> QueryResult<()> {
    move |_| {
        taken.send(()).unwrap();
        assert!(end.recv().is_err());
        Ok(())
    }
}

impl TestApp {
    /// One whose database can be taken away.
    pub async fn fragile(engine: Engine, settings: &[(&str, &str)]) -> Self {
        Self::start(engine, &[&SETTINGS, settings].concat()).await
    }

    /// Takes the database away from an application made by [`TestApp::fragile`].
    pub async fn cut_database(&self) -> Outage {
        let (mut ends, mut holders) = (Vec::new(), Vec::new());
        let is_postgres = matches!(self.db.url(), frontdesk::db::DatabaseUrl::Postgres(_));
        // On PostgreSQL one pool serves both.
        for writes in if is_postgres { &[true][..] } else { &[true, false][..] } {
            let (taken, is_taken) = oneshot::channel();
            let (end, ended) = mpsc::channel();
            let (db, work) = (self.db.clone(), keep(taken, ended));
            holders.push(tokio::spawn(async move {
                if *writes { db.write(work).await.unwrap() } else { db.read(work).await.unwrap() }
            }));
            is_taken.await.unwrap();
            ends.push(end);
        }
        Outage { ends, holders }
    }
}
