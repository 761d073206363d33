//! What a phone pushes.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::protocol::{Announcement, Receipt};
use crate::{DeviceId, Epoch, MutationId, UserId};

/// At most this many mutations in one push.
pub const MAX_MUTATIONS: usize = 128;
/// At most this many bytes in one push, after decompression.
pub const MAX_PUSH_BYTES: usize = 256 * 1024;

/// Kinds of mutation. A kind never changes its meaning; a new meaning gets a new name.
pub mod kind {
    /// Body: [`crate::Report`]. Entity: the report.
    pub const REPORT_CREATE: &str = "report.create";
    /// Body: [`crate::ReportNote`]. Entity: the report.
    pub const REPORT_NOTE: &str = "report.note";
    /// Body: [`crate::ReportWithdrawal`]. Entity: the report.
    pub const REPORT_WITHDRAW: &str = "report.withdraw";
    /// Body: [`crate::Visit`]. Entity: the visit.
    pub const VISIT_CREATE: &str = "visit.create";
    /// Body: [`crate::household::HouseholdEdit`]. Entity: the household.
    pub const HOUSEHOLD_EDIT: &str = "household.edit";
    /// Body: [`crate::household::ResidentAdd`]. Entity: the resident.
    pub const RESIDENT_ADD: &str = "resident.add";
    /// Body: [`crate::household::ResidentEdit`]. Entity: the resident.
    pub const RESIDENT_EDIT: &str = "resident.edit";
    /// Body: [`crate::household::ResidentRemove`]. Entity: the resident.
    pub const RESIDENT_REMOVE: &str = "resident.remove";
    /// Body: [`crate::CaseAct`]. Entity: the case.
    pub const CASE_ACT: &str = "case.act";
}

/// One change made on a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Mutation {
    /// Its name (`UUIDv7`), the only idempotency key.
    pub id: MutationId,
    /// The device's contiguous number for it. Flow control only; may be renumbered.
    pub seq: u64,
    /// One of [`kind`].
    pub kind: String,
    /// Version of the body, starting at 1.
    pub v: u16,
    /// What it is about.
    pub entity: Uuid,
    /// Who made it. On a shared phone this may not be the person signed in now.
    pub author: UserId,
    /// Device clock when it was made, in milliseconds.
    pub wall_ms: i64,
    /// The server's clock at that moment as the phone estimated it; absent before the first contact.
    pub server_est_ms: Option<i64>,
    /// The body, as its kind says.
    #[schema(value_type = Object)]
    pub body: Value,
}

/// `POST /v1/push`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PushRequest {
    /// Protocol version, [`crate::protocol::PROTO`].
    pub proto: u16,
    /// The epoch the phone knows; absent before the first contact.
    pub epoch: Option<Epoch>,
    /// The device. Must be the one the token belongs to.
    pub device: DeviceId,
    /// The latest revision of the street this phone has seen in that epoch. A street that is behind it was restored
    /// from an older copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u64>,
    /// State of the phone; absent when it is as it was last announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<Announcement>,
    /// Mutations in the order of their `seq`; may be empty.
    pub mutations: Vec<Mutation>,
}

/// Why the server did not read a push to its end. What came before is committed and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "stop", rename_all = "snake_case")]
pub enum Stop {
    /// A number was skipped: renumber all unanswered mutations from `last + 1` and push again.
    Gap {
        /// The last number the server has.
        last: u64,
    },
    /// A number was used twice: this phone was restored or cloned. Enrol a new device id
    /// (`POST /v1/fork`) and renumber all unanswered mutations from 1; their ids stay.
    Fork {
        /// The last number the server has.
        last: u64,
    },
}

/// Answer to a push.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PushResponse {
    /// The server's epoch.
    pub epoch: Epoch,
    /// The server's clock, in milliseconds.
    pub server_ms: i64,
    /// One receipt per mutation read, in order.
    pub receipts: Vec<Receipt>,
    /// The last number the server has from this device.
    pub last_seq: u64,
    /// Set when the push was not read to its end.
    pub stop: Option<Stop>,
    /// The street's revision after this push.
    pub street_rev: u64,
    /// The revision up to which an off-machine copy exists; absent while there is none.
    pub durable_rev: Option<u64>,
    /// Signature over the receipts, see [`crate::protocol::Statement`]; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sig: Option<String>,
    /// Wait at least this long before the next push, in milliseconds.
    pub next_after_ms: Option<u32>,
}
