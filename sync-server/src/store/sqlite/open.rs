//! How connections are opened: write-ahead log, every commit on the disk before it is answered.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::store::{StoreError, migrate};

/// Above this size the full check of all pages would make every start slow; damage then shows when a page is read.
const CHECKED_BYTES: u64 = 256 * 1024 * 1024;

pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path).map_err(damaged)?;
    prepare(&connection).map_err(damaged)?;
    connection
        .execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000;")
        .map_err(damaged)?;
    if path.metadata().is_ok_and(|file| file.len() <= CHECKED_BYTES) {
        check(&connection)?;
    }
    migrate::sqlite(&mut connection)?;
    Ok(connection)
}

pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(256);
    // A plan does not depend on the values bound to it. Without this, SQLite reads the text of a statement with a bound
    // LIMIT anew each time it is run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_row| Ok(()))?;
    connection.execute_batch("PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;")
}

fn check(connection: &Connection) -> Result<(), StoreError> {
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(damaged)?;
    if found == "ok" {
        Ok(())
    } else {
        Err(StoreError::Corrupt)
    }
}

fn damaged(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => StoreError::Corrupt,
        Some(_) | None => StoreError::Engine(error),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    /// How often SQLite read the text anew when the statement was run three times.
    fn read_anew(connection: &Connection) -> i32 {
        let mut statement = connection.prepare("SELECT 1 FROM sqlite_schema LIMIT $1").unwrap();
        for limit in 1..=3 {
            let found: Result<Vec<i64>, _> = statement.query_map([limit], |row| row.get(0)).unwrap().collect();
            found.unwrap();
        }
        statement.get_status(StatementStatus::RePrepare)
    }

    #[test]
    fn a_statement_with_a_bound_limit_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("xunge.db");
        let writer = writer(&path).unwrap();
        assert_eq!(read_anew(&writer), 0);
        assert_eq!(read_anew(&reader(&path).unwrap()), 0);
        // As SQLite comes, it is.
        assert!(read_anew(&Connection::open(&path).unwrap()) > 0);
    }
}
