//! The two databases. `outbox.db` is the truth that is not yet safe on the server; `cache.db` is a copy of the
//! server's rows and may be made anew at any time. Saving writes the outbox alone: a transaction over two files
//! would not be atomic when the power fails.

pub(crate) mod bucket;
mod cached;
pub(crate) mod changes;
pub(crate) mod cursor;
pub(crate) mod draft;
pub(crate) mod filling;
pub(crate) mod forgetting;
mod history;
pub(crate) mod household_search;
pub(crate) mod identity;
pub(crate) mod member;
pub(crate) mod mutation;
pub(crate) mod noticed;
mod open;
pub(crate) mod packed;
pub(crate) mod photo_file;
pub(crate) mod proof;
pub(crate) mod row;
mod row_index;
pub(crate) mod seen_clock;
pub(crate) mod setting;
mod upgrade;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::failure::Result;
use crate::ports::Files;
use crate::rest::DataKey;

pub(crate) use open::{SET_ASIDE, connect};

/// Both databases. No lock is held across a request: every function here returns before the network is used.
pub(crate) struct Store {
    outbox: Mutex<Connection>,
    cache: Mutex<Connection>,
}

/// What opening found.
pub(crate) struct Opened {
    /// The databases.
    pub(crate) store: Store,
    /// True when the copy of the server's rows was damaged: it was set aside and will be pulled again.
    pub(crate) cache_set_aside: bool,
}

impl Store {
    /// Opens or makes both databases in `dir`, encrypted with `key` when there is one.
    ///
    /// # Errors
    /// `database_newer`, or `database_corrupt` for a damaged outbox, which is left as it is.
    pub(crate) fn open(dir: &Path, files: &dyn Files, key: Option<&DataKey>, now_ms: i64) -> Result<Opened> {
        let outbox = open::outbox(&dir.join("outbox.db"), files, key)?;
        let (cache, cache_set_aside) = open::cache(dir, files, key, now_ms)?;
        // A database that was just made is as durable as its name.
        files.sync_dir(dir)?;
        Ok(Opened {
            store: Self {
                outbox: Mutex::new(outbox),
                cache: Mutex::new(cache),
            },
            cache_set_aside,
        })
    }

    /// Removes every row of both databases, so that nothing of it is left in their files either. `begun` stands in the
    /// settings until that is so, and `done` from then on.
    pub(crate) fn erase(&self, begun: &str, done: &str) -> Result<()> {
        // The cache first: whoever holds both takes them in this order.
        let mut cache = lock(&self.cache);
        let mut outbox = lock(&self.outbox);
        for connection in [&mut *cache, &mut *outbox] {
            connection.execute_batch("pragma secure_delete = on; pragma foreign_keys = off;")?;
        }
        transact(&mut cache, |tx| empty(tx))?;
        transact(&mut outbox, |tx| {
            empty(tx)?;
            setting::put(tx, begun, &true)
        })?;
        for connection in [&cache, &outbox] {
            connection.execute_batch("vacuum; pragma wal_checkpoint(truncate); pragma foreign_keys = on;")?;
        }
        transact(&mut outbox, |tx| {
            setting::put(tx, begun, &false)?;
            setting::put(tx, done, &true)
        })
    }

    /// Reads the outbox.
    pub(crate) fn outbox<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        read(&lock(&self.outbox))
    }

    /// Changes the outbox: all of it, durably, or nothing.
    pub(crate) fn write_outbox<T>(&self, change: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        transact(&mut lock(&self.outbox), change)
    }

    /// Reads the copy of the server's rows. It is refused for as long as rows of somebody else cannot be removed from it.
    pub(crate) fn cache<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let cache = self.own_cache()?;
        read(&cache)
    }

    /// Changes the copy of the server's rows: all of it or nothing. Refused as a reading is.
    pub(crate) fn write_cache<T>(&self, change: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        transact(&mut *self.own_cache()?, change)
    }

    /// The copy without what somebody left who is signed in no more.
    fn own_cache(&self) -> Result<MutexGuard<'_, Connection>> {
        let mut cache = lock(&self.cache);
        if self.outbox(forgetting::is_due)? {
            // Durable before that is noted: else they would be back after a power cut, and nobody would know whose they are.
            cache.execute_batch("pragma synchronous = full")?;
            let removed = transact(&mut cache, |tx| forgetting::remove_rows(tx));
            cache.execute_batch("pragma synchronous = normal")?;
            removed?;
            self.write_outbox(|tx| forgetting::end(tx))?;
        }
        Ok(cache)
    }
}

fn empty(connection: &Connection) -> Result<()> {
    let tables: Vec<String> = connection
        .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for table in tables {
        connection.execute(&format!("delete from \"{table}\""), [])?;
    }
    Ok(())
}

/// A panic while the lock was held rolled its transaction back, so the connection is still good.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn transact<T>(connection: &mut Connection, change: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let made = change(&transaction)?;
    transaction.commit()?;
    Ok(made)
}

/// Steps that the engine takes for what is done to a database, however fast the machine is.
#[cfg(test)]
pub(crate) fn steps_of<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<(usize, T)> {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let count_one = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        false
    };
    connection.progress_handler(1, Some(count_one))?;
    let done = work(connection)?;
    connection.progress_handler(1, None::<fn() -> bool>)?;
    Ok((count.load(Ordering::Relaxed), done))
}

/// An empty store for the tests of one table.
#[cfg(test)]
pub(crate) fn for_test() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let opened = Store::open(dir.path(), &crate::ports::DiskFiles, None, 0).unwrap();
    (dir, opened.store)
}
