//! SQLite: one file, one writer with group commit, several readers. The default.

mod open;
mod readers;
mod writer;

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement};
use tokio::sync::broadcast;

use super::queue::Queue;
use super::waiting::Rows;
use super::{Row, StoreError, Tx, Value};
use crate::live::Poke;
use crate::{Failure, Outcome};

/// The connections to one file.
#[derive(Clone)]
pub(super) struct Sqlite {
    pub(super) writer: Queue,
    readers: Arc<readers::Readers>,
}

impl Sqlite {
    pub(super) fn open(path: &Path, readers: usize, pokes: broadcast::Sender<Poke>) -> Result<Self, StoreError> {
        let connection = open::writer(path)?;
        let readers = Arc::new(readers::Readers::open(path, readers)?);
        let writer = writer::start(connection, pokes)?;
        Ok(Self { writer, readers })
    }

    pub(super) async fn read<T, F>(&self, work: F) -> Outcome<T>
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

    pub(super) fn read_blocking<T>(&self, work: impl FnOnce(&Tx<'_>) -> Outcome<T>) -> Outcome<T> {
        self.readers.read(work)
    }
}

pub(super) fn execute(connection: &Connection, sql: &str, args: &[Value]) -> Result<usize, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, args)?;
    Ok(statement.raw_execute()?)
}

/// Inserts rows.
pub(super) fn insert(connection: &Connection, waited: &Rows) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(waited.insert)?;
    for row in &waited.rows {
        bind(&mut statement, row)?;
        statement.raw_execute()?;
    }
    Ok(())
}

/// Hands over rows until `take` says that it has enough.
pub(super) fn rows(
    connection: &Connection,
    sql: &str,
    args: &[Value],
    mut take: impl FnMut(&Row<'_>) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, args)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        if !take(&Row::Sqlite(row, Cell::default()))? {
            break;
        }
    }
    Ok(())
}

/// Binds by the number in the parameter's name, because SQLite itself numbers `$n` by first appearance.
fn bind(statement: &mut Statement<'_>, args: &[Value]) -> Result<(), StoreError> {
    for place in 1..=statement.parameter_count() {
        let named = statement
            .parameter_name(place)
            .and_then(|name| name[1..].parse::<usize>().ok());
        let value = named
            .and_then(|number| args.get(number.checked_sub(1)?))
            .ok_or(StoreError::Parameter)?;
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A column by its name. Most are read in the order of the statement: the one after the last is tried first, because looking
/// through all names takes longer than reading the value.
pub(super) fn named<'r>(
    row: &'r rusqlite::Row<'_>,
    next: &Cell<usize>,
    name: &str,
) -> Result<ValueRef<'r>, rusqlite::Error> {
    let statement = row.as_ref();
    let place = match statement.column_name(next.get()) {
        Ok(likely) if likely == name => next.get(),
        Ok(_) | Err(_) => statement.column_index(name)?,
    };
    next.set(place + 1);
    row.get_ref(place)
}

/// A column's value.
pub(super) fn value(found: ValueRef<'_>) -> Option<Value> {
    Some(match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(std::str::from_utf8(text).ok()?.to_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    })
}
