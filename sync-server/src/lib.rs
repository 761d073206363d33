//! The street's server: takes what phones captured, gives each report to exactly one queue, and tells everyone who
//! may know what became of it.

pub mod blobs;
pub mod clock;
pub mod failure;
pub mod hash;
pub mod live;
pub mod store;

pub use failure::{Failure, Outcome};
