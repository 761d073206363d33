//! The bare insert loop: the same rows in all the same tables, write-ahead log, `synchronous = FULL`, one commit per
//! push body, prepared statements, and nothing else. No engine on this disk takes these rows faster one push at a time.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;
use sync_server::store::{Database, Store};

use crate::fault::Fault;

/// Rows of one table, in the order in which the server wrote them.
struct Rows {
    insert: String,
    rows: Vec<Vec<Value>>,
}

/// Where every table of a database ends.
pub(crate) struct Mark(Vec<(String, i64)>);

/// Notes where every table ends now.
pub(crate) fn mark(database: &Path) -> Result<Mark, Fault> {
    let connection = Connection::open(database)?;
    let names = tables(&connection)?;
    let ends = names.into_iter().map(|name| {
        let sql = format!("SELECT COALESCE(MAX(rowid), 0) FROM {name}");
        let end = connection.query_row(&sql, [], |row| row.get(0))?;
        Ok((name, end))
    });
    Ok(Mark(ends.collect::<Result<_, Fault>>()?))
}

fn tables(connection: &Connection) -> Result<Vec<String>, Fault> {
    let mut list =
        connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")?;
    Ok(list.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The rows that were added to every table.
pub(crate) struct Added(Vec<Rows>);

/// The rows added since `mark`.
pub(crate) fn added(database: &Path, mark: &Mark) -> Result<Added, Fault> {
    let connection = Connection::open(database)?;
    let tables = mark.0.iter().map(|(name, end)| rows_after(&connection, name, *end));
    Ok(Added(tables.collect::<Result<_, Fault>>()?))
}

fn rows_after(connection: &Connection, table: &str, end: i64) -> Result<Rows, Fault> {
    let mut select = connection.prepare(&format!("SELECT * FROM {table} WHERE rowid > {end} ORDER BY rowid"))?;
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
