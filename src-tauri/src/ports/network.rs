//! Which network the machine is on.

use std::sync::Arc;

use device::ports::NetworkSense;
use tauri::plugin::{Builder, TauriPlugin};
use tauri::{AppHandle, Wry};

#[cfg(target_os = "android")]
mod android;

/// On Android, registers the Kotlin class that asks the system; elsewhere there is nothing to ask.
pub(crate) fn plugin() -> TauriPlugin<Wry> {
    Builder::new("network")
        .setup(|_app, _api| {
            #[cfg(target_os = "android")]
            android::register(_app, _api)?;
            Ok(())
        })
        .build()
}

/// The network as Android says; it follows every change.
#[cfg(target_os = "android")]
pub(crate) fn sense(app: &AppHandle) -> Arc<dyn NetworkSense> {
    android::sense(app)
}

/// A computer has a cable or Wi-Fi that nobody pays for by the byte; the setting says otherwise where it is not so.
#[cfg(not(target_os = "android"))]
pub(crate) fn sense(_app: &AppHandle) -> Arc<dyn NetworkSense> {
    use device::ports::{FixedNetwork, Network};
    Arc::new(FixedNetwork(Network::WIFI))
}
