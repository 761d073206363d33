//! Where the database is: a file, or a PostgreSQL server.

use std::fmt;
use std::path::PathBuf;

use super::postgres::Url;

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of SQLite; it is made where it is missing.
    File(PathBuf),
    /// A database of PostgreSQL.
    Postgres(Url),
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}
