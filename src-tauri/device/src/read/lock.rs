//! When households are not shown: after too long without contact, and once the office revoked this phone. Nothing is deleted
//! by it, and what was not sent goes on waiting.

use domain::protocol::ErrorCode;
use serde_json::json;

use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::view::LockReason;

const DAY: i64 = 86_400_000;

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
        let over = identity
            .last_success_ms
            .is_some_and(|last| self.ports.clock.wall_ms() - last > lease);
        Ok(over.then_some(LockReason::Lease))
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
