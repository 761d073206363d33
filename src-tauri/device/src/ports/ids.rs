//! Names and randomness.

use uuid::{Builder, Uuid};

/// A source of random bytes, and the names made from them.
pub trait Ids: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// A `UUIDv7` for something made at `wall_ms`.
    fn time_ordered(&self, wall_ms: i64) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        Builder::from_unix_timestamp_millis(u64::try_from(wall_ms).unwrap_or_default(), &random).into_uuid()
    }

    /// A random `UUIDv4`.
    fn random_uuid(&self) -> Uuid {
        let mut random = [0; 16];
        self.fill(&mut random);
        Builder::from_random_bytes(random).into_uuid()
    }

    /// A number in `0..=max`, for the jitter of retries.
    fn up_to(&self, max: u64) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        let random = u64::from_le_bytes(bytes);
        max.checked_add(1).map_or(random, |range| random % range)
    }
}

/// The operating system's random source.
pub struct SystemIds;

impl Ids for SystemIds {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has a random source");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_made_later_sort_later() {
        assert!(SystemIds.time_ordered(1_000) < SystemIds.time_ordered(2_000));
    }

    #[test]
    fn a_random_number_stays_within_its_bound() {
        assert!((0..1000).all(|_| SystemIds.up_to(3) <= 3));
        assert_eq!(SystemIds.up_to(0), 0);
    }
}
