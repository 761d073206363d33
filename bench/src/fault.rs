//! Why a benchmark could not be taken.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// A reason to stop, for the person at the terminal.
#[derive(Debug)]
pub(crate) enum Fault {
    /// No such group of measures.
    UnknownGroup(String),
    /// `XUNGE_DATA` is not set, or lacks this photo.
    NoMaterial(PathBuf),
    /// A file or a process failed.
    Io(io::Error),
    /// A measured program ended badly.
    Program(String, ExitStatus),
    /// The kernel's account of processor time could not be read.
    NoCpuTime,
    /// The pipeline refused the photo.
    Photo(domain::ErrorCode),
    /// The measured server failed.
    Server(sync_server::Failure),
    /// The measured phone failed.
    Phone(domain::ErrorCode),
    /// The database could not be read or written.
    Database(rusqlite::Error),
    /// PostgreSQL refused.
    Postgres(postgres::Error),
    /// The server answered with another status than success.
    Answer(u16, String),
    /// So many mutations of a push were not applied.
    NotApplied(usize),
    /// The measuring side itself broke.
    Client,
    /// Something took longer than any useful answer.
    TooSlow,
    /// Wrong arguments for the measured part of this program.
    Arguments,
    /// The results could not be written as JSON.
    Json(serde_json::Error),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownGroup(name) => write!(f, "there is no group of measures named {name}"),
            Self::NoMaterial(path) => write!(f, "XUNGE_DATA holds no {}", path.display()),
            Self::Io(error) => error.fmt(f),
            Self::Program(name, status) => write!(f, "{name} ended with {status}"),
            Self::NoCpuTime => write!(f, "/proc/self/stat could not be read"),
            Self::Photo(code) => write!(f, "the photo was refused: {code:?}"),
            Self::Server(failure) => write!(f, "the server failed: {failure:?}"),
            Self::Phone(code) => write!(f, "the phone failed: {code:?}"),
            Self::Database(error) => error.fmt(f),
            Self::Postgres(error) => error.fmt(f),
            Self::Answer(status, body) => write!(f, "the server answered {status}: {body}"),
            Self::NotApplied(count) => write!(f, "{count} mutations of a push were not applied"),
            Self::Client => write!(f, "the measuring side broke"),
            Self::TooSlow => write!(f, "it took too long"),
            Self::Arguments => write!(f, "expected: input, count, output folder"),
            Self::Json(error) => error.fmt(f),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<postgres::Error> for Fault {
    fn from(error: postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<sync_server::Failure> for Fault {
    fn from(failure: sync_server::Failure) -> Self {
        Self::Server(failure)
    }
}

impl From<sync_server::store::StoreError> for Fault {
    fn from(error: sync_server::store::StoreError) -> Self {
        Self::Server(error.into())
    }
}

impl From<domain::protocol::WireError> for Fault {
    fn from(error: domain::protocol::WireError) -> Self {
        Self::Phone(error.code)
    }
}
