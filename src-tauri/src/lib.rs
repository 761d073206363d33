//! The Tauri shell of the field app: a window, the device behind it, and nothing that is decided here.

mod commands;
mod permissions;
mod phone;
mod ports;
mod position;
mod scheme;
mod setup;
mod words;

use tauri::ipc::Invoke;
use tauri::{Builder, Wry};

/// Opens the window and runs until it is closed.
///
/// # Panics
///
/// When the system refuses a window: there is nothing left to show the reason in.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    let builder = plugins(scheme::register(Builder::default()))
        .setup(|app| Ok(setup::open(app.handle())?))
        .invoke_handler(answers());
    let app = builder
        .build(tauri::generate_context!())
        .expect("the system refused a window");
    app.run(setup::on_event);
}

/// What the page may ask for.
fn answers() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        commands::drafts::add_photo,
        commands::drafts::discard_draft,
        commands::drafts::draw_photo,
        commands::drafts::get_draft,
        commands::drafts::list_drafts,
        commands::drafts::open_draft,
        commands::drafts::preview_route,
        commands::drafts::remove_photo,
        commands::drafts::save_draft,
        commands::households::get_household,
        commands::households::list_households,
        commands::households::quick_visit,
        commands::households::edit_household,
        commands::households::add_resident,
        commands::households::edit_resident,
        commands::households::remove_resident,
        commands::households::get_typed,
        commands::households::keep_typed,
        commands::households::dismiss_merge,
        commands::households::save_visit,
        commands::lock::change_pin,
        commands::lock::get_lock,
        commands::lock::lock_now,
        commands::lock::set_pin,
        commands::lock::touch,
        commands::lock::unlock,
        commands::map::get_map,
        commands::map::get_position,
        commands::map::get_storage,
        commands::map::import_map,
        commands::reference::get_reference,
        commands::reference::search_categories,
        commands::reference::suggest_category,
        commands::refused::dismiss_refused,
        commands::refused::get_refused,
        commands::refused::revise_refused,
        commands::reports::get_report,
        commands::reports::list_reports,
        commands::reports::save_note,
        commands::reports::save_report,
        commands::reports::withdraw_report,
        commands::reports::export_report,
        commands::session::enrol,
        commands::session::get_session,
        commands::session::read_enrolment_qr,
        commands::session::save_settings,
        commands::session::sign_out,
        commands::session::switch_user,
        commands::sync::get_sync,
        commands::sync::sync_now,
        commands::sync::export_bundle,
        commands::today::get_today,
        commands::uploads::append_upload,
        commands::uploads::begin_upload,
    ]
}

fn plugins(builder: Builder<Wry>) -> Builder<Wry> {
    let builder = builder
        .plugin(ports::key_store_plugin())
        .plugin(ports::network_plugin())
        .plugin(permissions::plugin())
        .plugin(tauri_plugin_notification::init());
    #[cfg(mobile)]
    let builder = builder.plugin(tauri_plugin_geolocation::init());
    builder
}
