//! What a phone pulls: the latest rows of its buckets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::protocol::{Announcement, Profile, RowBody, RowDigest};
use crate::{Bucket, DeviceId, Epoch};

/// Kinds of row in a pull. The body of each is the type named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowType {
    /// [`crate::view::StreetRow`], bucket `ref`.
    Street,
    /// [`crate::view::QueueRow`], bucket `ref`.
    Queue,
    /// [`crate::view::GridRow`], bucket `ref`.
    Grid,
    /// [`crate::view::CaseRow`], buckets `me:`, `grid:`, `dept:`, `street`.
    Case,
    /// [`crate::view::CaseOutline`], bucket `community:`: place, category and state alone.
    CaseOutline,
    /// [`crate::Household`] in [`crate::view::HouseholdRow`], bucket `home:`.
    Household,
    /// [`crate::Resident`] in [`crate::view::ResidentRow`], bucket `home:`.
    Resident,
    /// [`crate::view::VisitRow`], bucket `home:`; the reflection is only in the author's `me:`.
    Visit,
    /// [`crate::view::Reflection`], bucket `me:`.
    Reflection,
    /// [`crate::view::OriginalRequest`], bucket `me:`: the office asks for an original.
    OriginalRequest,
}

impl RowType {
    /// As it is written on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::Queue => "queue",
            Self::Grid => "grid",
            Self::Case => "case",
            Self::CaseOutline => "case_outline",
            Self::Household => "household",
            Self::Resident => "resident",
            Self::Visit => "visit",
            Self::Reflection => "reflection",
            Self::OriginalRequest => "original_request",
        }
    }
}

/// `POST /v1/pull`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PullRequest {
    /// Protocol version.
    pub proto: u16,
    /// The epoch the cursors belong to; absent before the first contact.
    pub epoch: Option<Epoch>,
    /// The device.
    pub device: DeviceId,
    /// The last revision held, per bucket. An empty map asks for everything in scope.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub cursors: BTreeMap<Bucket, u64>,
    /// The latest revision of the street this phone has seen in that epoch, where no cursor says as much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u64>,
    /// [`crate::protocol::profile_hash`] of the profile the phone holds. Absent asks for the profile.
    #[serde(default)]
    pub profile: Option<String>,
    /// True to get the digest of every bucket, whether it has moved or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub check: bool,
    /// True to get the key that bundles are sealed with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bundle_key: bool,
    /// Wanted size of the answer before compression, in bytes; at most 1 MiB.
    pub max_bytes: Option<u32>,
    /// State of the phone; absent when it is as it was last announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<Announcement>,
}

/// One row at its latest revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Row {
    /// Kind.
    #[serde(rename = "type")]
    pub kind: RowType,
    /// Name.
    pub id: String,
    /// Revision.
    pub rev: u64,
    /// Body, as its kind says. Unknown fields are kept.
    #[schema(value_type = Object)]
    pub data: RowBody,
}

/// A row that is no longer in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tombstone {
    /// Kind.
    #[serde(rename = "type")]
    pub kind: RowType,
    /// Name.
    pub id: String,
    /// Revision at which it left.
    pub rev: u64,
}

/// One bucket's part of a pull. Applied together with its cursor in one transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BucketPage {
    /// The bucket.
    pub id: Bucket,
    /// True: forget every member of this bucket first (first fill, new epoch, or a cursor too old).
    pub reset: bool,
    /// The cursor after this page.
    pub to: u64,
    /// True: ask again at once.
    pub more: bool,
    /// Rows.
    pub rows: Vec<Row>,
    /// Rows gone.
    pub gone: Vec<Tombstone>,
    /// Of all rows the bucket holds now, on the last page of one that has moved, or when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub digest: Option<RowDigest>,
}

/// Answer to a pull.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PullResponse {
    /// The server's epoch.
    pub epoch: Epoch,
    /// The server's clock, in milliseconds.
    pub server_ms: i64,
    /// The street's revision in the snapshot this answer was read from.
    pub street_rev: u64,
    /// The revision up to which an off-machine copy exists; absent while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub durable_rev: Option<u64>,
    /// Whose phone it is and where that person works, when it is not what the phone holds.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// The server's public key for bundles (X25519, base64url without padding), when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_key: Option<String>,
    /// Signature over that key, see [`crate::protocol::Statement`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sig: Option<String>,
    /// Every bucket the device may see now. Members of any other bucket are dropped.
    #[schema(value_type = Vec<String>)]
    pub scope: Vec<Bucket>,
    /// Pages, by priority.
    pub buckets: Vec<BucketPage>,
    /// Wait at least this long before the next pull, in milliseconds.
    pub next_after_ms: Option<u32>,
}
