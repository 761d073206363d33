//! Reports.

use device::ports::DiskFiles;
use device::view::{ReportSummary, ReportView};
use domain::ReportId;
use domain::protocol::{ErrorCode, WireError};
use tauri::{AppHandle, Manager as _, State};

use super::Answer;
use crate::phone::Phone;

/// Makes a report of a draft.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn save_report(phone: State<'_, Phone>, draft: String) -> Answer<ReportView> {
    phone.ask(move |device| device.save_report(&draft)).await
}

/// Every report this phone may see, newest first.
#[tauri::command]
pub(crate) async fn list_reports(phone: State<'_, Phone>) -> Answer<Vec<ReportSummary>> {
    phone.ask(|device| device.list_reports()).await
}

/// One report with its photos and its case's progress.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn get_report(phone: State<'_, Phone>, id: ReportId) -> Answer<ReportView> {
    phone.ask(move |device| device.get_report(id)).await
}

/// Makes a note on a report of a draft.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn save_note(phone: State<'_, Phone>, draft: String) -> Answer<()> {
    phone.ask(move |device| device.save_note(&draft)).await
}

/// Takes a report back, within ten minutes of its capture.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn withdraw_report(phone: State<'_, Phone>, report: ReportId, reason: String) -> Answer<ReportView> {
    phone.ask(move |device| device.withdraw_report(report, &reason)).await
}

/// Writes what the server confirmed of an own report into the folder for downloads; returns where it is.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn export_report(app: AppHandle, phone: State<'_, Phone>, report: ReportId) -> Answer<String> {
    let known = app.path();
    let folder = known.download_dir().or_else(|_none| known.document_dir());
    let folder = folder.map_err(|error| {
        tracing::error!(%error, "there is no folder for downloads");
        WireError::from(ErrorCode::PhoneWrite)
    })?;
    let file = phone
        .ask(move |device| device.export_report(report, &folder, &DiskFiles))
        .await?;
    Ok(file.display().to_string())
}
