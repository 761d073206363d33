//! The street's database: one writer with group commit, several readers, SQL behind one narrow [`Tx`].

mod migrate;
mod open;
mod readers;
mod tx;
mod value;
mod writer;

pub mod areas;
pub mod audit;
pub mod basemaps;
pub mod blobs;
pub mod bucket_rows;
pub mod case_lists;
pub mod case_memory;
pub mod cases;
pub mod clocks;
pub mod codes;
pub mod devices;
pub mod edit;
pub mod grids;
pub mod household_lists;
pub mod households;
pub mod incidents;
pub mod known;
pub mod links;
pub mod orders;
pub mod parked;
pub mod people;
pub mod photos;
pub mod profiles;
pub mod receipts;
pub mod reports;
pub mod scope;
pub mod server;
pub mod sessions;
pub mod stray_lists;
pub mod strays;
pub mod streets;
pub mod timeline;
pub mod visits;

use std::path::Path;
use std::sync::Arc;

use domain::ErrorCode;
use tokio::sync::broadcast;

pub use edit::Edit;
pub use tx::{Row, Tx};
pub use value::{FromColumn, Value, code, json, opt_code};

use crate::live::Poke;
use crate::{Failure, Outcome};

/// What the database can answer instead of doing what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine's own error.
    #[error("database: {0}")]
    Engine(#[from] rusqlite::Error),
    /// The database was written by a newer version of this program.
    #[error("the database belongs to a newer version")]
    Newer,
    /// The file is not a database, or its pages are damaged.
    #[error("the database is damaged")]
    Corrupt,
    /// A migration failed.
    #[error("migration: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    /// A column is missing or holds something else than expected.
    #[error("column {0} is not readable")]
    Column(String),
    /// A statement names a parameter that was not given.
    #[error("a parameter is missing")]
    Parameter,
    /// JSON in a column is not what it should be.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    /// The transaction of which this was a part could not be committed.
    #[error("the transaction was not committed: {0:?}")]
    NotCommitted(ErrorCode),
    /// The database file could not be opened.
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// What a caller is told.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Engine(error) => engine_code(error),
            Self::Newer => ErrorCode::DatabaseNewer,
            Self::Corrupt => ErrorCode::DatabaseCorrupt,
            Self::NotCommitted(code) => *code,
            Self::Migration(_) | Self::Column(_) | Self::Parameter | Self::Json(_) | Self::File(_) => {
                ErrorCode::Internal
            }
            Self::Closed => ErrorCode::Busy,
        }
    }
}

fn engine_code(error: &rusqlite::Error) -> ErrorCode {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => ErrorCode::DiskFull,
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => ErrorCode::DatabaseCorrupt,
        Some(_) | None => ErrorCode::Internal,
    }
}

impl StoreError {
    /// What a log may say: kind and place. The text of a JSON error quotes the value it met, which may be a person's.
    #[must_use]
    pub fn log_text(&self) -> String {
        match self {
            Self::Json(error) => format!("json: {:?} at column {}", error.classify(), error.column()),
            Self::Engine(_)
            | Self::Newer
            | Self::Corrupt
            | Self::Migration(_)
            | Self::Column(_)
            | Self::Parameter
            | Self::NotCommitted(_)
            | Self::File(_)
            | Self::Closed => self.to_string(),
        }
    }
}

/// The database of a deployment. Clones share it.
#[derive(Clone)]
pub struct Store {
    writer: writer::Writer,
    readers: Arc<readers::Readers>,
    pokes: broadcast::Sender<Poke>,
}

impl Store {
    /// Opens (and creates or upgrades) the database file; `readers` connections serve reads.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Corrupt`], or what the file system reports.
    pub fn open(path: &Path, readers: usize) -> Result<Self, StoreError> {
        let connection = open::writer(path)?;
        let readers = Arc::new(readers::Readers::open(path, readers)?);
        let (pokes, _) = broadcast::channel(1024);
        let writer = writer::Writer::start(connection, pokes.clone())?;
        Ok(Self { writer, readers, pokes })
    }

    /// Runs `work` in a write transaction and answers once it is on the disk. Several callers share one commit.
    ///
    /// # Errors
    /// What `work` returns, after its writes were undone; [`Failure::Panicked`] when it panicked;
    /// [`StoreError::NotCommitted`] when the commit failed.
    pub async fn write<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// As [`Store::write`], for callers outside of the asynchronous runtime.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Send + 'static,
    {
        self.writer.write_blocking(work)
    }

    /// Runs `work` on one read snapshot.
    ///
    /// # Errors
    /// What `work` returns; [`Failure::Panicked`] when it panicked.
    pub async fn read<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Send + 'static,
    {
        let _permit = self.readers.permit().await?;
        let readers = Arc::clone(&self.readers);
        tokio::task::spawn_blocking(move || readers.read(work))
            .await
            .map_err(|_panicked| Failure::Panicked)?
    }

    /// As [`Store::read`], for callers outside of the asynchronous runtime.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T>(&self, work: impl FnOnce(&Tx<'_>) -> Outcome<T>) -> Outcome<T> {
        self.readers.read(work)
    }

    /// Every bucket that reaches a new revision, after the commit.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Poke> {
        self.pokes.subscribe()
    }
}

#[cfg(test)]
mod tests;
