//! The bare insert loop: the same rows in all the same tables, write-ahead log, `synchronous = FULL`, one commit per
//! push body, prepared statements, and nothing else. No engine on this disk takes these rows faster one push at a time.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::Value;
use sync_server::store::{Database, Store};

use crate::fault::Fault;
use crate::street::work_folder;

/// Rows of one table, in the order of their names.
struct Rows {
    insert: String,
    rows: Vec<Vec<Value>>,
}

/// A copy of a database, to tell what was added since.
pub(crate) struct Mark(tempfile::TempDir);

impl Mark {
    fn path(&self) -> PathBuf {
        self.0.path().join("earlier.db")
    }
}

/// Keeps what is there now.
pub(crate) fn mark(database: &Path) -> Result<Mark, Fault> {
    let mark = Mark(tempfile::tempdir_in(work_folder()?)?);
    let connection = Connection::open(database)?;
    connection.execute("VACUUM INTO ?1", [mark.path().to_string_lossy()])?;
    Ok(mark)
}

fn texts(connection: &Connection, sql: &str, name: &[&str]) -> Result<Vec<String>, Fault> {
    let mut list = connection.prepare(sql)?;
    let found = list.query_map(rusqlite::params_from_iter(name), |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The rows that were added to every table.
pub(crate) struct Added(Vec<Rows>);

/// The rows added since `mark`.
pub(crate) fn added(database: &Path, mark: &Mark) -> Result<Added, Fault> {
    let connection = Connection::open(database)?;
    connection.execute("ATTACH ?1 AS earlier", [mark.path().to_string_lossy()])?;
    let sql = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let tables = texts(&connection, sql, &[])?;
    let tables = tables.iter().map(|name| rows_added(&connection, name));
    Ok(Added(tables.collect::<Result<_, Fault>>()?))
}

fn rows_added(connection: &Connection, table: &str) -> Result<Rows, Fault> {
    let key = "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk";
    let key = texts(connection, key, &[table])?;
    let same: Vec<String> = key.iter().map(|name| format!("old.{name} = new.{name}")).collect();
    let (same, key) = (same.join(" AND "), key.join(", "));
    let mut select = connection.prepare(&format!(
        "SELECT * FROM main.{table} AS new WHERE NOT EXISTS (SELECT 1 FROM earlier.{table} AS old WHERE {same}) ORDER BY {key}"
    ))?;
    let columns = select.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        (0..columns)
            .map(|column| row.get(column))
            .collect::<Result<Vec<Value>, _>>()
    };
    let marks = vec!["?"; columns].join(", ");
    Ok(Rows {
        insert: format!("INSERT INTO {table} VALUES ({marks})"),
        rows: select.query_map([], row)?.collect::<Result<_, _>>()?,
    })
}

impl Added {
    /// Inserts all rows with one commit for each of `pushes` equal parts; returns the seconds it took.
    pub(crate) fn insert(&self, connection: &Connection, pushes: usize) -> Result<f64, Fault> {
        let began = std::time::Instant::now();
        for push in 0..pushes {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            for table in &self.0 {
                let part = |n: usize| table.rows.len() * n / pushes;
                let mut insert = connection.prepare_cached(&table.insert)?;
                for row in &table.rows[part(push)..part(push + 1)] {
                    insert.execute(rusqlite::params_from_iter(row))?;
                }
            }
            connection.execute_batch("COMMIT")?;
        }
        Ok(began.elapsed().as_secs_f64())
    }
}

/// An empty database with the server's own tables, opened as the server opens its own.
pub(crate) fn empty(folder: &Path) -> Result<Connection, Fault> {
    let path = folder.join("bare.db");
    drop(Store::open(&Database::File(path.clone()), 1)?);
    let connection = Connection::open(&path)?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.query_row("PRAGMA journal_mode = WAL", [], |_row| Ok(()))?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000; PRAGMA cache_size = -16000;
         PRAGMA temp_store = MEMORY; DELETE FROM server;",
    )?;
    Ok(connection)
}
