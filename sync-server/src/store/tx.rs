//! The narrow transaction: everything SQL goes through here, so that a second engine needs no rewrite.

use rusqlite::types::{ToSqlOutput, ValueRef};

use super::StoreError;
use super::value::{FromColumn, Value};
use crate::Outcome;

/// One open transaction (or read snapshot).
///
/// SQL is written in the dialect SQLite and PostgreSQL share, with `$1`, `$2`, … as parameters.
pub struct Tx<'c> {
    conn: &'c rusqlite::Connection,
    pokes: std::cell::RefCell<Vec<crate::live::Poke>>,
}

impl<'c> Tx<'c> {
    pub(super) fn new(conn: &'c rusqlite::Connection) -> Self {
        Self {
            conn,
            pokes: std::cell::RefCell::default(),
        }
    }

    /// Runs a statement; returns how many rows it touched.
    ///
    /// # Errors
    /// What the engine reports, such as a broken constraint or a full disk.
    pub fn execute(&self, sql: &str, args: &[Value]) -> Result<usize, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        bind(&mut statement, args)?;
        Ok(statement.raw_execute()?)
    }

    /// Every row of a query, each read by `read`.
    ///
    /// # Errors
    /// What the engine or `read` reports.
    pub fn query<T>(
        &self,
        sql: &str,
        args: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        bind(&mut statement, args)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(&Row(row))?);
        }
        Ok(found)
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// What the engine or `read` reports.
    pub fn query_opt<T>(
        &self,
        sql: &str,
        args: &[Value],
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        bind(&mut statement, args)?;
        let mut rows = statement.raw_query();
        let first = match rows.next()? {
            Some(row) => Some(read(&Row(row))?),
            None => None,
        };
        Ok(first)
    }

    /// One number, such as a count; 0 when there is no row or it is null.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn number(&self, sql: &str, args: &[Value]) -> Result<i64, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        bind(&mut statement, args)?;
        let mut rows = statement.raw_query();
        match rows.next()? {
            Some(row) => Ok(row.get::<_, Option<i64>>(0)?.unwrap_or(0)),
            None => Ok(0),
        }
    }

    /// Runs `work` so that an error inside it undoes what it wrote, and nothing else.
    ///
    /// # Errors
    /// The error of `work`, after the roll-back; or what the engine reports.
    pub fn savepoint<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let pokes = self.pokes.borrow().len();
        self.conn.execute_batch("SAVEPOINT part").map_err(StoreError::from)?;
        match work() {
            Ok(done) => {
                self.conn.execute_batch("RELEASE part").map_err(StoreError::from)?;
                Ok(done)
            }
            Err(failure) => {
                self.pokes.borrow_mut().truncate(pokes);
                // A full disk may have ended the whole transaction; then there is nothing left to undo here.
                if !self.conn.is_autocommit() {
                    self.conn
                        .execute_batch("ROLLBACK TO part; RELEASE part")
                        .map_err(StoreError::from)?;
                }
                Err(failure)
            }
        }
    }

    /// Notes that a bucket reached a revision; whoever watches it is poked after the commit.
    pub(crate) fn poke(&self, poke: crate::live::Poke) {
        self.pokes.borrow_mut().push(poke);
    }

    pub(super) fn take_pokes(&self) -> Vec<crate::live::Poke> {
        self.pokes.take()
    }
}

/// Binds by the number in the parameter's name, because SQLite itself numbers `$n` by first appearance.
fn bind(statement: &mut rusqlite::Statement<'_>, args: &[Value]) -> Result<(), StoreError> {
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

/// One row of a result; columns are read by name.
pub struct Row<'r>(&'r rusqlite::Row<'r>);

impl Row<'_> {
    /// A column as `T`.
    ///
    /// # Errors
    /// [`StoreError::Column`] when there is no such column or it holds something else.
    pub fn get<T: FromColumn>(&self, column: &str) -> Result<T, StoreError> {
        let value = match self.0.get_ref(column)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Int(number),
            ValueRef::Real(number) => Value::Real(number),
            ValueRef::Text(text) => Value::Text(
                std::str::from_utf8(text)
                    .map_err(|_utf8| unreadable(column))?
                    .to_owned(),
            ),
            ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        };
        T::from_column(value).ok_or_else(|| unreadable(column))
    }

    /// A column of JSON text as `T`.
    ///
    /// # Errors
    /// [`StoreError::Column`] or [`StoreError::Json`].
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        Ok(serde_json::from_str(&self.get::<String>(column)?)?)
    }

    /// A column that holds an enum's wire name.
    ///
    /// # Errors
    /// [`StoreError::Column`] or [`StoreError::Json`].
    pub fn code<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        Ok(serde_json::from_value(serde_json::Value::String(self.get(column)?))?)
    }

    /// A column that holds an enum's wire name, or null.
    ///
    /// # Errors
    /// [`StoreError::Column`] or [`StoreError::Json`].
    pub fn opt_code<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<Option<T>, StoreError> {
        match self.get::<Option<String>>(column)? {
            Some(code) => Ok(Some(serde_json::from_value(serde_json::Value::String(code))?)),
            None => Ok(None),
        }
    }
}

fn unreadable(column: &str) -> StoreError {
    StoreError::Column(column.to_owned())
}
