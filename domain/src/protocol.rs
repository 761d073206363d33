//! The sync protocol: what phone and server say to each other. `docs/PROTOCOL.md` explains it for a stranger.

mod announce;
mod blob;
mod bundle;
mod change;
mod dictionary;
mod digest;
mod enrol;
mod error_code;
mod hash;
mod mutation;
mod receipt;
mod row_body;
mod signature;

pub use announce::{Announcement, Handshake};
pub use blob::{
    BlobAnswer, MAX_BLOB_BYTES, MAX_CHUNK_BYTES, OfferLine, OfferRequest, OfferResponse, SMALL_BLOB_BYTES, UploadState,
};
pub use bundle::{
    BUNDLE_HEAD_BYTES, BundleHead, BundleKey, BundlePhoto, MAX_BUNDLE_BYTES, MAX_BUNDLE_ITEMS, MAX_BUNDLE_RECORD_BYTES,
    Opener, PIECE_BYTES, PIECE_LENGTH_BYTES, Sealer, bundle_key_line,
};
pub use change::{BucketPage, PullRequest, PullResponse, Row, RowType, Tombstone};
pub use dictionary::{DICTIONARY, DICTIONARY_HEADER, DICTIONARY_MAX_BYTES, DICTIONARY_NUMBER};
pub use digest::{CompareRequest, CompareResponse, MAX_PREFIXES, Parts, RowDigest, differing, parts, row_place};
pub use enrol::{
    EnrolRequest, EnrolResponse, ForkRequest, LEASE_DAYS, Profile, RevokeOrder, SwitchRequest, WipedRequest,
};
pub use error_code::{ErrorBody, ErrorCode, Problem, ProblemKind, WireError};
pub use hash::{body_hash, profile_hash};
pub use mutation::{MAX_MUTATIONS, MAX_PUSH_BYTES, Mutation, PushRequest, PushResponse, Stop, kind};
pub use receipt::{Receipt, Verdict};
pub use row_body::RowBody;
pub use signature::{Evidence, Line, Proof, ServerKey, Statement, photo_line, receipt_line};

/// The protocol version spoken here.
pub const PROTO: u16 = 1;
/// The oldest protocol version still served.
pub const PROTO_MIN: u16 = 1;
/// Header with the protocol version, on every request and response. A response without it did not come from our server.
pub const PROTO_HEADER: &str = "x-sync-proto";
/// Header with the server's epoch, where an answer has no body to say it in.
pub const EPOCH_HEADER: &str = "x-sync-epoch";
/// Header with a fresh UUID per request, echoed by the response.
pub const REQUEST_ID_HEADER: &str = "x-request-id";
