//! What the device needs from the outside: files, time, randomness, the network and somebody to tell.
//! Everything behind a trait, so that a test owns all of it.

mod clock;
mod files;
mod ids;
mod key_store;
mod network;
mod notify;
mod transport;

use std::sync::Arc;

pub use clock::{Clock, SystemClock};
pub use files::{DiskFiles, FileEntry, Files};
pub use ids::{Ids, SystemIds};
pub use key_store::KeyStore;
pub use network::{FixedNetwork, Network, NetworkSense};
pub use notify::{Changed, Notice, NoticeKind, Notify, Silent, Topic};
pub use transport::{EventStream, Method, Request, Response, Transport, TransportFault};

use crate::view::Platform;

/// The outside world, as one value.
#[derive(Clone)]
pub struct Ports {
    /// The file system.
    pub files: Arc<dyn Files>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Names and randomness.
    pub ids: Arc<dyn Ids>,
    /// The platform's key store; none where the machine has none, and the PIN alone keeps the key.
    pub key_store: Option<Arc<dyn KeyStore>>,
    /// What the phone knows of its network.
    pub network: Arc<dyn NetworkSense>,
    /// The way to the server.
    pub transport: Arc<dyn Transport>,
    /// Local notifications.
    pub notify: Arc<dyn Notify>,
    /// Who is told that something changed.
    pub changed: Arc<dyn Changed>,
    /// Kind of machine.
    pub platform: Platform,
    /// Version of the app.
    pub app_version: String,
}
