//! What is waiting, and sending it now.

use device::view::SyncView;
use tauri::State;

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
