//! How the phone becomes a device of a street.

use domain::DeviceId;
use domain::protocol::{EnrolRequest, EnrolResponse, ErrorCode, PROTO, WireError};
use serde::{Deserialize, Serialize};

use super::address;
use super::fork::forget_former;
use super::push::offer_lost_again;
use super::switch::SHARED;
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::store::identity::Identity;
use crate::store::{cursor, forgetting, identity, mutation, setting};
use crate::view::{EnrolRequestView, Session};

/// True from an enrolment, or a change of hands, until its worker has chosen a PIN.
pub(super) const PIN_DUE: &str = "pin-due";
const UNDER_WAY: &str = "enrolment-under-way";
const MAX_NAME: usize = 80;

/// An enrolment under way: stored before it is sent, so that a retry after a lost reply repeats the same request
/// and finds the same enrolment instead of a used code.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct UnderWay {
    server: String,
    code: String,
    device: DeviceId,
    token: String,
}

impl Device {
    /// Enrols this phone with a one-time code.
    ///
    /// # Errors
    /// `already_enrolled`, `address_refused`, `code_invalid`, `unreachable`, `not_our_server`, or what the phone's
    /// storage refuses.
    pub async fn enrol(&self, request: EnrolRequestView) -> std::result::Result<Session, WireError> {
        let under_way = self.begin_enrolment(&request)?;
        let question = EnrolRequest {
            proto: PROTO,
            code: under_way.code.clone(),
            device: under_way.device,
            token: under_way.token.clone(),
            device_name: request.device_name.trim().chars().take(MAX_NAME).collect(),
            app_version: self.ports.app_version.clone(),
            announce: Some(self.announcement().map_err(WireError::from)?),
        };
        let asked_at = self.ports.clock.mono_ms();
        let answer: EnrolResponse = self
            .call_json(&under_way.server, None, "/v1/enrol", &question)
            .await
            .map_err(WireError::from)?;
        let device = under_way.device;
        self.finish_enrolment(under_way, &answer)?;
        self.note_clock(device, answer.server_ms, asked_at)?;
        let mut memory = self.engine.memory();
        memory.try_everything_now();
        // Another street has another map.
        memory.basemap_due_at = 0;
        drop(memory);
        self.engine.wake();
        self.ports.changed.changed(&[
            Topic::Lock,
            Topic::Session,
            Topic::Today,
            Topic::Reports,
            Topic::Households,
            Topic::Sync,
        ]);
        self.get_session()
    }

    /// True once the phone is a worker's who has not chosen a PIN for it. One that is `bare` never had a PIN.
    pub(crate) fn pin_due(&self, bare: bool) -> Result<bool> {
        self.store
            .outbox(|outbox| Ok(identity::get(outbox)?.is_some() && (bare || setting::get(outbox, PIN_DUE)?)))
    }

    /// The worker has chosen it.
    pub(crate) fn pin_chosen(&self) -> Result<()> {
        self.store.write_outbox(|tx| setting::put(tx, PIN_DUE, &false))
    }

    fn begin_enrolment(&self, request: &EnrolRequestView) -> Result<UnderWay> {
        let server = address::normal(&request.server)?;
        let code: String = request
            .code
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if code.is_empty() {
            return Err(ErrorCode::CodeInvalid.into());
        }
        self.store.write_outbox(|tx| {
            if identity::get(tx)?.is_some_and(|identity| !identity.revoked) {
                return Err(Failure::from(ErrorCode::AlreadyEnrolled));
            }
            let before: Option<UnderWay> = setting::get(tx, UNDER_WAY)?;
            if let Some(same) = before.filter(|before| before.server == server && before.code == code) {
                return Ok(same);
            }
            let (device, token) = self.new_credentials();
            let fresh = UnderWay {
                server,
                code,
                device,
                token,
            };
            setting::put(tx, UNDER_WAY, &Some(&fresh))?;
            Ok(fresh)
        })
    }

    fn finish_enrolment(&self, under_way: UnderWay, answer: &EnrolResponse) -> Result<()> {
        self.store.write_outbox(|tx| {
            let before = identity::get(tx)?;
            if before.is_some_and(|before| before.profile.user != answer.profile.user) {
                forgetting::begin(tx)?;
            }
            offer_lost_again(tx, &answer.profile.street, answer.epoch)?;
            mutation::forget_numbers(tx)?;
            // What others left here waits until they sign in again: this device was never theirs.
            identity::forget_authors(tx)?;
            forget_former(tx)?;
            identity::add_author(tx, answer.profile.user)?;
            setting::put(tx, UNDER_WAY, &None::<UnderWay>)?;
            setting::put(tx, SHARED, &false)?;
            setting::put(tx, PIN_DUE, &true)?;
            identity::put(
                tx,
                &Identity {
                    server: under_way.server,
                    device: under_way.device,
                    token: under_way.token,
                    profile: answer.profile.clone(),
                    epoch: Some(answer.epoch),
                    next_seq: 1,
                    revoked: false,
                    order: None,
                    fork: None,
                    clock_offset_ms: None,
                    last_success_ms: None,
                    seen_rev: None,
                    durable_rev: None,
                    server_key: answer.key.clone(),
                    hands: 0,
                },
            )
        })?;
        self.try_to_forget();
        self.store.write_cache(|tx| cursor::begin_epoch(tx, answer.epoch))
    }
}
