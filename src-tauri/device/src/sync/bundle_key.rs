//! The key that bundles are sealed with: asked for once, and taken only when the server has signed it.

use domain::protocol::{PullResponse, bundle_key_line};
use serde::{Deserialize, Serialize};

use super::exchange::Fault;
use super::signed::Signed;
use crate::device::Device;
use crate::failure::Result;
use crate::store::identity::Identity;
use crate::store::setting;

/// Where it is kept.
pub(crate) const BUNDLE_KEY: &str = "bundle-key";

/// A key, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownKey {
    /// The signing key of the server that gave it.
    pub(crate) server: Option<String>,
    /// The key.
    pub(crate) key: String,
}

impl Device {
    /// True until the server of this enrolment has given its key.
    pub(crate) fn lacks_bundle_key(&self, identity: &Identity) -> Result<bool> {
        let known: Option<KnownKey> = self.store.outbox(|outbox| setting::get(outbox, BUNDLE_KEY))?;
        Ok(known.is_none_or(|known| known.server != identity.server_key))
    }

    pub(crate) fn keep_bundle_key(
        &self,
        identity: &Identity,
        response: &PullResponse,
    ) -> std::result::Result<(), Fault> {
        let Some(key) = &response.bundle_key else { return Ok(()) };
        let (lines, rev) = (vec![bundle_key_line(key)], Some(response.street_rev));
        Signed::check(identity, response.epoch, rev, lines, response.sig.as_deref())?;
        let known = KnownKey {
            server: identity.server_key.clone(),
            key: key.clone(),
        };
        Ok(self
            .store
            .write_outbox(|tx| setting::put(tx, BUNDLE_KEY, &Some(&known)))?)
    }
}
