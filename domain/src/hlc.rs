//! A hybrid logical clock: it orders edits made on phones whose clocks are wrong or that cannot hear each other.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ReceivedAt;

/// Ticks in a millisecond.
const TICKS: i64 = 1_000;
/// How far ahead of its arrival the server lets an edit be, in milliseconds.
const AHEAD_MS: i64 = 5_000;

/// An instant in thousandths of a millisecond since the Unix epoch, by the server's clock as a phone estimates it, counted
/// on where that clock stands still or goes back. Zero is before every edit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(export, type = "number")]
#[schema(value_type = i64)]
pub struct Hlc(pub i64);

impl Hlc {
    /// The instant of the next edit: later than everything seen, and not before the estimated time in milliseconds.
    #[must_use]
    pub fn next(self, estimated_ms: i64) -> Self {
        Self(self.0.saturating_add(1).max(estimated_ms.saturating_mul(TICKS)))
    }

    /// Not further ahead of its arrival than five seconds, so that a phone with a fast clock does not win for ever.
    #[must_use]
    pub fn capped(self, arrived: ReceivedAt) -> Self {
        self.min(Self(arrived.0.saturating_add(AHEAD_MS).saturating_mul(TICKS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_the_clock_and_never_goes_back() {
        let first = Hlc::default().next(7);
        assert_eq!(first, Hlc(7_000));
        assert_eq!(first.next(7), Hlc(7_001));
        assert_eq!(first.next(3), Hlc(7_001));
        assert_eq!(first.next(8), Hlc(8_000));
        assert_eq!(Hlc(i64::MAX).next(i64::MAX), Hlc(i64::MAX));
    }

    #[test]
    fn a_phone_from_the_future_is_taken_down_to_five_seconds_from_now() {
        assert_eq!(Hlc(1_000_000_000).capped(ReceivedAt(10)), Hlc(5_010_000));
        assert_eq!(Hlc(9_000).capped(ReceivedAt(10)), Hlc(9_000));
    }
}
