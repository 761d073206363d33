//! Categories, queues and grids.

use device::view::Reference;
use tauri::State;

use super::Answer;
use crate::phone::Phone;

/// Everything the capture screen offers.
#[tauri::command]
pub(crate) async fn get_reference(phone: State<'_, Phone>) -> Answer<Reference> {
    phone.ask(|device| device.get_reference()).await
}

/// Categories for a search by words or pinyin initials, best first.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn search_categories(phone: State<'_, Phone>, query: String) -> Answer<Vec<String>> {
    phone.ask(move |device| device.search_categories(&query)).await
}

/// Categories that a free text may be about, best first.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn suggest_category(phone: State<'_, Phone>, text: String) -> Answer<Vec<String>> {
    phone.ask(move |device| device.suggest_category(&text)).await
}
