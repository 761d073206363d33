//! What the device asks of this shell: somebody to tell, and the kind of network.

mod changed;
mod network;
mod notify;

pub(crate) use changed::Page;
pub(crate) use network::{plugin as network_plugin, sense as network_sense};
pub(crate) use notify::Notifications;
