//! The fence: a small file beside the database that remembers how far its history had come. A database that is behind its
//! fence was restored from an older copy, and begins a new history before the first request is served, so that phones
//! offer again what they keep. On PostgreSQL the cluster's own identity and timeline say the same.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use domain::{Epoch, ReceivedAt, StreetId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::clock::{Ids, RandomIds};
use crate::durable;
use crate::server::Server;
use crate::store::incidents::{self, Incident, IncidentKind};
use crate::store::streets::{self, Height};
use crate::store::{Database, StoreError, Tx, server};
use crate::{Failure, Outcome};

/// How often the file is written while something is committed.
const EVERY: Duration = Duration::from_secs(5);

/// How far a history had come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    epoch: Epoch,
    streets: BTreeMap<StreetId, Height>,
}

impl Mark {
    /// How far the history in this snapshot has come.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn of(tx: &Tx<'_>, epoch: Epoch) -> Result<Self, StoreError> {
        let streets = streets::heights(tx)?;
        Ok(Self { epoch, streets })
    }

    /// True when this history had come further than `now`, or was another one. A copy made by `backup` was made before
    /// the street learnt of it, so a restored one is always behind.
    fn is_beyond(&self, now: &Self) -> bool {
        self.epoch != now.epoch
            || self.streets.iter().any(|(street, then)| {
                now.streets
                    .get(street)
                    .is_none_or(|now| now.rev < then.rev || now.durable_rev < then.durable_rev)
            })
    }
}

/// Where the file is; nowhere for PostgreSQL.
#[derive(Debug, Clone)]
pub struct Fence(Option<PathBuf>);

impl Fence {
    /// The fence of a database.
    #[must_use]
    pub fn of(database: &Database) -> Self {
        Self(match database {
            Database::File(path) => Some(path.with_extension("fence")),
            Database::Postgres(_) => None,
        })
    }

    /// What was written last. An unreadable file counts as none.
    fn read(&self) -> Option<Mark> {
        let bytes = fs::read(self.0.as_ref()?).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Writes the file, durably: it is the old one or the new one, never half of it.
    ///
    /// # Errors
    /// What the file system reports.
    pub fn write(&self, mark: &Mark) -> io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        // A draft of its own: the server and a command that copies may write at the same time.
        durable::put(path, &[serde_json::to_vec(mark)?], RandomIds.uuid())
    }

    /// True when the database is behind what the file remembers, or nothing is remembered of a history that exists.
    fn is_broken(&self, now: &Mark) -> bool {
        self.0.is_some() && self.read().is_none_or(|then| then.is_beyond(now))
    }

    /// The epoch to serve: the one of the database, or a new one where the database was restored or moved.
    ///
    /// # Errors
    /// [`StoreError::Moved`], or what the engine reports.
    pub fn settle(&self, tx: &Tx<'_>, ids: &dyn Ids, now: ReceivedAt) -> Outcome<Epoch> {
        // Processes that start together must agree on one history and one key.
        tx.hold_deployment()?;
        if server::is_moved(tx)? {
            return Err(StoreError::Moved.into());
        }
        let moved = server::changed_cluster(tx)?;
        match server::epoch(tx)? {
            None => Ok(server::begin_epoch(tx, ids)?),
            Some(epoch) if moved || self.is_broken(&Mark::of(tx, epoch)?) => new_history(tx, ids, now),
            Some(epoch) => Ok(epoch),
        }
    }
}

/// Begins a new history on a database that had one, and notes it for every street.
///
/// # Errors
/// What the engine reports.
pub fn new_history(tx: &Tx<'_>, ids: &dyn Ids, now: ReceivedAt) -> Outcome<Epoch> {
    let before = server::epoch(tx)?;
    let epoch = server::begin_epoch(tx, ids)?;
    tracing::warn!(%epoch, "the database was restored or moved: a new history begins, phones offer again what they keep");
    for (street, height) in streets::heights(tx)? {
        let incident = Incident {
            kind: IncidentKind::NewHistory,
            device: None,
            mutation: None,
            details: json!({ "before": before, "rev": height.rev }),
        };
        incidents::insert(tx, &street, ids.uuid(), &incident, now)?;
    }
    Ok(epoch)
}

/// Keeps the file up to date. Returns when the history in the database is not the one any more that this server began
/// with: a standby took over, or somebody restored it beneath. Then every answer of this process would be a lie.
pub async fn run(server: Server) {
    let mut often = tokio::time::interval(EVERY);
    often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut written = None;
    loop {
        often.tick().await;
        match keep(&server, written.as_ref()).await {
            Ok(Some(mark)) => written = Some(mark),
            Ok(None) => return,
            Err(failure) => tracing::error!(code = ?failure.wire().code, "the fence was not written"),
        }
    }
}

/// Writes the file when something was committed since `written`. Returns what it says now; nothing when the history of
/// this server has ended.
///
/// # Errors
/// What the store or the file system reports.
pub async fn keep(server: &Server, written: Option<&Mark>) -> Outcome<Option<Mark>> {
    let epoch = server.epoch;
    let read = server.store.read(move |tx| {
        let still = server::is_still(tx, epoch)?;
        Ok(still.then(|| Mark::of(tx, epoch)).transpose()?)
    });
    let Some(mark) = read.await? else { return Ok(None) };
    if written != Some(&mark) {
        let (fence, mark) = (server.fence.clone(), mark.clone());
        let wrote = tokio::task::spawn_blocking(move || fence.write(&mark)).await;
        wrote.map_err(|_panicked| Failure::Panicked)??;
    }
    Ok(Some(mark))
}
