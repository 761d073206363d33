//! Another person signs in on a shared phone. What the one before has not sent stays, goes on being sent under this device, and
//! is shown to nobody else. A change whose answer was lost is asked for again once the server says that the phone is another's.

use domain::DeviceId;
use domain::protocol::{EnrolResponse, ErrorCode, PROTO, Profile, RevokeOrder, SwitchRequest, WireError};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::enrol::PIN_DUE;
use super::exchange::Fault;
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::store::identity::Identity;
use crate::store::{forgetting, identity, setting};
use crate::view::Session;

/// Stands in the settings from the first attempt to sign another person in, whatever became of it, to the next enrolment.
pub(crate) const SHARED: &str = "shared";
const UNDER_WAY: &str = "switch-under-way";

/// A change of hands under way: stored before it is sent, until the server has answered. The code binds the repeat to the first
/// request, and the server answers both alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct UnderWay {
    device: DeviceId,
    code: String,
}

/// True when the server takes this phone for another's and a change of hands was not answered: it was made there.
pub(super) fn is_unanswered(outbox: &Connection, identity: &Identity) -> Result<bool> {
    Ok(identity.order == Some(RevokeOrder::Lock) && under_way(outbox, identity)?.is_some())
}

fn under_way(outbox: &Connection, identity: &Identity) -> Result<Option<UnderWay>> {
    let found: Option<UnderWay> = setting::get(outbox, UNDER_WAY)?;
    Ok(found.filter(|it| it.device == identity.device))
}

/// Takes in what the server says of the person signed in. True when that is somebody else: a twin of this phone changed hands.
/// Nobody here is shown what is theirs; this phone says from now on who is signed in, and whoever that is signs in anew.
pub(super) fn take_profile(outbox: &Connection, identity: &mut Identity, profile: &Profile) -> Result<bool> {
    if profile.user == identity.profile.user {
        identity.profile = profile.clone();
        return Ok(false);
    }
    tracing::warn!("the server takes this phone for somebody else's");
    setting::put(outbox, SHARED, &true)?;
    identity.order.get_or_insert(RevokeOrder::Lock);
    Ok(true)
}

/// True for an answer after which the same request has nothing more to bring.
fn is_final(fault: &Fault) -> bool {
    let Fault::Refused { error, .. } = fault else {
        return false;
    };
    matches!(
        error.code,
        ErrorCode::CodeInvalid | ErrorCode::DeviceRevoked | ErrorCode::DeviceMismatch | ErrorCode::Unauthenticated
    )
}

impl Device {
    /// Signs another person in, with a one-time code of the office. It takes the network: nobody can see what was pulled for
    /// another person.
    ///
    /// # Errors
    /// `not_enrolled`, `code_invalid`, `unreachable`, `not_our_server`, `device_revoked`, or what the phone's storage refuses.
    pub async fn switch_user(&self, code: &str) -> std::result::Result<Session, WireError> {
        let before = self.identity()?.ok_or(ErrorCode::NotEnrolled)?;
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let under_way = UnderWay {
            device: before.device,
            code: code.to_ascii_uppercase(),
        };
        self.store.write_outbox(|tx| {
            setting::put(tx, SHARED, &true)?;
            setting::put(tx, UNDER_WAY, &Some(&under_way))
        })?;
        self.ask_for_switch(&before, under_way).await?;
        self.get_session()
    }

    /// Asks once more for the change whose answer was lost.
    pub(crate) async fn finish_switch(&self) -> std::result::Result<(), Fault> {
        let Some(identity) = self.identity()? else {
            return Ok(());
        };
        match self.store.outbox(|outbox| under_way(outbox, &identity))? {
            Some(under_way) => self.ask_for_switch(&identity, under_way).await,
            None => Ok(()),
        }
    }

    async fn ask_for_switch(&self, before: &Identity, under_way: UnderWay) -> std::result::Result<(), Fault> {
        let question = SwitchRequest {
            proto: PROTO,
            device: under_way.device,
            code: under_way.code.clone(),
        };
        let asked_at = self.ports.clock.mono_ms();
        let answer: std::result::Result<EnrolResponse, Fault> = self
            .call_json(&before.server, Some(&before.token), "/v1/switch", &question)
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(fault) => {
                if is_final(&fault) {
                    self.store
                        .write_outbox(|tx| setting::put(tx, UNDER_WAY, &None::<UnderWay>))?;
                }
                return Err(fault);
            }
        };
        self.change_person(&under_way, &answer)?;
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
        Ok(())
    }

    /// First the person, then the copy of the rows: a pull under way sees that it was asked by somebody else.
    fn change_person(&self, asked: &UnderWay, answer: &EnrolResponse) -> Result<()> {
        self.store.write_outbox(|tx| {
            let mut now = identity::get(tx)?.ok_or_else(|| Failure::from(ErrorCode::NotEnrolled))?;
            // Enrolled anew meanwhile, or another change was begun, or this one is made: it says nothing of today.
            if under_way(tx, &now)?.as_ref() != Some(asked) {
                return Ok(());
            }
            let changed = now.profile.user != answer.profile.user;
            now.profile = answer.profile.clone();
            // Locked for a while because the answer to the first attempt was lost.
            (now.revoked, now.order) = (false, None);
            setting::put(tx, UNDER_WAY, &None::<UnderWay>)?;
            identity::add_author(tx, now.profile.user)?;
            identity::put(tx, &now)?;
            if changed {
                // The PIN of the one before is not theirs to know.
                setting::put(tx, PIN_DUE, &true)?;
                identity::change_hands(tx)?;
                forgetting::begin(tx)?;
            }
            Ok(())
        })?;
        self.try_to_forget();
        Ok(())
    }
}
