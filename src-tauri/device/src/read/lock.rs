//! When households are not shown: after too long without contact, once the clock was set back, and once the office revoked
//! this phone. Nothing is deleted by it, and what was not sent goes on waiting.

use domain::protocol::ErrorCode;
use serde_json::json;

use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::store::seen_clock::{self, SeenClock};
use crate::view::LockReason;

const DAY: i64 = 86_400_000;
/// The clock may be put right by so much between two contacts, in milliseconds. More would make the lease longer.
const SET_RIGHT_MS: i64 = DAY;

impl Device {
    /// Why households are not shown; none while they are.
    pub(crate) fn lock(&self) -> Result<Option<LockReason>> {
        let Some(identity) = self.identity()? else {
            return Ok(None);
        };
        // A server that was set back and does not know this phone ordered nothing.
        if identity.order.is_some() {
            return Ok(Some(LockReason::Revoked));
        }
        let lease = i64::from(identity.profile.lease_days) * DAY;
        let Some(last) = identity.last_success_ms else {
            return Ok(None);
        };
        let now = self.ports.clock.wall_ms();
        // Looked at also behind the lock: a clock that is set back there does not open it.
        let set_back = self.set_back_ms(last, now)?;
        Ok(if now - last > lease {
            Some(LockReason::Lease)
        } else if set_back > SET_RIGHT_MS {
            Some(LockReason::Clock)
        } else {
            None
        })
    }

    /// How far the clock was set back since the last contact, all steps together.
    fn set_back_ms(&self, last_contact: i64, now: i64) -> Result<i64> {
        let look = |kept: Option<SeenClock>| {
            let kept = kept.unwrap_or_else(|| SeenClock::at(last_contact));
            (kept, kept.look(now))
        };
        let (kept, seen) = look(self.store.outbox(seen_clock::get)?);
        if seen.is_news(kept) {
            // Read again: a contact meanwhile has begun anew.
            let noted = self
                .store
                .write_outbox(|tx| seen_clock::put(tx, look(seen_clock::get(tx)?).1));
            // A full disk keeps nobody from their households: the next look compares with what was kept before.
            if let Err(failure) = noted {
                tracing::warn!(code = ?failure.code(), "what the clock shows was not kept");
            }
        }
        Ok(seen.back_ms)
    }

    /// Refuses while households are not shown.
    pub(crate) fn households_open(&self) -> Result<()> {
        match self.lock()? {
            None => Ok(()),
            Some(why) => Err(Failure::Coded(ErrorCode::HouseholdsLocked, json!({ "why": why }))),
        }
    }
}

#[cfg(test)]
mod tests;
