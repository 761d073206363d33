//! What the page may ask for, by resource. Each command hands over to one method of [`device::Device`].
//! Arguments and answers are JSON alone: Android's web view carries nothing else.
#![expect(
    clippy::let_underscore_must_use,
    reason = "what `tauri::command` expands to drops a result of its own"
)]

pub(crate) mod drafts;
pub(crate) mod households;
pub(crate) mod lock;
pub(crate) mod map;
pub(crate) mod reference;
pub(crate) mod refused;
pub(crate) mod reports;
pub(crate) mod session;
pub(crate) mod sync;
pub(crate) mod today;
pub(crate) mod uploads;

use domain::protocol::WireError;

/// What a command answers.
pub(crate) type Answer<T> = Result<T, WireError>;
