//! What can go wrong inside the device, and the code each becomes at its border.

use std::io;

use domain::protocol::{ErrorCode, Problem, WireError};
use serde_json::json;

/// A failure on its way to the border.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It has its code already.
    #[error("{0:?}")]
    Coded(ErrorCode, serde_json::Value),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A database could not be brought to this version.
    #[error("migration: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    /// A file operation failed.
    #[error("file: {0}")]
    File(#[from] io::Error),
    /// Something stored is not what its type says.
    #[error("stored value: {0}")]
    Stored(#[from] serde_json::Error),
}

/// What inner functions return.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// The code this failure has at the border.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Coded(code, _) => *code,
            Self::Database(fault) => database_code(fault),
            Self::Migration(fault) => migration_code(fault),
            Self::File(fault) => file_code(fault),
            Self::Stored(_) => ErrorCode::DatabaseCorrupt,
        }
    }

    /// Everything wrong with something a person entered.
    #[must_use]
    pub fn invalid(problems: &[Problem]) -> Self {
        Self::Coded(ErrorCode::Invalid, json!({ "problems": problems }))
    }
}

fn database_code(fault: &rusqlite::Error) -> ErrorCode {
    match fault.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => ErrorCode::PhoneFull,
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => ErrorCode::DatabaseCorrupt,
        Some(
            rusqlite::ErrorCode::SystemIoFailure
            | rusqlite::ErrorCode::CannotOpen
            | rusqlite::ErrorCode::ReadOnly
            | rusqlite::ErrorCode::PermissionDenied,
        ) => ErrorCode::PhoneWrite,
        Some(_) | None => ErrorCode::Internal,
    }
}

fn migration_code(fault: &rusqlite_migration::Error) -> ErrorCode {
    use rusqlite_migration::{Error, MigrationDefinitionError};
    if let Error::RusqliteError { err, .. } = fault {
        return database_code(err);
    }
    if matches!(
        fault,
        Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead)
    ) {
        return ErrorCode::DatabaseNewer;
    }
    ErrorCode::Internal
}

fn file_code(fault: &io::Error) -> ErrorCode {
    if matches!(fault.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        ErrorCode::PhoneFull
    } else {
        ErrorCode::PhoneWrite
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self::Coded(code, serde_json::Value::Null)
    }
}

impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        Self::Coded(error.code, error.details)
    }
}

impl From<Failure> for WireError {
    fn from(failure: Failure) -> Self {
        let code = failure.code();
        // Only faults of our own are worth a line; what a person can mend is shown to that person.
        if matches!(
            code,
            ErrorCode::Internal | ErrorCode::DatabaseCorrupt | ErrorCode::PhoneWrite
        ) {
            tracing::error!(?code, "a request of the interface failed");
        }
        match failure {
            Failure::Coded(code, details) => Self { code, details },
            Failure::Database(_) | Failure::Migration(_) | Failure::File(_) | Failure::Stored(_) => Self::from(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_from_a_file_that_cannot_be_written() {
        let full = Failure::from(io::Error::from(io::ErrorKind::StorageFull));
        let denied = Failure::from(io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(full.code(), ErrorCode::PhoneFull);
        assert_eq!(denied.code(), ErrorCode::PhoneWrite);
    }

    #[test]
    fn a_full_database_is_a_full_phone() {
        let fault = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None);
        assert_eq!(WireError::from(Failure::from(fault)).code, ErrorCode::PhoneFull);
    }

    #[test]
    fn every_problem_travels_in_the_details() {
        let problem = Problem {
            field: "text".to_owned(),
            problem: domain::ProblemKind::TooLong,
        };
        let error = WireError::from(Failure::invalid(&[problem]));
        assert_eq!(error.details["problems"][0]["field"], "text");
    }
}
