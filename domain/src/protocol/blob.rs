//! Photos on the wire: offered by hash, resumed by offset, stored only when the hash is right.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::protocol::Announcement;
use crate::{Epoch, Sha256Hex};

/// A file up to this size goes in one `PUT`; a larger one in `PATCH` requests.
pub const SMALL_BLOB_BYTES: u64 = 256 * 1024;
/// The largest `PATCH` body.
pub const MAX_CHUNK_BYTES: usize = 1024 * 1024;
/// The largest file.
pub const MAX_BLOB_BYTES: u64 = 64 * 1024 * 1024;

/// `POST /v1/blobs/offer`: which of these do you want?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferRequest {
    /// Protocol version.
    pub proto: u16,
    /// The epoch the phone knows; absent before the first contact.
    #[serde(default)]
    pub epoch: Option<Epoch>,
    /// At most 200 hashes.
    pub hashes: Vec<Sha256Hex>,
    /// State of the phone; absent when it is as it was last announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<Announcement>,
}

/// The server's word on one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum BlobAnswer {
    /// Stored, and its bytes hash to its name.
    Have,
    /// Wanted from this offset on.
    Want {
        /// Bytes the server already has.
        offset: u64,
    },
    /// No accepted mutation of this street names it: push the mutation first.
    Unknown,
    /// Nobody asked for this original (yet).
    NotAsked,
}

/// One line of the answer to an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferLine {
    /// The hash.
    pub sha256: Sha256Hex,
    /// The answer.
    #[serde(flatten)]
    pub answer: BlobAnswer,
}

/// Answer to an offer, in the order asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferResponse {
    /// The server's epoch. With another one than the phone knows the lines say nothing of what the phone believes stored.
    pub epoch: Epoch,
    /// The street's revision at which this was so.
    #[serde(default)]
    pub street_rev: Option<u64>,
    /// One line per hash.
    pub lines: Vec<OfferLine>,
    /// Signature over the photos that are stored, see [`crate::protocol::Statement`]; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sig: Option<String>,
}

/// Answer to `PUT` and `PATCH` on `/v1/blobs/{sha256}`; `HEAD` says the same in headers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UploadState {
    /// The server's epoch.
    pub epoch: Epoch,
    /// Bytes the server has.
    pub offset: u64,
    /// True once the whole file is stored durably and its hash was checked.
    pub stored: bool,
    /// Of a stored file: a revision of the street that has it. An off-machine copy as late as that has it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street_rev: Option<u64>,
    /// Of a stored file: the signature over it, see [`crate::protocol::Statement`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sig: Option<String>,
}
