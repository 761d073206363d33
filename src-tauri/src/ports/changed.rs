//! Telling the page what to read again.

use device::ports::{Changed, Topic};
use tauri::{AppHandle, Emitter as _};

/// The event's name. Its body is the list of topics.
const EVENT: &str = "changed";

/// The page in the window.
pub(crate) struct Page(pub(crate) AppHandle);

impl Changed for Page {
    fn changed(&self, topics: &[Topic]) {
        let topics: Vec<&str> = topics.iter().map(|topic| topic.as_str()).collect();
        if let Err(error) = self.0.emit(EVENT, topics) {
            tracing::warn!(%error, "the page was not told of a change");
        }
    }
}
