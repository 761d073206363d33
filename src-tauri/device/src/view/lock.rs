//! What the lock screen shows and asks.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Language, Settings, Theme};

/// Whether the app may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LockStanding {
    /// It may.
    Open,
    /// It may once a PIN has been chosen.
    PinDue,
    /// The PIN first.
    Locked,
}

/// What may be seen of a phone without its PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LockView {
    /// Whether the app may be used.
    pub standing: LockStanding,
    /// True once a PIN was chosen.
    pub has_pin: bool,
    /// True where the platform's key store keeps the key too; else the PIN alone keeps it.
    pub key_store: bool,
    /// Seconds until the next try; 0 for at once.
    pub retry_after_s: u32,
    /// What may be shown.
    pub front: Front,
}

/// What lies on the disk in the clear, for the lock screen after a start: nothing of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Front {
    /// Records that wait to be sent.
    pub waiting: u32,
    /// Language.
    pub language: Language,
    /// Text size in percent.
    pub text_size: u16,
    /// Colours.
    pub theme: Theme,
}

impl Front {
    pub(crate) fn new(waiting: u32, settings: &Settings) -> Self {
        Self {
            waiting,
            language: settings.language,
            text_size: settings.text_size,
            theme: settings.theme,
        }
    }
}

impl Default for Front {
    fn default() -> Self {
        Self::new(0, &Settings::default())
    }
}
