//! What Android asks the worker for while the phone is being set up: to tell what became of a report, and to read where a
//! chosen photo was taken. Camera and position are asked for when they are first used. Nothing depends on the answers.

use tauri::plugin::{Builder, TauriPlugin};
use tauri::{AppHandle, Wry};

/// On Android, registers the Kotlin class that names the permission for places in photos.
pub(crate) fn plugin() -> TauriPlugin<Wry> {
    Builder::new("media-location")
        .setup(|_app, _api| {
            #[cfg(target_os = "android")]
            android::register(_app, _api)?;
            Ok(())
        })
        .build()
}

/// Asks once; the system itself remembers the answers. Returns at once: the worker answers when they like.
pub(crate) fn ask(app: AppHandle) {
    #[cfg(target_os = "android")]
    drop(tauri::async_runtime::spawn_blocking(move || android::ask(&app)));
    #[cfg(not(target_os = "android"))]
    drop(app);
}

#[cfg(target_os = "android")]
mod android {
    use serde_json::{Value, json};
    use tauri::plugin::mobile::PluginInvokeError;
    use tauri::plugin::{PermissionState, PluginApi, PluginHandle};
    use tauri::{AppHandle, Manager as _, Wry};
    use tauri_plugin_notification::NotificationExt as _;

    struct MediaLocation(PluginHandle<Wry>);

    pub(super) fn register(app: &AppHandle, api: PluginApi<Wry, ()>) -> Result<(), PluginInvokeError> {
        let kotlin = api.register_android_plugin("app.xunge.field", "MediaLocationPlugin")?;
        app.manage(MediaLocation(kotlin));
        Ok(())
    }

    /// One dialogue after the other.
    pub(super) fn ask(app: &AppHandle) {
        let notification = app.notification();
        let news = notification.permission_state().and_then(|state| match state {
            PermissionState::Prompt | PermissionState::PromptWithRationale => notification.request_permission(),
            PermissionState::Granted | PermissionState::Denied => Ok(state),
        });
        if let Err(error) = news {
            tracing::warn!(%error, "notifications were not asked for");
        }
        let wanted = json!({ "permissions": ["mediaLocation"] });
        let kotlin = &app.state::<MediaLocation>().0;
        if let Err(error) = kotlin.run_mobile_plugin::<Value>("requestPermissions", wanted) {
            tracing::warn!(%error, "places in photos were not asked for");
        }
    }
}
