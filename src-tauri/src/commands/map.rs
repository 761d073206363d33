//! The map, what is kept on disk, and where the phone is.

use device::view::{MapView, StorageView};
use domain::PlaceClaim;
use tauri::{AppHandle, State};

use super::Answer;
use crate::phone::Phone;
use crate::position;

/// What the map shows.
#[tauri::command]
pub(crate) async fn get_map(phone: State<'_, Phone>) -> Answer<MapView> {
    phone.ask(|device| device.get_map()).await
}

/// Takes an uploaded PMTiles archive as the base map.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn import_map(phone: State<'_, Phone>, upload: String) -> Answer<MapView> {
    phone.ask(move |device| device.import_map(&upload)).await
}

/// What the app keeps on disk.
#[tauri::command]
pub(crate) async fn get_storage(phone: State<'_, Phone>) -> Answer<StorageView> {
    phone.ask(|device| device.get_storage()).await
}

/// Where the phone is; nothing when it does not know.
#[tauri::command]
pub(crate) async fn get_position(app: AppHandle) -> Answer<Option<PlaceClaim>> {
    Ok(position::position(app).await)
}
