//! Slows down guessing: a bucket of tries per login and address, and one per address. Time is an argument.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use domain::ReceivedAt;

/// How many tries at once, and how long until one more is granted.
#[derive(Debug, Clone, Copy)]
struct Rule {
    burst: f64,
    refill_ms: f64,
}

/// For one login from one address.
const PER_LOGIN: Rule = Rule {
    burst: 5.0,
    refill_ms: 30_000.0,
};
/// For one address, whatever the login; an office of twenty people behind one address still gets in.
const PER_ADDRESS: Rule = Rule {
    burst: 60.0,
    refill_ms: 3_000.0,
};
/// Above this many buckets the full ones are forgotten; they would start full again anyway.
const MAX_BUCKETS: usize = 20_000;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: ReceivedAt,
}

/// The tries left per login and address.
#[derive(Debug, Default)]
pub struct Throttle {
    buckets: Mutex<HashMap<(IpAddr, Option<String>), Bucket>>,
}

impl Throttle {
    /// Takes one try for `what` (a login, or the name of a one-time code's door) from `address`.
    ///
    /// # Errors
    /// The seconds to wait when none is left.
    pub fn take(&self, address: IpAddr, what: &str, now: ReceivedAt) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if buckets.len() > MAX_BUCKETS {
            buckets.retain(|key, bucket| refilled(rule(key.1.is_some()), *bucket, now) < rule(key.1.is_some()).burst);
        }
        take_one(&mut buckets, (address, None), PER_ADDRESS, now)?;
        take_one(
            &mut buckets,
            (address, Some(what.chars().take(64).collect())),
            PER_LOGIN,
            now,
        )
    }

    /// Forgets the failed tries of a login that has now succeeded, and gives the address this one back: it was no guess,
    /// and a whole street's phones may be enrolled from one office on one morning.
    pub fn succeeded(&self, address: IpAddr, what: &str) {
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        buckets.remove(&(address, Some(what.chars().take(64).collect())));
        if let Some(bucket) = buckets.get_mut(&(address, None)) {
            bucket.left = (bucket.left + 1.0).min(PER_ADDRESS.burst);
        }
    }
}

fn rule(per_login: bool) -> Rule {
    if per_login { PER_LOGIN } else { PER_ADDRESS }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds between two tries fit a double")]
fn refilled(rule: Rule, bucket: Bucket, now: ReceivedAt) -> f64 {
    let passed = now.millis().saturating_sub(bucket.at.millis()).max(0) as f64;
    (bucket.left + passed / rule.refill_ms).min(rule.burst)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and 30 seconds"
)]
fn take_one(
    buckets: &mut HashMap<(IpAddr, Option<String>), Bucket>,
    key: (IpAddr, Option<String>),
    rule: Rule,
    now: ReceivedAt,
) -> Result<(), u64> {
    let bucket = buckets.entry(key).or_insert(Bucket {
        left: rule.burst,
        at: now,
    });
    let left = refilled(rule, *bucket, now);
    if left < 1.0 {
        *bucket = Bucket { left, at: now };
        return Err(((1.0 - left) * rule.refill_ms / 1000.0).ceil().max(1.0) as u64);
    }
    *bucket = Bucket {
        left: left - 1.0,
        at: now,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    fn at(second: i64) -> ReceivedAt {
        ReceivedAt(second * 1000)
    }

    #[test]
    fn the_sixth_try_in_a_row_waits() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            assert_eq!(throttle.take(HOME, "li", at(0)), Ok(()));
        }
        assert_eq!(throttle.take(HOME, "li", at(0)), Err(30));
        assert_eq!(
            throttle.take(AWAY, "li", at(0)),
            Ok(()),
            "another address is not locked out by a guesser"
        );
        assert_eq!(throttle.take(HOME, "wang", at(0)), Ok(()), "nor is a colleague");
        assert_eq!(throttle.take(HOME, "li", at(31)), Ok(()), "waiting helps");
    }

    #[test]
    fn an_address_that_tries_many_logins_waits() {
        let throttle = Throttle::default();
        let refused = (0..100)
            .filter(|n| throttle.take(HOME, &format!("login{n}"), at(0)).is_err())
            .count();
        assert_eq!(refused, 40);
    }

    #[test]
    fn a_success_clears_the_failures_before_it() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            throttle.take(HOME, "li", at(0)).unwrap();
        }
        throttle.succeeded(HOME, "li");
        assert_eq!(throttle.take(HOME, "li", at(0)), Ok(()));
    }

    #[test]
    fn those_who_succeed_use_up_nobody_elses_tries() {
        let throttle = Throttle::default();
        for _ in 0..200 {
            assert_eq!(throttle.take(HOME, "enrol", at(0)), Ok(()));
            throttle.succeeded(HOME, "enrol");
        }
        let refused = (0..100)
            .filter(|n| throttle.take(HOME, &format!("login{n}"), at(0)).is_err())
            .count();
        assert_eq!(refused, 40, "guessing is as slow as before");
    }

    #[test]
    fn a_clock_that_jumps_back_grants_nothing() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            throttle.take(HOME, "li", at(1000)).unwrap();
        }
        assert!(throttle.take(HOME, "li", at(0)).is_err());
    }
}
