//! One row of a result, the same on every engine.

use super::value::FromColumn;
use super::{StoreError, Value, postgres, sqlite};

/// One row of a result; columns are read by name.
pub enum Row<'r> {
    /// Of SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
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
            Self::Sqlite(row) => sqlite::value(row.get_ref(column)?),
            Self::Postgres(row) => postgres::named(row, column),
        };
        value.and_then(T::from_column).ok_or_else(|| unreadable(column))
    }

    /// The first column.
    pub(super) fn first(&self) -> Result<Value, StoreError> {
        let value = match self {
            Self::Sqlite(row) => sqlite::value(row.get_ref(0)?),
            Self::Postgres(row) => postgres::column(row, 0),
        };
        value.ok_or_else(|| unreadable("1"))
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
