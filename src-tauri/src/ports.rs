//! What the device asks of this shell: somebody to tell, and the kind of network.

mod changed;
mod key_store;
mod network;
mod notify;

pub(crate) use changed::Page;
pub(crate) use key_store::{plugin as key_store_plugin, store as key_store};
pub(crate) use network::{plugin as network_plugin, sense as network_sense};
pub(crate) use notify::Notifications;
