//! Which grid a position lies in, and when that is not certain.

mod index;
mod overlap;

use crate::GridId;

pub use index::GridIndex;
pub use overlap::{Overlap, overlaps};

/// A place within this many metres of a border belongs to either side: the worker chooses.
pub const BORDER_M: f64 = 15.0;

/// Where a position lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In this grid, clear of its borders.
    Inside(GridId),
    /// So near a border that either grid may be meant.
    Border {
        /// The grid it lies in, or the nearer one.
        first: GridId,
        /// The nearest other grid.
        second: GridId,
    },
    /// In no grid, and near none.
    Outside,
}

#[cfg(test)]
mod tests;
