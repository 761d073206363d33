//! Writing things down: drafts first, kept on every change, then one durable record with its entry in the outbox.

mod draft;
mod household;
mod note;
mod place;
mod record;
mod refused;
mod report;
mod route;
mod visit;

pub(crate) use draft::{belongs, is_written};
pub use household::NewValues;
pub(crate) use note::WITHDRAW_MS;
pub(crate) use report::URGENT;
