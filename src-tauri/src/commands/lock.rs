//! The app's lock. These commands answer while everything else is locked.

use device::view::LockView;
use tauri::State;

use super::Answer;
use crate::phone::Phone;

/// Whether the app may be used, and what may be seen without.
#[tauri::command]
pub(crate) async fn get_lock(phone: State<'_, Phone>) -> Answer<LockView> {
    phone.ask_lock(|lock| Ok(lock.view())).await
}

/// Chooses the PIN after an enrolment; encrypts what is not encrypted yet.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn set_pin(phone: State<'_, Phone>, pin: String) -> Answer<LockView> {
    phone.ask_lock(move |lock| lock.set_pin(&pin)).await
}

/// Changes the PIN.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn change_pin(phone: State<'_, Phone>, old: String, new: String) -> Answer<LockView> {
    phone.ask_lock(move |lock| lock.change_pin(&old, &new)).await
}

/// Opens the app with its PIN.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn unlock(phone: State<'_, Phone>, pin: String) -> Answer<LockView> {
    phone.ask_lock(move |lock| lock.unlock(&pin)).await
}

/// Locks at once.
#[tauri::command]
pub(crate) async fn lock_now(phone: State<'_, Phone>) -> Answer<LockView> {
    phone.ask_lock(|lock| Ok(lock.lock())).await
}

/// Somebody uses the app.
#[tauri::command]
pub(crate) async fn touch(phone: State<'_, Phone>) -> Answer<()> {
    phone
        .ask_lock(|lock| {
            lock.touch();
            Ok(())
        })
        .await
}
