//! Android's Keystore, through `KeyStorePlugin.kt`.

use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use device::ports::KeyStore;
use serde::{Deserialize, Serialize};
use tauri::plugin::mobile::PluginInvokeError;
use tauri::plugin::{PluginApi, PluginHandle};
use tauri::{AppHandle, Manager as _, Wry};

/// Bytes in base64, in both directions.
#[derive(Debug, Serialize, Deserialize)]
struct Bytes {
    bytes: String,
}

#[derive(Clone)]
struct Kotlin(PluginHandle<Wry>);

/// Registers the Kotlin class.
pub(super) fn register(app: &AppHandle, api: PluginApi<Wry, ()>) -> Result<(), PluginInvokeError> {
    app.manage(Kotlin(
        api.register_android_plugin("app.xunge.field", "KeyStorePlugin")?,
    ));
    Ok(())
}

/// The store that [`register`] reaches.
pub(super) fn store(app: &AppHandle) -> Arc<dyn KeyStore> {
    Arc::new(app.state::<Kotlin>().inner().clone())
}

impl Kotlin {
    fn ask(&self, command: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let question = Bytes {
            bytes: STANDARD.encode(bytes),
        };
        let answer: Bytes = self.0.run_mobile_plugin(command, question).map_err(io::Error::other)?;
        STANDARD.decode(answer.bytes).map_err(io::Error::other)
    }
}

impl KeyStore for Kotlin {
    fn wrap(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        self.ask("wrap", bytes)
    }

    fn unwrap(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        self.ask("unwrap", bytes)
    }

    fn destroy(&self) -> io::Result<()> {
        self.0.run_mobile_plugin::<()>("destroy", ()).map_err(io::Error::other)
    }
}
