//! A phone that was restored or cloned asks for a device id of its own. Mutation ids stay, so nothing is doubled.
//!
//! A server that is set back may have forgotten that device, and know the one it came from: that one then asks anew.

use domain::DeviceId;
use domain::protocol::{EnrolResponse, ForkRequest, PROTO, RevokeOrder};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::exchange::Fault;
use super::push::begin_history;
use super::switch::take_profile;
use crate::device::Device;
use crate::ports::Topic;
use crate::store::identity::Identity;
use crate::store::{identity, mutation, setting};

/// Stands in the settings: who this phone was before each of its forks, the last at the end.
const BEFORE_FORKS: &str = "before_forks";

/// Who this phone was.
#[derive(Debug, Serialize, Deserialize)]
struct Former {
    device: DeviceId,
    token: String,
}

/// A new enrolment: nothing before it is of use.
pub(crate) fn forget_former(outbox: &Connection) -> crate::failure::Result<()> {
    setting::put(outbox, BEFORE_FORKS, &Vec::<Former>::new())
}

impl Device {
    /// A new device id and token. They are stored before they are sent, so that a retry repeats the same request.
    pub(crate) fn new_credentials(&self) -> (DeviceId, String) {
        use base64::Engine as _;
        let mut secret = [0; 32];
        self.ports.ids.fill(&mut secret);
        let device = DeviceId(self.ports.ids.random_uuid());
        (device, base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret))
    }

    /// Asks for the device id stored as the fork under way.
    pub(crate) async fn fork(&self) -> Result<(), Fault> {
        let Some(before) = self.identity()? else { return Ok(()) };
        let Some((device, token)) = before.fork.clone() else {
            return Ok(());
        };
        let request = ForkRequest {
            proto: PROTO,
            epoch: before.epoch,
            device,
            token: token.clone(),
            announce: Some(self.announcement()?),
        };
        let answer: Result<EnrolResponse, Fault> = self
            .call_json(&before.server, Some(&before.token), "/v1/fork", &request)
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(fault) => {
                self.note_refusal(&before, &fault)?;
                return Err(fault);
            }
        };
        self.store.write_outbox(|tx| {
            let Some(mut identity) = identity::get(tx)?.filter(|now| now.device == before.device) else {
                return Ok(());
            };
            let mut former: Vec<Former> = setting::get(tx, BEFORE_FORKS)?;
            former.push(Former {
                device: identity.device,
                token: identity.token,
            });
            setting::put(tx, BEFORE_FORKS, &former)?;
            identity.device = device;
            identity.token = token;
            identity.fork = None;
            begin_history(tx, &mut identity, answer.epoch)?;
            let anothers = take_profile(tx, &mut identity, &answer.profile)?;
            if identity.order == Some(RevokeOrder::Lock) {
                identity.revoked |= anothers;
                // Its twin came back to the same person meanwhile: nobody need sign in anew.
                identity.order = identity.order.filter(|_| identity.revoked);
            }
            if let Some(order) = answer.order {
                identity.obey(order);
            }
            identity.next_seq = 1;
            mutation::forget_numbers(tx)?;
            identity::put(tx, &identity)
        })?;
        // It may have been locked until now, and may be ordered something.
        self.ports
            .changed
            .changed(&[Topic::Session, Topic::Sync, Topic::Households, Topic::Today, Topic::Map]);
        Ok(())
    }

    /// The server does not know who asked: whoever this phone was before its last fork asks for another device id. Without
    /// one, its worker has to enrol it again.
    pub(crate) fn note_unknown(&self, asked_as: &Identity) -> crate::failure::Result<()> {
        self.store.write_outbox(|tx| {
            let mut former: Vec<Former> = setting::get(tx, BEFORE_FORKS)?;
            let Some(mut identity) = identity::get(tx)?.filter(|now| now.is(asked_as)) else {
                return Ok(()); // an answer to who we were before
            };
            let Some(last) = former.pop() else {
                return identity::unknown_there(tx, asked_as.device);
            };
            setting::put(tx, BEFORE_FORKS, &former)?;
            identity.device = last.device;
            identity.token = last.token;
            identity.take_another_name(self.new_credentials());
            identity::put(tx, &identity)
        })
    }
}
