//! A simulated disk on one clock of calls, under SQLite and under the device's own files alike, whose power can be cut
//! at any call. What was synced survives; of the rest, what chance decides.

mod disk;
mod files;
pub(crate) mod layer;
pub mod phone;

pub use disk::{Disk, Lie};
pub use files::CrashFiles;
pub use layer::Layer;
