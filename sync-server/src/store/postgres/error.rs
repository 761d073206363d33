//! What PostgreSQL answers instead of doing what was asked. Its texts quote values of rows, which are personal data:
//! only the code and the names of table and constraint are kept.

use std::error::Error as _;
use std::fmt;

use ::postgres::Error;
use ::postgres::error::SqlState;
use domain::ErrorCode;

/// An error of PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresError {
    what: What,
    /// Table and constraint, or what went wrong with the connection.
    place: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// The server's own code.
    State(SqlState),
    /// There is no connection (any more).
    Connection,
    /// The program's own mistake, such as a value of the wrong type.
    Usage,
}

/// What is to be done about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Another transaction was in the way: run this one again.
    Again,
    /// The connection is gone: open a new one, and run again if the commit had not been asked for.
    Reconnect,
    /// None.
    Tell,
}

impl PostgresError {
    /// An error while connecting: its text names hosts and users, never passwords or rows.
    pub(super) fn connecting(error: Error) -> Self {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        Self {
            what: error.code().cloned().map_or(What::Connection, What::State),
            place: format!("{error} {cause}").trim_end().to_owned(),
        }
    }

    pub(super) fn usage(place: &str) -> Self {
        Self {
            what: What::Usage,
            place: place.to_owned(),
        }
    }

    pub(super) fn lost() -> Self {
        Self {
            what: What::Connection,
            place: "the connection was lost".to_owned(),
        }
    }

    /// What is told when a transaction ran again and again and always met another one.
    pub(super) fn overtaken() -> Self {
        Self {
            what: What::State(SqlState::T_R_SERIALIZATION_FAILURE),
            place: String::new(),
        }
    }

    pub(super) fn remedy(&self) -> Remedy {
        let state = match &self.what {
            What::State(state) => state,
            What::Connection => return Remedy::Reconnect,
            What::Usage => return Remedy::Tell,
        };
        match state.code().get(..2).unwrap_or_default() {
            "57" if *state == SqlState::QUERY_CANCELED => Remedy::Tell,
            // Lost on the other side, shut down, or not up yet.
            "08" | "57" => Remedy::Reconnect,
            // Could not be put in a row with others, or a deadlock.
            "40" => Remedy::Again,
            // A lock that was not given in time; a row that somebody else made first.
            _ if [SqlState::LOCK_NOT_AVAILABLE, SqlState::UNIQUE_VIOLATION].contains(state) => Remedy::Again,
            _ => Remedy::Tell,
        }
    }

    /// What a caller is told.
    pub(crate) fn code(&self) -> ErrorCode {
        let state = match &self.what {
            What::State(state) => state,
            What::Connection => return ErrorCode::Busy,
            What::Usage => return ErrorCode::Internal,
        };
        let later = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::TOO_MANY_CONNECTIONS,
        ];
        match state.code().get(..2).unwrap_or_default() {
            _ if *state == SqlState::DISK_FULL => ErrorCode::DiskFull,
            _ if later.contains(state) => ErrorCode::Busy,
            "08" | "40" | "57" => ErrorCode::Busy,
            "XX" if *state != SqlState::INTERNAL_ERROR => ErrorCode::DatabaseCorrupt,
            _ => ErrorCode::Internal,
        }
    }
}

impl From<Error> for PostgresError {
    fn from(error: Error) -> Self {
        if let Some(told) = error.as_db_error() {
            let names = [told.table(), told.constraint()];
            return Self {
                what: What::State(told.code().clone()),
                place: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
            };
        }
        let gone = error.is_closed() || error.source().is_some_and(|cause| cause.is::<std::io::Error>());
        Self {
            what: if gone { What::Connection } else { What::Usage },
            place: error.to_string(),
        }
    }
}

impl fmt::Display for PostgresError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::State(state) => write!(f, "{} {}", state.code(), self.place),
            What::Connection | What::Usage => f.write_str(&self.place),
        }
    }
}

impl std::error::Error for PostgresError {}
