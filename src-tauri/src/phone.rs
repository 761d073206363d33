//! The phone as the app holds it: behind its lock.

use std::path::Path;
use std::sync::Arc;

use device::ports::Ports;
use device::{Device, Lock, PinCost};
use domain::protocol::{ErrorCode, WireError};

/// The lock and the device behind it. While it is locked, or there is no device, every command but those of the lock
/// answers with the reason and the page shows it.
pub(crate) struct Phone(Arc<Lock>);

impl Phone {
    /// Opens the phone's folder.
    pub(crate) fn open(folder: &Path, ports: Ports) -> Self {
        Self(Arc::new(Lock::open(folder, ports, PinCost::PHONE)))
    }

    /// The lock.
    pub(crate) fn lock(&self) -> &Arc<Lock> {
        &self.0
    }

    /// The device, for what a person asks.
    pub(crate) fn device(&self) -> Result<Arc<Device>, WireError> {
        self.0.device()
    }

    /// Asks the device away from the threads that serve the window: databases and pictures take their time.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Device) -> Result<T, WireError> + Send + 'static,
    ) -> Result<T, WireError> {
        let device = self.device()?;
        apart(move || question(&device)).await
    }

    /// Asks the lock, away from those threads too: a PIN is slow by intent.
    pub(crate) async fn ask_lock<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Lock) -> Result<T, WireError> + Send + 'static,
    ) -> Result<T, WireError> {
        let lock = Arc::clone(&self.0);
        apart(move || question(&lock)).await
    }
}

async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WireError> + Send + 'static,
) -> Result<T, WireError> {
    let asked = tauri::async_runtime::spawn_blocking(work).await;
    asked.unwrap_or_else(|error| {
        tracing::error!(%error, "a command ended in a panic");
        Err(ErrorCode::Internal.into())
    })
}
