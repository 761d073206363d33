//! Time, in two kinds: what the clock on the wall says, and what only ever moves forward.

use std::time::Instant;

/// Two clocks. The wall clock may jump by years; waiting runs on the other one.
pub trait Clock: Send + Sync {
    /// Milliseconds since the Unix epoch, as the phone believes.
    fn wall_ms(&self) -> i64;
    /// Milliseconds since some moment of this run; never goes back.
    fn mono_ms(&self) -> i64;
}

/// The machine's clocks.
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// Starts counting now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where the wall clock is read"
    )]
    fn wall_ms(&self) -> i64 {
        chrono::Utc::now().timestamp_millis()
    }

    fn mono_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}
