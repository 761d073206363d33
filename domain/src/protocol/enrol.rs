//! How a phone becomes a device of a street.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::protocol::Announcement;
use crate::{CommunityId, DeviceId, Epoch, GridId, StreetId, UserId};

/// `POST /v1/enrol`. The phone makes the device id and the token itself, so that a repeat after a lost reply
/// finds the same enrolment instead of a used code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolRequest {
    /// Protocol version.
    pub proto: u16,
    /// The one-time code from the office, eight characters; case and dashes do not matter.
    pub code: String,
    /// Made by the phone.
    pub device: DeviceId,
    /// 32 random bytes, base64url without padding; from now on the bearer token. The server keeps its hash only.
    pub token: String,
    /// What the phone calls itself, such as its model; at most 80 characters.
    pub device_name: String,
    /// Version of the app.
    pub app_version: String,
    /// State of the phone: a phone that is enrolled again may hold work of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<Announcement>,
}

/// Who the phone belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Profile {
    /// The person.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// The street.
    pub street: StreetId,
    /// The street's name.
    pub street_name: String,
    /// The person's community, where there is one.
    pub community: Option<CommunityId>,
    /// The grids the person works in, own grid first.
    pub grids: Vec<GridId>,
    /// After this many days without contact the phone shows no household any more.
    #[serde(default = "lease_days")]
    pub lease_days: u16,
}

/// Days without contact after which a phone shows no household any more, where the street has set nothing else.
pub const LEASE_DAYS: u16 = 14;

fn lease_days() -> u16 {
    LEASE_DAYS
}

/// Answer to an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolResponse {
    /// Whose phone it is now.
    pub profile: Profile,
    /// The server's epoch.
    pub epoch: Epoch,
    /// The server's clock, in milliseconds.
    pub server_ms: i64,
    /// The server's public key, Ed25519, base64url without padding. The phone keeps it, and believes from then on what is
    /// signed with it.
    #[serde(default)]
    pub key: Option<String>,
    /// What the office has ordered of this device already; only in the answer to a fork.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<RevokeOrder>,
}

/// `POST /v1/fork`: a restored or cloned phone, still holding a valid token, asks for a device id of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ForkRequest {
    /// Protocol version.
    pub proto: u16,
    /// The epoch the phone knows.
    #[serde(default)]
    pub epoch: Option<Epoch>,
    /// The new device id, made by the phone.
    pub device: DeviceId,
    /// The new token, made by the phone.
    pub token: String,
    /// State of the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<Announcement>,
}

/// `POST /v1/switch`: another person signs in on this phone. What the one before has not sent stays on it, goes on being sent,
/// and is shown to nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SwitchRequest {
    /// Protocol version.
    pub proto: u16,
    /// The device. Must be the one the token belongs to.
    pub device: DeviceId,
    /// The one-time code that the office gave the other person.
    pub code: String,
}

/// What an administrator orders a revoked phone to do. It stands in the details of `device_revoked`, as `order`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RevokeOrder {
    /// Show no household any more; keep what was not sent until somebody signs in again.
    #[default]
    Lock,
    /// Send what is left, then remove everything.
    UploadThenWipe,
    /// Remove everything at once, also what was not sent.
    Wipe,
}

/// `POST /v1/wiped`: a revoked phone says that it is about to remove everything, as ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WipedRequest {
    /// Protocol version.
    pub proto: u16,
    /// The device. Must be the one the token belongs to.
    pub device: DeviceId,
}
