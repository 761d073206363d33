//! The street's database on SQLite or PostgreSQL: SQL behind one narrow [`Tx`], and how its transactions are run.

mod database;
mod job;
mod migrate;
mod postgres;
mod queue;
mod row;
mod sqlite;
mod tx;
mod value;
mod waiting;

pub mod ahead;
pub mod areas;
pub mod audit;
pub mod basemaps;
pub mod blobs;
pub mod bucket_rows;
pub mod buckets;
pub mod case_lists;
pub mod case_memory;
pub mod cases;
pub mod clocks;
pub mod codes;
pub mod devices;
pub mod edit;
pub mod field_history;
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
pub mod wal;

use domain::ErrorCode;
use tokio::sync::broadcast;

pub use database::Database;
pub use edit::Edit;
pub use migrate::fingerprint;
pub use postgres::{Copied, Missing, PostgresError, Url, copy_all};
pub use row::Row;
pub use tx::Tx;
pub use value::{FromColumn, Value, code, json, opt_code};

use crate::Outcome;
use crate::live::Poke;

/// What the database can answer instead of doing what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine's own error.
    #[error("database: {0}")]
    Engine(#[from] rusqlite::Error),
    /// PostgreSQL's error.
    #[error("postgres: {0}")]
    Postgres(#[from] PostgresError),
    /// The database was written by a newer version of this program.
    #[error("the database belongs to a newer version")]
    Newer,
    /// The file is not a database, or its pages are damaged.
    #[error("the database is damaged")]
    Corrupt,
    /// The street is closed to writing, because its database was restored and nobody said so.
    #[error("the street is closed to writing")]
    ReadOnly,
    /// What was in this file was moved to another database.
    #[error("the street was moved to another database")]
    Moved,
    /// The database that was to be filled holds something.
    #[error("the target is not empty")]
    NotEmpty,
    /// A table was not read back as it was written.
    #[error("table {0} was not read back as it was written")]
    NotEqual(String),
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
            Self::Postgres(error) => error.code(),
            Self::Newer => ErrorCode::DatabaseNewer,
            Self::Corrupt => ErrorCode::DatabaseCorrupt,
            Self::NotCommitted(code) => *code,
            Self::ReadOnly => ErrorCode::ReadOnly,
            Self::Moved | Self::NotEmpty | Self::NotEqual(_) => ErrorCode::Internal,
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
            | Self::Postgres(_)
            | Self::Newer
            | Self::Corrupt
            | Self::ReadOnly
            | Self::Moved
            | Self::NotEmpty
            | Self::NotEqual(_)
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
    engine: Engine,
    pokes: broadcast::Sender<Poke>,
}

#[derive(Clone)]
enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Store {
    /// Opens (and creates or upgrades) the database; `readers` connections serve reads.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Corrupt`], or what the file system or PostgreSQL reports.
    pub fn open(database: &Database, readers: usize) -> Result<Self, StoreError> {
        let (pokes, _) = broadcast::channel(1024);
        let engine = match database {
            Database::File(path) => Engine::Sqlite(sqlite::Sqlite::open(path, readers, pokes.clone())?),
            Database::Postgres(url) => Engine::Postgres(postgres::Postgres::open(url, readers, pokes.clone())?),
        };
        Ok(Self { engine, pokes })
    }

    /// Runs `work` in a write transaction and answers once it is on the disk. On SQLite several callers share one
    /// commit; on PostgreSQL `work` runs again where another transaction was in its way.
    ///
    /// # Errors
    /// What `work` returns, after its writes were undone; [`crate::Failure::Panicked`] when it panicked;
    /// [`StoreError::NotCommitted`] when the commit failed.
    pub async fn write<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Clone + Send + 'static,
    {
        self.writers().run(job::Repeat::new(work)).await
    }

    /// As [`Store::write`], for callers outside of the asynchronous runtime.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Clone + Send + 'static,
    {
        self.writers().run_blocking(job::Repeat::new(work))
    }

    /// Runs `work` on one read snapshot.
    ///
    /// # Errors
    /// What `work` returns; [`crate::Failure::Panicked`] when it panicked.
    pub async fn read<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(work).await,
            Engine::Postgres(postgres) => postgres.readers.run(job::Once::new(work)).await,
        }
    }

    /// As [`Store::read`], for callers outside of the asynchronous runtime.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Send,
    {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read_blocking(work),
            Engine::Postgres(postgres) => postgres.read_blocking(work),
        }
    }

    fn writers(&self) -> &queue::Queue {
        match &self.engine {
            Engine::Sqlite(sqlite) => &sqlite.writer,
            Engine::Postgres(postgres) => &postgres.writers,
        }
    }

    /// Every bucket that reaches a new revision, after the commit; what another process committed, within half a second.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Poke> {
        self.pokes.subscribe()
    }
}

#[cfg(test)]
mod tests;
