//! The clocks of a world. Under a paused runtime time passes only while everybody waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::ReceivedAt;
use tokio::time::Instant;

use crate::fuse::Fuse;

/// 2026-03-02 09:00 in Shanghai, a Monday.
pub const MORNING_MS: i64 = 1_772_413_200_000;

/// The true time, which is also the server's.
#[derive(Debug, Clone, Copy)]
pub struct WorldClock {
    began: Instant,
    morning_ms: i64,
}

impl WorldClock {
    /// It is [`MORNING_MS`] now.
    #[must_use]
    pub fn start() -> Self {
        Self::start_later(Duration::ZERO)
    }

    /// It is this long after [`MORNING_MS`] now.
    #[must_use]
    pub fn start_later(later: Duration) -> Self {
        Self {
            began: Instant::now(),
            morning_ms: MORNING_MS + i64::try_from(later.as_millis()).unwrap_or(0),
        }
    }

    /// The machine's own time, for servers that are processes of their own.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "a server in a process of its own reads the machine's clock"
    )]
    pub fn of_machine() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Self {
            began: Instant::now(),
            morning_ms: since.map_or(0, |time| i64::try_from(time.as_millis()).unwrap_or(0)),
        }
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.morning_ms + self.elapsed_ms()
    }

    /// Milliseconds since the world began.
    #[must_use]
    pub fn elapsed_ms(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

impl sync_server::clock::Clock for WorldClock {
    fn now(&self) -> ReceivedAt {
        ReceivedAt(self.now_ms())
    }
}

/// A phone's clocks: the one on the wall may be wrong by any amount, and may jump.
#[derive(Debug)]
pub struct PhoneClock {
    world: WorldClock,
    wrong_by_ms: AtomicI64,
    fuse: Arc<Fuse>,
}

impl PhoneClock {
    /// Right to the millisecond.
    #[must_use]
    pub fn right(world: WorldClock, fuse: Arc<Fuse>) -> Self {
        Self {
            world,
            wrong_by_ms: AtomicI64::new(0),
            fuse,
        }
    }

    /// From now on the clock on the wall is wrong by this much.
    pub fn set_wrong_by(&self, ms: i64) {
        self.wrong_by_ms.store(ms, Ordering::Relaxed);
    }
}

impl device::ports::Clock for PhoneClock {
    fn wall_ms(&self) -> i64 {
        self.fuse.moment();
        self.world.now_ms() + self.wrong_by_ms.load(Ordering::Relaxed)
    }

    fn mono_ms(&self) -> i64 {
        self.fuse.moment();
        self.world.elapsed_ms()
    }
}
