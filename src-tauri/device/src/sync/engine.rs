//! What the sync engine remembers between two requests. Nothing here needs to survive a restart.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::protocol::{ErrorCode, MAX_MUTATIONS};
use domain::{MutationId, Sha256Hex};
use tokio::sync::Notify;

use super::announce::Told;
use super::backoff::{Backoff, Lanes};
use crate::ports::Network;

/// Smallest and largest piece of a photo, in bytes.
pub(crate) const CHUNK_BYTES: (usize, usize) = (64 * 1024, domain::protocol::MAX_CHUNK_BYTES);

/// The engine's memory and its bells.
pub(crate) struct Engine {
    memory: Mutex<Memory>,
    /// Rings the loop for records and rows.
    pub(crate) facts_bell: Notify,
    /// Rings the loop for photos.
    pub(crate) photos_bell: Notify,
    /// Rings the loop for hints.
    pub(crate) live_bell: Notify,
}

/// What is remembered. Instants are on the clock that never goes back.
pub(crate) struct Memory {
    pub(crate) lanes: Lanes,
    pub(crate) front: bool,
    pub(crate) network: Option<Network>,
    pub(crate) reachable: bool,
    /// What the last failed request failed with; see [`Memory::error`].
    pub(crate) last_error: Option<ErrorCode>,
    pub(crate) last_request_at: Option<i64>,
    pub(crate) pull_due_at: i64,
    /// When every bucket is compared with the server's, whether it has moved or not.
    pub(crate) check_due_at: i64,
    /// The last pull left something to ask for.
    pub(crate) more: bool,
    pub(crate) basemap_due_at: i64,
    /// The server reads the shared dictionary.
    pub(crate) dictionary: bool,
    /// Requests in flight.
    pub(crate) running: u32,
    /// Mutations in one push; halved while the server fails to read them.
    pub(crate) batch: usize,
    /// Failures of a mutation pushed alone.
    pub(crate) failures_alone: HashMap<MutationId, u32>,
    /// How often each was set aside.
    pub(crate) set_aside: HashMap<MutationId, u32>,
    /// Pauses of single files.
    pub(crate) pauses: HashMap<Sha256Hex, Backoff>,
    /// Size of the next piece of a photo.
    pub(crate) chunk: usize,
    /// What the server was told of this phone last.
    pub(crate) told: Option<Told>,
    /// The next step's instant, for the sync sheet.
    pub(crate) next_try_at: Option<i64>,
}

impl Engine {
    pub(crate) fn new() -> Self {
        let memory = Memory {
            lanes: Lanes::default(),
            front: true,
            network: None,
            reachable: false,
            last_error: None,
            last_request_at: None,
            pull_due_at: 0,
            check_due_at: 0,
            more: false,
            basemap_due_at: 0,
            dictionary: false,
            running: 0,
            batch: MAX_MUTATIONS,
            failures_alone: HashMap::new(),
            set_aside: HashMap::new(),
            pauses: HashMap::new(),
            chunk: CHUNK_BYTES.0,
            told: None,
            next_try_at: None,
        };
        Self {
            memory: Mutex::new(memory),
            facts_bell: Notify::new(),
            photos_bell: Notify::new(),
            live_bell: Notify::new(),
        }
    }

    /// Never held across a request.
    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes every loop.
    pub(crate) fn wake(&self) {
        self.facts_bell.notify_one();
        self.photos_bell.notify_one();
        self.live_bell.notify_one();
    }
}

impl Memory {
    /// Why something waits; none while nothing does. A success elsewhere, such as a pull while the server has no room for
    /// records, does not explain it away.
    pub(crate) fn error(&self, now: i64) -> Option<ErrorCode> {
        self.last_error.filter(|_| self.lanes.any_waiting(now))
    }

    /// Why the last tries failed, also while the next one is under way; for the office.
    pub(crate) fn failing(&self) -> Option<ErrorCode> {
        self.last_error.filter(|_| self.lanes.any_failing())
    }

    /// True when everything is to be compared with the next pull. While a copy is filled it would be compared with each page.
    pub(crate) fn checks_now(&self, now: i64) -> bool {
        self.check_due_at <= now && !self.more
    }

    /// Forgets every wait: the network changed, the worker asked, or the server is back.
    pub(crate) fn try_everything_now(&mut self) {
        self.last_error = None;
        self.lanes.reset();
        self.pauses.clear();
        self.pull_due_at = self.pull_due_at.min(0);
    }

    pub(crate) fn grow_chunk(&mut self) {
        self.chunk = (self.chunk * 2).min(CHUNK_BYTES.1);
    }

    pub(crate) fn shrink_chunk(&mut self) {
        self.chunk = (self.chunk / 2).max(CHUNK_BYTES.0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::backoff::Lane;
    use super::*;

    #[test]
    fn an_error_is_told_for_as_long_as_something_waits_because_of_it() {
        let engine = Engine::new();
        let mut memory = engine.memory();
        memory.last_error = Some(ErrorCode::DiskFull);
        memory.lanes.get_mut(Lane::Facts).fail(0, |longest| longest, None);
        assert_eq!(memory.error(500), Some(ErrorCode::DiskFull));
        assert_eq!(memory.error(1_000), None);
    }

    #[test]
    fn pieces_double_and_halve_between_their_bounds() {
        let engine = Engine::new();
        let mut memory = engine.memory();
        (0..9).for_each(|_| memory.grow_chunk());
        assert_eq!(memory.chunk, 1024 * 1024);
        (0..9).for_each(|_| memory.shrink_chunk());
        assert_eq!(memory.chunk, 64 * 1024);
    }
}
