//! Opening: settings, health, version.

use std::path::Path;

use domain::protocol::ErrorCode;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};

use super::cached::CAPACITY;
use super::upgrade;
use crate::failure::{Failure, Result};
use crate::ports::Files;
use crate::rest::DataKey;

const OUTBOX: &[M<'_>] = &[
    M::up(include_str!("migrations/outbox/01.sql")),
    M::up(include_str!("migrations/outbox/02.sql")),
    M::up(include_str!("migrations/outbox/03.sql")),
    M::up(include_str!("migrations/outbox/04.sql")),
    M::up(include_str!("migrations/outbox/05.sql")),
    M::up(include_str!("migrations/outbox/06.sql")),
    M::up(include_str!("migrations/outbox/07.sql")),
    M::up(include_str!("migrations/outbox/08.sql")),
    M::up(include_str!("migrations/outbox/09.sql")),
];
const CACHE: &[M<'_>] = &[
    M::up(include_str!("migrations/cache/01.sql")),
    M::up(include_str!("migrations/cache/02.sql")),
    M::up(include_str!("migrations/cache/03.sql")),
];

/// The migrations of the copy, oldest first.
fn cache_migrations() -> Vec<M<'static>> {
    let packed = M::up_with_hook(include_str!("migrations/cache/04.sql"), upgrade::pack_rows);
    CACHE.iter().cloned().chain([packed]).collect()
}

/// The three files of an SQLite database in WAL mode.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

pub(super) fn outbox(path: &Path, files: &dyn Files, key: Option<&DataKey>) -> Result<Connection> {
    let mut connection = open(path, files, key)?;
    // FULL: what was saved survives a power cut. `fullfsync` is the same promise on Apple's file system.
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma fullfsync = 1;
         pragma checkpoint_fullfsync = 1; pragma foreign_keys = on; pragma busy_timeout = 5000;",
    )?;
    check(&connection)?;
    Migrations::from_slice(OUTBOX).to_latest(&mut connection)?;
    Ok(connection)
}

/// Opens the copy of the server's rows. A damaged one is set aside, never deleted, and begins empty.
pub(super) fn cache(dir: &Path, files: &dyn Files, key: Option<&DataKey>, now_ms: i64) -> Result<(Connection, bool)> {
    match open_cache(&dir.join("cache.db"), files, key) {
        Err(failure) if failure.code() == ErrorCode::DatabaseCorrupt => {
            tracing::warn!("the copy of the server's rows is damaged; it is set aside and pulled again");
            set_aside(dir, files, now_ms)?;
            Ok((open_cache(&dir.join("cache.db"), files, key)?, true))
        }
        opened => Ok((opened?, false)),
    }
}

/// Connects to a database file, encrypted or not.
pub(crate) fn connect(path: &Path, files: &dyn Files) -> Result<Connection> {
    match files.database_layer() {
        Some(layer) => Ok(Connection::open_with_flags_and_vfs(path, OpenFlags::default(), layer)?),
        None => Ok(Connection::open(path)?),
    }
}

fn open(path: &Path, files: &dyn Files, key: Option<&DataKey>) -> Result<Connection> {
    let connection = connect(path, files)?;
    connection.set_prepared_statement_cache_capacity(CAPACITY);
    // Without this, a statement with a bound LIMIT is read anew each time it is run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if let Some(key) = key {
        key.unlock(&connection)?;
    }
    Ok(connection)
}

fn open_cache(path: &Path, files: &dyn Files, key: Option<&DataKey>) -> Result<Connection> {
    let mut connection = open(path, files, key)?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on;
         pragma busy_timeout = 5000;",
    )?;
    check(&connection)?;
    Migrations::new(cache_migrations()).to_latest(&mut connection)?;
    Ok(connection)
}

fn check(connection: &Connection) -> Result<()> {
    let word: String = connection.query_row("pragma quick_check(1)", [], |row| row.get(0))?;
    if word == "ok" {
        Ok(())
    } else {
        Err(Failure::from(ErrorCode::DatabaseCorrupt))
    }
}

/// How the name of a copy begins that was found damaged.
pub(crate) const SET_ASIDE: &str = "cache.db.damaged";

fn set_aside(dir: &Path, files: &dyn Files, now_ms: i64) -> Result<()> {
    for part in PARTS {
        let from = dir.join(format!("cache.db{part}"));
        if files.size(&from).is_some() {
            files.rename(&from, &dir.join(format!("{SET_ASIDE}-{now_ms}{part}")))?;
        }
    }
    files.sync_dir(dir)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use domain::protocol::RowType;

    use super::*;
    use crate::ports::DiskFiles;
    use crate::store::{cursor, member, row};

    #[test]
    fn an_outbox_of_a_newer_version_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.db");
        outbox(&path, &DiskFiles, None)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        assert_eq!(
            outbox(&path, &DiskFiles, None).unwrap_err().code(),
            ErrorCode::DatabaseNewer
        );
        let version: i64 = Connection::open(&path)
            .unwrap()
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, 99);
    }

    #[test]
    fn a_damaged_outbox_is_refused_and_nothing_is_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.db");
        fs::write(&path, vec![7; 8192]).unwrap();
        assert_eq!(
            outbox(&path, &DiskFiles, None).unwrap_err().code(),
            ErrorCode::DatabaseCorrupt
        );
        assert_eq!(fs::read(&path).unwrap(), vec![7; 8192]);
    }

    #[test]
    fn a_page_damaged_inside_the_outbox_is_noticed_at_opening() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.db");
        drop(outbox(&path, &DiskFiles, None).unwrap());
        let mut bytes = fs::read(&path).unwrap();
        let page = 4096;
        bytes[page..page + 64].fill(0xff);
        fs::write(&path, &bytes).unwrap();
        assert_eq!(
            outbox(&path, &DiskFiles, None).unwrap_err().code(),
            ErrorCode::DatabaseCorrupt
        );
    }

    #[test]
    fn a_damaged_cache_is_set_aside_and_begins_empty() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("cache.db"), vec![7; 8192]).unwrap();
        let (connection, set_aside) = cache(dir.path(), &DiskFiles, None, 42).unwrap();
        assert!(set_aside);
        let rows: i64 = connection
            .query_row("select count(*) from row", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 0);
        assert_eq!(fs::read(dir.path().join("cache.db.damaged-42")).unwrap(), vec![7; 8192]);
    }

    #[test]
    fn a_cache_of_a_newer_version_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        cache(dir.path(), &DiskFiles, None, 0)
            .unwrap()
            .0
            .pragma_update(None, "user_version", 99)
            .unwrap();
        assert_eq!(
            cache(dir.path(), &DiskFiles, None, 0).unwrap_err().code(),
            ErrorCode::DatabaseNewer
        );
    }

    #[test]
    fn sound_rows_of_an_older_cache_stay_when_it_is_upgraded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache.db");
        let mut before = open(&path, &DiskFiles, None).unwrap();
        Migrations::from_slice(&CACHE[..2]).to_latest(&mut before).unwrap();
        before
            .execute_batch(
                "insert into row (type, id, rev, data, sum) values
                     ('case', 'c', 7, '{\"reports\":[\"r\"]}', '4d7fd20aee9f98ab'), ('queue', 'q', 7, '{}', 'damaged');
                 insert into member (bucket, type, id, rev) values ('me:u', 'case', 'c', 6), ('ref', 'queue', 'q', 7);
                 insert into cursor (bucket, rev, complete, filling) values ('me:u', 9, 1, 0), ('ref', 9, 1, 1);
                 insert into filling (bucket, type, id, rev, data) values ('ref', 'queue', 'p', 8, '{}');",
            )
            .unwrap();
        drop(before);
        let now = open_cache(&path, &DiskFiles, None).unwrap();
        let cases: Vec<serde_json::Value> = row::all(&now, RowType::Case).unwrap();
        assert_eq!(cases, [serde_json::json!({ "reports": ["r"] })]);
        assert!(row::case_of_report::<serde_json::Value>(&now, "r").unwrap().is_some());
        assert!(row::all::<serde_json::Value>(&now, RowType::Queue).unwrap().is_empty());
        let sound = member::sound_members(&now, &"me:u".into()).unwrap();
        assert_eq!(sound, [(RowType::Case, "c".to_owned(), 6)]);
        let cursors = cursor::all(&now).unwrap();
        assert_eq!(
            cursors.into_keys().collect::<Vec<_>>(),
            ["me:u".into()],
            "the half-made copy begins again"
        );
    }
}
