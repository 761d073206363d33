//! What syncing costs: in, out, seen and stored. Each part is a group of its own, `sync.push` and so on.

pub(crate) mod first;
pub(crate) mod idle;
pub(crate) mod office;
pub(crate) mod photos;
pub(crate) mod postgres;
pub(crate) mod pull;
pub(crate) mod rows;
pub(crate) mod whole;

/// A runtime for clients, on this thread alone.
pub(crate) fn clients() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
