//! What needs the worker today.

use device::view::Today;
use tauri::State;

use super::Answer;
use crate::phone::Phone;

/// What needs the worker, most pressing first.
#[tauri::command]
pub(crate) async fn get_today(phone: State<'_, Phone>) -> Answer<Today> {
    phone.ask(|device| device.get_today()).await
}
