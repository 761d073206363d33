//! The platform's key store.

use std::sync::Arc;

use device::ports::KeyStore;
use tauri::plugin::{Builder, TauriPlugin};
use tauri::{AppHandle, Wry};

#[cfg(target_os = "android")]
mod android;

/// On Android, registers the Kotlin class that asks the system; elsewhere there is nothing to ask.
pub(crate) fn plugin() -> TauriPlugin<Wry> {
    Builder::new("key-store")
        .setup(|_app, _api| {
            #[cfg(target_os = "android")]
            android::register(_app, _api)?;
            Ok(())
        })
        .build()
}

/// Android's Keystore.
#[cfg(target_os = "android")]
pub(crate) fn store(app: &AppHandle) -> Option<Arc<dyn KeyStore>> {
    Some(android::store(app))
}

/// A computer offers none that is there without somebody signed in to a desktop; the PIN alone keeps the key.
#[cfg(not(target_os = "android"))]
pub(crate) fn store(_app: &AppHandle) -> Option<Arc<dyn KeyStore>> {
    None
}
