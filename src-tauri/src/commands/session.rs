//! Whose phone it is, and how the app is set.

use device::view::{EnrolRequestView, EnrolmentQr, Session, Settings};
use tauri::{AppHandle, State};

use super::Answer;
use crate::permissions;
use crate::phone::Phone;

/// Who is signed in here, and the settings.
#[tauri::command]
pub(crate) async fn get_session(phone: State<'_, Phone>) -> Answer<Session> {
    phone.ask(|device| device.get_session()).await
}

/// Enrols the phone with a one-time code; then a phone asks its worker for what it needs besides.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn enrol(
    app: AppHandle,
    phone: State<'_, Phone>,
    server: String,
    code: String,
    device_name: String,
) -> Answer<Session> {
    let request = EnrolRequestView {
        server,
        code,
        device_name,
    };
    let session = phone.device()?.enrol(request).await?;
    permissions::ask(app);
    Ok(session)
}

/// Reads an enrolment from a photo of its QR code.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn read_enrolment_qr(phone: State<'_, Phone>, upload: String) -> Answer<EnrolmentQr> {
    phone.ask(move |device| device.read_enrolment_qr(&upload)).await
}

/// Signs another person in on this phone.
#[tauri::command]
pub(crate) async fn switch_user(phone: State<'_, Phone>, code: String) -> Answer<Session> {
    phone.device()?.switch_user(&code).await
}

/// Signs out; refused while anything is unsent.
#[tauri::command]
pub(crate) async fn sign_out(phone: State<'_, Phone>) -> Answer<Session> {
    phone.ask(|device| device.sign_out()).await
}

/// Keeps the settings.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn save_settings(phone: State<'_, Phone>, settings: Settings) -> Answer<Session> {
    phone.ask(move |device| device.save_settings(settings)).await
}
