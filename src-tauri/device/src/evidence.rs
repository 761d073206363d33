//! What this phone can prove to have delivered.

use domain::protocol::{ErrorCode, Evidence, WireError};

use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::store::proof;

impl Device {
    /// Every record and photo that the server confirmed with its signature, as one JSON text. `sync-server verify-receipt`
    /// checks it, and so can anybody who has the server's public key.
    ///
    /// # Errors
    /// `not_enrolled`, or what the phone's storage refuses.
    pub fn export_evidence(&self) -> std::result::Result<String, WireError> {
        let evidence = self.evidence()?;
        Ok(serde_json::to_string_pretty(&evidence).map_err(Failure::from)?)
    }

    fn evidence(&self) -> Result<Evidence> {
        let key = self.identity()?.and_then(|identity| identity.server_key);
        let key = key.ok_or_else(|| Failure::from(ErrorCode::NotEnrolled))?;
        self.store.outbox(|outbox| proof::evidence(outbox, &key))
    }
}
