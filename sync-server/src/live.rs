//! Pokes: "bucket X has reached revision N". They carry no content; whoever is poked pulls.

use domain::{Bucket, StreetId};
use serde::Serialize;

/// A bucket reached a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Poke {
    /// The street; not sent.
    #[serde(skip)]
    pub street: StreetId,
    /// The bucket.
    pub bucket: Bucket,
    /// The revision.
    pub rev: u64,
}
