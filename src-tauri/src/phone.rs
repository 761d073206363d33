//! The device as the app holds it: opened once, or the reason why it could not be.

use std::path::Path;
use std::sync::Arc;

use device::Device;
use device::ports::Ports;
use domain::protocol::{ErrorCode, WireError};

/// The device, or why there is none; then every command answers with that reason and the page shows it.
pub(crate) struct Phone(Result<Arc<Device>, WireError>);

impl Phone {
    /// Opens the device's folder.
    pub(crate) fn open(folder: &Path, ports: Ports) -> Self {
        let opened = Device::open(folder, ports).map(Arc::new);
        if let Err(error) = &opened {
            tracing::error!(code = ?error.code, "the device could not be opened");
        }
        Self(opened)
    }

    /// The device.
    pub(crate) fn device(&self) -> Result<&Arc<Device>, WireError> {
        self.0.as_ref().map_err(Clone::clone)
    }

    /// Asks the device away from the threads that serve the window: databases and pictures take their time.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Device) -> Result<T, WireError> + Send + 'static,
    ) -> Result<T, WireError> {
        let device = Arc::clone(self.device()?);
        let asked = tauri::async_runtime::spawn_blocking(move || question(&device)).await;
        asked.unwrap_or_else(|error| {
            tracing::error!(%error, "a command ended in a panic");
            Err(ErrorCode::Internal.into())
        })
    }
}
