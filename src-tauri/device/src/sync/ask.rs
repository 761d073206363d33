//! A revoked phone asks whether it still is, and what it is to do.

use std::collections::BTreeMap;

use domain::protocol::{PROTO, PullRequest, PullResponse};

use super::exchange::Fault;
use crate::device::Device;

impl Device {
    /// Asks with a pull, as every order is told to one; a push is answered also to a phone that is to send what is left. A server
    /// that was set back may have forgotten the order: a locked phone stays so, and takes in nothing of the answer.
    pub(crate) async fn ask(&self) -> Result<(), Fault> {
        let Some(identity) = self.identity()? else {
            return Ok(());
        };
        let news = self.news(&identity)?;
        let request = PullRequest {
            proto: PROTO,
            epoch: None,
            device: identity.device,
            seen: None,
            cursors: BTreeMap::new(),
            check: false,
            bundle_key: false,
            profile: None,
            max_bytes: Some(0),
            announce: news.announce(),
        };
        let asked_at = self.ports.clock.mono_ms();
        let answer: Result<PullResponse, Fault> = self
            .call_json(&identity.server, Some(&identity.token), "/v1/pull", &request)
            .await;
        match answer {
            Ok(response) => {
                self.was_told(news, response.epoch);
                Ok(self.note_clock(identity.device, response.server_ms, asked_at)?)
            }
            Err(fault) => {
                self.note_refusal(&identity, &fault)?;
                Err(fault)
            }
        }
    }
}
