//! Names and randomness from a seed: the same in every run.

use std::sync::{Mutex, PoisonError};

use uuid::{Builder, Uuid};

use crate::clock::WorldClock;

/// A source of randomness for a phone or the server.
pub struct Seeded {
    clock: WorldClock,
    random: Mutex<fastrand::Rng>,
}

impl Seeded {
    /// Begins at `seed`.
    #[must_use]
    pub fn new(clock: WorldClock, seed: u64) -> Self {
        Self {
            clock,
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
        }
    }

    fn bytes(&self, bytes: &mut [u8]) {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

impl device::ports::Ids for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.bytes(bytes);
    }
}

impl sync_server::clock::Ids for Seeded {
    fn uuid(&self) -> Uuid {
        let mut random = [0; 10];
        self.bytes(&mut random);
        let now = self.clock.now_ms();
        Builder::from_unix_timestamp_millis(now.unsigned_abs(), &random).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        self.bytes(&mut secret);
        secret
    }
}
