//! Opening the device and keeping it in step with the window.

use std::sync::Arc;

use device::HttpTransport;
use device::ports::{DiskFiles, Ports, SystemClock, SystemIds};
use device::view::Platform;
use tauri::{AppHandle, Manager as _, RunEvent, WindowEvent};
use tracing_subscriber::EnvFilter;

use crate::phone::Phone;
use crate::ports::{Notifications, Page, key_store, network_sense};

/// Opens the device in the app's own data folder and starts its sync loop.
pub(crate) fn open(app: &AppHandle) -> Result<(), tauri::Error> {
    log();
    let folder = app.path().app_data_dir()?;
    let phone = Phone::open(&folder, ports(app));
    let lock = Arc::clone(phone.lock());
    app.manage(phone);
    tauri::async_runtime::spawn(async move { lock.run().await });
    Ok(())
}

/// A window that comes to the front is a good moment to try again. A phone's app that left it is not asked to send;
/// a computer's window without the focus may well be the one that is looked at.
pub(crate) fn on_event(app: &AppHandle, event: RunEvent) {
    let in_front = if let RunEvent::WindowEvent {
        event: WindowEvent::Focused(focused),
        ..
    } = event
    {
        focused || cfg!(desktop)
    } else if matches!(event, RunEvent::Resumed) {
        true
    } else {
        return;
    };
    if let Some(phone) = app.try_state::<Phone>()
        && let Some(device) = phone.lock().held()
    {
        device.set_in_front(in_front);
    }
}

fn ports(app: &AppHandle) -> Ports {
    Ports {
        files: Arc::new(DiskFiles),
        clock: Arc::new(SystemClock::start()),
        ids: Arc::new(SystemIds),
        key_store: key_store(app),
        network: network_sense(app),
        transport: Arc::new(HttpTransport::new()),
        notify: Arc::new(Notifications(app.clone())),
        changed: Arc::new(Page(app.clone())),
        platform: PLATFORM,
        app_version: app.package_info().version.to_string(),
    }
}

const PLATFORM: Platform = if cfg!(target_os = "android") {
    Platform::Android
} else if cfg!(target_os = "ios") {
    Platform::Ios
} else {
    Platform::Desktop
};

/// To standard error; `RUST_LOG` says what. Ids only, never names, phones, addresses or positions.
fn log() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_absent| EnvFilter::new("warn,field_app=info,device=info"));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    if let Err(error) = started {
        tracing::debug!(%error, "logging had begun already");
    }
}
