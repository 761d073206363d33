//! What the phone's own clock has shown since the last contact: a lease that runs on it must not grow because somebody sets
//! it back.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::setting;
use crate::failure::Result;

/// A change by less is not kept, in milliseconds; so a look at the clock writes once an hour at most.
const KEPT_MS: i64 = 3_600_000;
const NAME: &str = "seen-clock";

/// The clock as it was seen last, and all its steps back, added up. In milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeenClock {
    wall_ms: i64,
    pub(crate) back_ms: i64,
}

impl SeenClock {
    /// A clock that shows this at a contact: whatever it did before counts for nothing.
    pub(crate) fn at(wall_ms: i64) -> Self {
        Self { wall_ms, back_ms: 0 }
    }

    /// The clock shows this now.
    pub(crate) fn look(self, wall_ms: i64) -> Self {
        Self {
            wall_ms,
            back_ms: self.back_ms.saturating_add(self.wall_ms.saturating_sub(wall_ms).max(0)),
        }
    }

    /// True when it differs from what is kept by enough to be kept.
    pub(crate) fn is_news(self, kept: Self) -> bool {
        self.wall_ms.saturating_sub(kept.wall_ms).saturating_abs() >= KEPT_MS
    }
}

/// What is kept; none before the first contact.
pub(crate) fn get(outbox: &Connection) -> Result<Option<SeenClock>> {
    setting::get(outbox, NAME)
}

pub(crate) fn put(outbox: &Connection, seen: SeenClock) -> Result<()> {
    setting::put(outbox, NAME, &Some(seen))
}
