//! What is waiting, and sending it now.

use device::ports::DiskFiles;
use device::view::{BundleView, SyncView};
use domain::protocol::ErrorCode;
use tauri::{AppHandle, Manager as _, State};

use super::Answer;
use crate::phone::Phone;

/// The sync sheet.
#[tauri::command]
pub(crate) async fn get_sync(phone: State<'_, Phone>) -> Answer<SyncView> {
    phone.ask(|device| device.get_sync()).await
}

/// Tries at once, whatever the waiting time.
#[tauri::command]
pub(crate) async fn sync_now(phone: State<'_, Phone>) -> Answer<SyncView> {
    phone.ask(|device| device.sync_now()).await
}

/// Writes everything unsent into a sealed file among the downloads, for somebody to carry to the office.
#[tauri::command]
pub(crate) async fn export_bundle(app: AppHandle, phone: State<'_, Phone>) -> Answer<BundleView> {
    let folder = app.path().download_dir().or_else(|_none| app.path().app_data_dir());
    let folder = folder.map_err(|_none| ErrorCode::PhoneWrite)?;
    phone.ask(move |device| device.export_bundle(&folder, &DiskFiles)).await
}
