//! Statements by their text, which SQLite reads once per connection. The sync loop asks a dozen questions before each
//! step; reading their text took longer than answering them.

use rusqlite::{Connection, Params, Result, Row};

/// Different statements of one database, and some room.
pub(super) const CAPACITY: usize = 128;

/// Runs statements that are kept prepared.
pub(super) trait Cached {
    /// Changes rows and says how many.
    ///
    /// # Errors
    /// SQLite's.
    fn run(&self, sql: &str, params: impl Params) -> Result<usize>;

    /// Reads one row.
    ///
    /// # Errors
    /// SQLite's; `QueryReturnedNoRows` when there is none.
    fn one<T>(&self, sql: &str, params: impl Params, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<T>;
}

impl Cached for Connection {
    fn run(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare_cached(sql)?.execute(params)
    }

    fn one<T>(&self, sql: &str, params: impl Params, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<T> {
        self.prepare_cached(sql)?.query_row(params, read)
    }
}
