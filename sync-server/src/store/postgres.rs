//! PostgreSQL 15 or newer: several server processes may share one database. Each connection belongs to one thread.

mod connect;
mod copy;
mod error;
mod line;
mod migrate;
mod news;
mod session;
mod value;

use std::sync::{Arc, Mutex};

use tokio::sync::{broadcast, mpsc};

pub use connect::Url;
pub use copy::{Copied, Missing, copy_all};
pub use error::PostgresError;
pub(super) use migrate::LOCK as DEPLOYMENT_LOCK;
pub(super) use session::Session;
pub(super) use value::{column, named};

use super::job::{Job, guarded};
use super::queue::Queue;
use super::{StoreError, Tx};
use crate::Outcome;
use crate::live::Poke;
use line::{Kind, Line};

/// Transactions that write at a time, in one process. Pushes of one street wait for its row, those of others do not.
const WRITERS: usize = 8;

/// The connections of one process to a database.
#[derive(Clone)]
pub(super) struct Postgres {
    url: Url,
    pub(super) writers: Queue,
    pub(super) readers: Queue,
    _news: Arc<news::Watch>,
}

impl Postgres {
    pub(super) fn open(url: &Url, readers: usize, pokes: broadcast::Sender<Poke>) -> Result<Self, StoreError> {
        let revs = apart::<_, StoreError>(|| {
            let session = Session::connect(url)?;
            migrate::to_latest(&session)?;
            news::known(&session)
        })?;
        let told = news::Told::default();
        Ok(Self {
            url: url.clone(),
            writers: serve(url, Kind::Write, WRITERS, &told, &pokes)?,
            readers: serve(url, Kind::Read, readers.max(1), &told, &pokes)?,
            _news: Arc::new(news::watch(url.clone(), revs, told, pokes)?),
        })
    }
}

impl Postgres {
    /// Reads on a connection of its own: the few callers that wait outside of the runtime lend what they borrowed.
    pub(super) fn read_blocking<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Send,
    {
        apart(|| {
            let session = Session::connect(&self.url).map_err(StoreError::from)?;
            session.begin(Kind::Read.begin()).map_err(StoreError::from)?;
            let read = guarded(|| work(&Tx::postgres(&session, false)));
            session.rollback().map_err(StoreError::from)?;
            read
        })
    }
}

/// Runs `work` on a thread of its own, because a connection may not be used on one that runs the asynchronous runtime.
fn apart<T: Send, E: From<StoreError> + Send>(work: impl FnOnce() -> Result<T, E> + Send) -> Result<T, E> {
    std::thread::scope(|scope| {
        let ended = scope.spawn(work).join();
        ended.unwrap_or_else(|_panicked| Err(StoreError::Closed.into()))
    })
}

/// Starts threads that serve one queue, each with its connection.
fn serve(
    url: &Url,
    kind: Kind,
    threads: usize,
    told: &news::Told,
    pokes: &broadcast::Sender<Poke>,
) -> Result<Queue, StoreError> {
    let (queue, waiting) = Queue::new();
    let waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..threads {
        let waiting = Arc::clone(&waiting);
        let mut line = Line::new(url.clone(), kind, told.clone(), pokes.clone());
        std::thread::Builder::new()
            .name("store-postgres".to_owned())
            .spawn(move || {
                while let Some(job) = next(&waiting) {
                    line.serve(job);
                }
            })?;
    }
    Ok(queue)
}

fn next(waiting: &Mutex<mpsc::UnboundedReceiver<Box<dyn Job>>>) -> Option<Box<dyn Job>> {
    waiting
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .blocking_recv()
}
