//! The street's server: takes what phones captured, gives each report to exactly one queue, and tells everyone who
//! may know what became of it.

pub mod auth;
pub mod blobs;
pub mod caller;
pub mod clock;
pub mod encoding;
pub mod failure;
pub mod hash;
pub mod intake;
pub mod live;
pub mod office;
pub mod phone;
pub mod pull;
pub mod routes;
pub mod rows;
pub mod server;
pub mod store;
pub mod upload;

pub use failure::{Failure, Outcome};
