//! Records the server refused.

use device::view::{Draft, RefusedView};
use domain::MutationId;
use tauri::State;

use super::Answer;
use crate::phone::Phone;

/// A refused record.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn get_refused(phone: State<'_, Phone>, mutation: MutationId) -> Answer<RefusedView> {
    phone.ask(move |device| device.get_refused(mutation)).await
}

/// Opens a draft with everything a refused record holds.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn revise_refused(phone: State<'_, Phone>, mutation: MutationId) -> Answer<Draft> {
    phone.ask(move |device| device.revise_refused(mutation)).await
}

/// Gives a refused record up.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn dismiss_refused(phone: State<'_, Phone>, mutation: MutationId) -> Answer<()> {
    phone.ask(move |device| device.dismiss_refused(mutation)).await
}
