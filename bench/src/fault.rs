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
