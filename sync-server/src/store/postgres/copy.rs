//! Fills an empty database with everything a file of SQLite holds, in one transaction, and reads it back.

use std::io::Write as _;

use ::postgres::fallible_iterator::FallibleIterator as _;
use domain::Epoch;
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::connect::Url;
use super::error::PostgresError;
use super::session::Session;
use super::{column, migrate, value};
use crate::store::{StoreError, Tx, Value, sqlite};

/// A photo file that is not taken along: its street and its name.
pub type Missing = (String, String);

/// A table, its columns, and what was counted in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
    /// Sum of the rows' hashes: the same rows give the same sum, in whatever order.
    digest: u128,
}

/// Copies every table, compares both sides, and begins a new epoch, so that every phone offers again what it keeps. The
/// files in `missing` are forgotten, so that phones which hold them send them again.
///
/// # Errors
/// [`StoreError::NotEmpty`], [`StoreError::NotEqual`], or what either engine reports; then the target is as it was.
pub fn copy_all(from: &Connection, to: &Url, epoch: Epoch, missing: &[Missing]) -> Result<Vec<Copied>, StoreError> {
    let session = Session::connect(to)?;
    migrate::to_latest(&session)?;
    session.begin("BEGIN")?;
    let tx = Tx::postgres(&session, true);
    let mut copied = Vec::new();
    for (table, columns) in tables(from)? {
        if table == "server" {
            // A server that was started here has left its epoch, which nobody has seen.
            tx.execute("DELETE FROM server", &[])?;
        } else if tx.number(&format!("SELECT COUNT(*) FROM {table}"), &[])? > 0 {
            return Err(StoreError::NotEmpty);
        }
        let sent = send(from, &session, &table, &columns)?;
        if sent != read_back(&session, &table, &columns)? {
            return Err(StoreError::NotEqual(table));
        }
        copied.push(sent);
    }
    for (street, sha256) in missing {
        let sql = "DELETE FROM blobs WHERE street_id = $1 AND sha256 = $2";
        tx.execute(sql, &[street.as_str().into(), sha256.as_str().into()])?;
    }
    tx.execute("UPDATE server SET value = $1 WHERE name = 'epoch'", &[epoch.into()])?;
    // No copy of this database exists anywhere yet.
    tx.execute("UPDATE streets SET durable_rev = NULL", &[])?;
    session.commit()?;
    Ok(copied)
}

fn tables(from: &Connection) -> Result<Vec<(String, Vec<String>)>, StoreError> {
    let tx = Tx::sqlite(from);
    let sql =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let names = tx.query(sql, &[], |row| row.get::<String>("name"))?;
    let with_columns = names.into_iter().map(|table| {
        let sql = "SELECT name FROM pragma_table_info($1) ORDER BY cid";
        let columns = tx.query(sql, &[table.as_str().into()], |row| {
            Ok(format!("\"{}\"", row.get::<String>("name")?))
        })?;
        Ok((table, columns))
    });
    with_columns.collect()
}

fn send(from: &Connection, session: &Session, table: &str, columns: &[String]) -> Result<Copied, StoreError> {
    let list = columns.join(", ");
    let mut copied = Copied::none(table);
    let mut statement = from.prepare(&format!("SELECT {list} FROM {table}"))?;
    let mut rows = statement.query([])?;
    let mut client = session.client();
    let mut writer = client
        .copy_in(&format!("COPY {table} ({list}) FROM STDIN"))
        .map_err(PostgresError::from)?;
    while let Some(row) = rows.next()? {
        let line = line(columns.len(), |place| sqlite::value(row.get_ref(place).ok()?))?;
        copied.add(&line);
        writer.write_all(&line)?;
    }
    writer.finish().map_err(PostgresError::from)?;
    Ok(copied)
}

fn read_back(session: &Session, table: &str, columns: &[String]) -> Result<Copied, StoreError> {
    let sql = format!("SELECT {} FROM {table}", columns.join(", "));
    let mut client = session.client();
    let none: [&str; 0] = [];
    let mut rows = client.query_raw(&sql, none).map_err(PostgresError::from)?;
    let mut copied = Copied::none(table);
    while let Some(row) = rows.next().map_err(PostgresError::from)? {
        copied.add(&line(columns.len(), |place| column(&row, place))?);
    }
    Ok(copied)
}

impl Copied {
    fn none(table: &str) -> Self {
        Self {
            table: table.to_owned(),
            rows: 0,
            digest: 0,
        }
    }

    fn add(&mut self, line: &[u8]) {
        let hash: [u8; 32] = Sha256::digest(line).into();
        let half = hash.first_chunk().copied().unwrap_or_default();
        self.rows += 1;
        self.digest = self.digest.wrapping_add(u128::from_be_bytes(half));
    }
}

/// A row as a line of PostgreSQL's COPY.
fn line(columns: usize, value: impl Fn(usize) -> Option<Value>) -> Result<Vec<u8>, StoreError> {
    let mut line = Vec::new();
    for place in 0..columns {
        if place > 0 {
            line.push(b'\t');
        }
        match value(place).ok_or_else(|| StoreError::Column(place.to_string()))? {
            Value::Null => line.extend_from_slice(b"\\N"),
            Value::Int(number) => line.extend_from_slice(number.to_string().as_bytes()),
            Value::Real(number) => line.extend_from_slice(format!("{number:?}").as_bytes()),
            Value::Text(text) => line.extend(value::storable(&text).bytes().flat_map(escaped)),
            Value::Bytes(bytes) => line.extend_from_slice(format!("\\\\x{}", crate::hash::hex(bytes)).as_bytes()),
        }
    }
    line.push(b'\n');
    Ok(line)
}

fn escaped(byte: u8) -> impl Iterator<Item = u8> {
    let letter = match byte {
        b'\\' => Some(b'\\'),
        b'\t' => Some(b't'),
        b'\n' => Some(b'n'),
        b'\r' => Some(b'r'),
        _ => None,
    };
    let (first, second) = letter.map_or((byte, None), |letter| (b'\\', Some(letter)));
    std::iter::once(first).chain(second)
}
