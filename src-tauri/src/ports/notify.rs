//! Local notifications: what became of the worker's own cases.

use device::ports::{Notice, NoticeKind, Notify};
use device::view::Language;
use tauri::{AppHandle, Manager as _};
use tauri_plugin_notification::NotificationExt as _;

use crate::phone::Phone;
use crate::words::Words;

/// The system's notifications.
pub(crate) struct Notifications(pub(crate) AppHandle);

impl Notifications {
    /// The language the worker chose; Chinese while the settings cannot be read.
    fn language(&self) -> Language {
        let front = self
            .0
            .try_state::<Phone>()
            .map(|phone| phone.lock().view().front.language);
        front.unwrap_or_default()
    }
}

impl Notify for Notifications {
    fn notify(&self, notice: Notice) {
        let words = Words::of(self.language());
        let title = words.say(match notice.kind {
            NoticeKind::Returned => "notice.returned",
            NoticeKind::Rejected => "notice.rejected",
            NoticeKind::Resolved => "notice.resolved",
        });
        let body = words.category(&notice.category).map_or_else(
            || notice.number.clone(),
            |category| format!("{category} · {}", notice.number),
        );
        let shown = self.0.notification().builder().title(title).body(body).show();
        if let Err(error) = shown {
            tracing::warn!(%error, "a notification was not shown");
        }
    }
}
