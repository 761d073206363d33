//! Everything the phone does that is not Tauri: it captures reports and visits, keeps them safe, and brings them
//! to the street's server when there is a network.

mod capture;
mod carry;
mod device;
mod evidence;
mod failure;
mod fetched;
mod front;
mod let_go;
mod lock;
mod map;
mod photos;
pub mod ports;
mod read;
mod rest;
mod session;
mod store;
mod sync;
mod uploads;
pub mod view;
pub mod words;

#[cfg(test)]
mod doors;
#[cfg(test)]
mod test_support;

pub use capture::NewValues;
pub use device::Device;
pub use lock::Lock;
pub use rest::{DataKey, PinCost};
pub use store::packed::unpack as row_text;
pub use sync::{HttpTransport, packing};
