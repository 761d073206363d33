//! Files on their way from the page into the device, in base64 pieces of at most 1 MB.

use tauri::State;

use super::Answer;
use crate::phone::Phone;

/// Begins an upload and names it.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn begin_upload(phone: State<'_, Phone>, name: String, size: u64) -> Answer<String> {
    phone.ask(move |device| device.begin_upload(&name, size)).await
}

/// Appends a piece at `offset` and gives the new offset.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn append_upload(phone: State<'_, Phone>, upload: String, offset: u64, base64: String) -> Answer<u64> {
    phone
        .ask(move |device| device.append_upload(&upload, offset, &base64))
        .await
}
