//! Another person signs in on a shared phone. What the one before has not sent stays, goes on being sent under this device, and
//! is shown to nobody else.

use domain::protocol::{EnrolResponse, ErrorCode, PROTO, SwitchRequest, WireError};

use super::enrol::PIN_DUE;
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::store::{identity, setting};
use crate::view::Session;

/// Stands in the settings from the first attempt to sign another person in, whatever became of it, to the next enrolment.
pub(crate) const SHARED: &str = "shared";

impl Device {
    /// Signs another person in, with a one-time code of the office. It takes the network: nobody can see what was pulled for
    /// another person.
    ///
    /// # Errors
    /// `not_enrolled`, `code_invalid`, `unreachable`, `not_our_server`, `device_revoked`, or what the phone's storage refuses.
    pub async fn switch_user(&self, code: &str) -> std::result::Result<Session, WireError> {
        let before = self.identity()?.ok_or(ErrorCode::NotEnrolled)?;
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let question = SwitchRequest {
            proto: PROTO,
            device: before.device,
            code: code.to_ascii_uppercase(),
        };
        self.store.write_outbox(|tx| setting::put(tx, SHARED, &true))?;
        let asked_at = self.ports.clock.mono_ms();
        let answer: EnrolResponse = self
            .call_json(&before.server, Some(&before.token), "/v1/switch", &question)
            .await
            .map_err(WireError::from)?;
        self.change_person(&answer)?;
        self.note_clock(before.device, answer.server_ms, asked_at)?;
        self.engine.memory().try_everything_now();
        self.saved(&[
            Topic::Lock,
            Topic::Session,
            Topic::Reports,
            Topic::Households,
            Topic::Today,
            Topic::Sync,
            Topic::Map,
        ]);
        self.get_session()
    }

    /// First the person, then the copy of the rows: a pull under way sees that it was asked by somebody else.
    fn change_person(&self, answer: &EnrolResponse) -> Result<()> {
        let changed = self.store.write_outbox(|tx| {
            let mut now = identity::get(tx)?.ok_or_else(|| Failure::from(ErrorCode::NotEnrolled))?;
            let changed = now.profile.user != answer.profile.user;
            now.profile = answer.profile.clone();
            // Locked for a while because the answer to the first attempt was lost.
            (now.revoked, now.order) = (false, None);
            identity::add_author(tx, now.profile.user)?;
            identity::put(tx, &now)?;
            if changed {
                // The PIN of the one before is not theirs to know.
                setting::put(tx, PIN_DUE, &true)?;
            }
            Ok(changed)
        })?;
        if changed {
            self.forget_rows()?;
        }
        Ok(())
    }
}
