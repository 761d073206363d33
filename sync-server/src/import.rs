//! Files that bring a street its grids, base map and households. Read whole before anything is written: a file with
//! problems changes nothing, and every problem is named at once.

pub mod basemap;
pub mod grids;
pub mod households;
mod problem;

pub use problem::{ImportCode, ImportProblem};

/// What an import did, or would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Rows that were not there before.
    pub new: usize,
    /// Rows that were there and were written again.
    pub again: usize,
}

/// Why an import changed nothing.
#[derive(Debug)]
pub enum Refused {
    /// The file has these problems.
    File(Vec<ImportProblem>),
    /// The server failed.
    Server(crate::Failure),
}

impl From<crate::Failure> for Refused {
    fn from(failure: crate::Failure) -> Self {
        Self::Server(failure)
    }
}
