//! Reports, visits and notes that are being written.

use device::view::{Draft, DraftEdit, DraftKind, NewDraft, RoutePreview};
use domain::{HouseholdId, PhotoRole, ReportId, Sha256Hex};
use tauri::State;

use super::Answer;
use crate::phone::Phone;

/// Opens a draft; it is on disk before this answers.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn open_draft(
    phone: State<'_, Phone>,
    kind: DraftKind,
    household: Option<HouseholdId>,
    about: Option<ReportId>,
) -> Answer<Draft> {
    let new = NewDraft { kind, household, about };
    phone.ask(move |device| device.open_draft(new)).await
}

/// One draft.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn get_draft(phone: State<'_, Phone>, id: String) -> Answer<Draft> {
    phone.ask(move |device| device.get_draft(&id)).await
}

/// Every draft, newest first.
#[tauri::command]
pub(crate) async fn list_drafts(phone: State<'_, Phone>) -> Answer<Vec<Draft>> {
    phone.ask(|device| device.list_drafts()).await
}

/// Throws a draft away.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn discard_draft(phone: State<'_, Phone>, id: String) -> Answer<()> {
    phone.ask(move |device| device.discard_draft(&id)).await
}

/// Keeps a change.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn save_draft(phone: State<'_, Phone>, draft: DraftEdit) -> Answer<Draft> {
    phone.ask(move |device| device.save_draft(draft)).await
}

/// Takes an uploaded file as a photo of the draft; durable before this answers.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn add_photo(
    phone: State<'_, Phone>,
    draft: String,
    upload: String,
    role: PhotoRole,
) -> Answer<Draft> {
    phone.ask(move |device| device.add_photo(&draft, &upload, role)).await
}

/// Takes what the page drew of a photo that the phone cannot decode; durable before this answers.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn draw_photo(
    phone: State<'_, Phone>,
    draft: String,
    photo: Sha256Hex,
    upload: String,
) -> Answer<Draft> {
    phone
        .ask(move |device| device.draw_photo(&draft, &photo, &upload))
        .await
}

/// Takes a photo away from the draft.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn remove_photo(phone: State<'_, Phone>, draft: String, photo: Sha256Hex) -> Answer<Draft> {
    phone.ask(move |device| device.remove_photo(&draft, &photo)).await
}

/// Where the report would go, by when and why, without any network.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn preview_route(phone: State<'_, Phone>, draft: String) -> Answer<RoutePreview> {
    phone.ask(move |device| device.preview_route(&draft)).await
}
