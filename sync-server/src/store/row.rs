//! One row of a result, the same on every engine.

use std::cell::Cell;

use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;

use super::value::FromColumn;
use super::{StoreError, Value, postgres, sqlite};

/// One row of a result; columns are read by name.
pub enum Row<'r> {
    /// Of SQLite, and which column is likely read next.
    Sqlite(&'r rusqlite::Row<'r>, Cell<usize>),
    /// Of PostgreSQL.
    Postgres(&'r ::postgres::Row),
}

impl Row<'_> {
    /// A column as `T`.
    ///
    /// # Errors
    /// [`StoreError::Column`] when there is no such column or it holds something else.
    pub fn get<T: FromColumn>(&self, column: &str) -> Result<T, StoreError> {
        let value = match self {
            Self::Sqlite(row, next) => sqlite::value(sqlite::named(row, next, column)?),
            Self::Postgres(row) => postgres::named(row, column),
        };
        value.and_then(T::from_column).ok_or_else(|| unreadable(column))
    }

    /// A column of text, where it lies; nothing when it is null.
    fn text(&self, column: &str) -> Result<Option<&str>, StoreError> {
        let text = match self {
            Self::Sqlite(row, next) => sqlite::named(row, next, column)?.as_str_or_null().ok(),
            Self::Postgres(row) => row.try_get(column).ok(),
        };
        text.ok_or_else(|| unreadable(column))
    }

    /// The first column.
    pub(super) fn first(&self) -> Result<Value, StoreError> {
        let value = match self {
            Self::Sqlite(row, _) => sqlite::value(row.get_ref(0)?),
            Self::Postgres(row) => postgres::column(row, 0),
        };
        value.ok_or_else(|| unreadable("1"))
    }

    /// A column of JSON text as `T`.
    ///
    /// # Errors
    /// [`StoreError::Column`] or [`StoreError::Json`].
    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let text = self.text(column)?.ok_or_else(|| unreadable(column))?;
        Ok(serde_json::from_str(text)?)
    }

    /// A column that holds an enum's wire name.
    ///
    /// # Errors
    /// [`StoreError::Column`] or [`StoreError::Json`].
    pub fn code<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        self.opt_code(column)?.ok_or_else(|| unreadable(column))
    }

    /// A column that holds an enum's wire name, or null.
    ///
    /// # Errors
    /// [`StoreError::Column`] or [`StoreError::Json`].
    pub fn opt_code<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, StoreError> {
        let code = self.text(column)?.map(StrDeserializer::<serde_json::Error>::new);
        Ok(code.map(T::deserialize).transpose()?)
    }
}

fn unreadable(column: &str) -> StoreError {
    StoreError::Column(column.to_owned())
}
