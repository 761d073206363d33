//! Connections for reading. Each read sees one snapshot.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rusqlite::Connection;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::open;
use crate::store::{StoreError, Tx};
use crate::{Failure, Outcome};

pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Readers {
    pub(super) fn open(path: &Path, count: usize) -> Result<Self, StoreError> {
        let idle = (0..count.max(1))
            .map(|_| open::reader(path))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            path: path.to_owned(),
            permits: Semaphore::new(idle.len()),
            idle: Mutex::new(idle),
        })
    }

    pub(super) async fn permit(&self) -> Outcome<SemaphorePermit<'_>> {
        self.permits
            .acquire()
            .await
            .map_err(|_closed| StoreError::Closed.into())
    }

    pub(super) fn read<T>(&self, work: impl FnOnce(&Tx<'_>) -> Outcome<T>) -> Outcome<T> {
        let connection = self.take()?;
        let outcome = snapshot(&connection, work);
        // A connection that could not leave its snapshot is dropped; the next reader opens a fresh one.
        if connection.is_autocommit() {
            self.idle
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(connection);
        }
        outcome
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .pop();
        idle.map_or_else(|| open::reader(&self.path), Ok)
    }
}

fn snapshot<T>(connection: &Connection, work: impl FnOnce(&Tx<'_>) -> Outcome<T>) -> Outcome<T> {
    connection.execute_batch("BEGIN").map_err(StoreError::from)?;
    let tx = Tx::sqlite(connection);
    let outcome = catch_unwind(AssertUnwindSafe(|| work(&tx))).unwrap_or(Err(Failure::Panicked));
    connection.execute_batch("ROLLBACK").map_err(StoreError::from)?;
    outcome
}
