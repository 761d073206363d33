//! Waiting after failures: full jitter, for ever, per lane.

/// Longest wait between two tries, in milliseconds.
const CAP_MS: u64 = 300_000;

/// What travels apart, most important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// Mutations.
    Facts,
    /// Rows from the server.
    Pull,
    /// Offers of photos, and their small copies.
    Previews,
    /// The copies the office looks at.
    Uprights,
    /// Untouched files.
    Originals,
    /// The base map.
    Map,
}

/// A lane's failures in a row and when it may try again, on the clock that never goes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Backoff {
    failures: u32,
    pub(crate) not_before: i64,
}

impl Backoff {
    /// Notes a failure. `random` picks from `0..=max`. A server's own word is a lower bound.
    pub(crate) fn fail(&mut self, now: i64, random: impl FnOnce(u64) -> u64, server_says_ms: Option<i64>) {
        let longest = 1_000_u64
            .checked_shl(self.failures.min(20))
            .unwrap_or(CAP_MS)
            .min(CAP_MS);
        self.failures = self.failures.saturating_add(1);
        let jitter = i64::try_from(random(longest)).unwrap_or(0);
        self.not_before = now + jitter.max(server_says_ms.unwrap_or(0));
    }

    /// True when it may try now.
    pub(crate) fn ready(&self, now: i64) -> bool {
        self.not_before <= now
    }
}

/// Every lane.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lanes {
    lanes: [Backoff; 6],
}

impl Lanes {
    pub(crate) fn get(&self, lane: Lane) -> &Backoff {
        &self.lanes[lane as usize]
    }

    pub(crate) fn get_mut(&mut self, lane: Lane) -> &mut Backoff {
        &mut self.lanes[lane as usize]
    }

    /// True while a lane waits after a failure. The map is no part of what a worker waits for.
    pub(crate) fn any_waiting(&self, now: i64) -> bool {
        self.lanes[..Lane::Map as usize].iter().any(|lane| !lane.ready(now))
    }

    /// True while the last try of a lane failed, whether it waits or is about to try again.
    pub(crate) fn any_failing(&self) -> bool {
        self.lanes[..Lane::Map as usize].iter().any(|lane| lane.failures > 0)
    }

    /// The network changed, or the server answered: try everything at once.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes() {
        let mut lane = Backoff::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            lane.fail(0, |longest| longest, None);
            waits.push(lane.not_before);
        }
        assert_eq!(waits[..5], [1_000, 2_000, 4_000, 8_000, 16_000]);
        assert!(waits[9..].iter().all(|wait| *wait == 300_000));
    }

    #[test]
    fn a_hundred_failures_do_not_overflow() {
        let mut lane = Backoff::default();
        (0..100).for_each(|_| lane.fail(0, |longest| longest, None));
        assert_eq!(lane.not_before, 300_000);
    }

    #[test]
    fn the_servers_word_is_a_lower_bound() {
        let mut lane = Backoff::default();
        lane.fail(10, |_| 0, Some(7_000));
        assert_eq!(lane.not_before, 7_010);
        assert!(!lane.ready(7_009) && lane.ready(7_010));
    }

    #[test]
    fn one_lane_does_not_wait_for_another() {
        let mut lanes = Lanes::default();
        lanes.get_mut(Lane::Uprights).fail(0, |longest| longest, None);
        assert!(lanes.get(Lane::Facts).ready(0));
        assert!(!lanes.get(Lane::Uprights).ready(0));
    }
}
