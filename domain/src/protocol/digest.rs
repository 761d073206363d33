//! Digests: whether phone and server hold the same rows of a bucket, and where they differ if not.
//!
//! A digest is the number of rows and the sum of their hashes, so the order does not matter and one row can be added or
//! taken away. It finds accidents; it is no defence against somebody who wants two sets of rows to look the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;
use sha2::Sha256;
use utoipa::ToSchema;

use super::{Row, RowType};
use crate::{Bucket, DeviceId, Epoch};

/// At most this many prefixes in one question.
pub const MAX_PREFIXES: usize = 256;

/// Number of rows, and the sum of the first 16 bytes of SHA-256 over each row's kind, id and revision, modulo 2¹²⁸. Written
/// as both in hexadecimal with a point between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowDigest {
    count: u64,
    sum: u128,
}

impl RowDigest {
    /// Adds a row.
    pub fn add(&mut self, kind: RowType, id: &str, rev: u64) {
        self.count = self.count.wrapping_add(1);
        self.sum = self.sum.wrapping_add(member_hash(kind, id, rev));
    }

    /// Takes a row away that was added.
    pub fn remove(&mut self, kind: RowType, id: &str, rev: u64) {
        self.count = self.count.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(member_hash(kind, id, rev));
    }

    /// Adds what another digest holds.
    pub fn join(&mut self, other: Self) {
        self.count = self.count.wrapping_add(other.count);
        self.sum = self.sum.wrapping_add(other.sum);
    }
}

impl fmt::Display for RowDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}", self.count, self.sum)
    }
}

impl std::str::FromStr for RowDigest {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (count, sum) = text.split_once('.').unwrap_or((text, ""));
        Ok(Self {
            count: u64::from_str_radix(count, 16)?,
            sum: u128::from_str_radix(sum, 16)?,
        })
    }
}

impl Serialize for RowDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RowDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

fn hash_of(kind: RowType, id: &str, rev: Option<u64>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(kind.name().as_bytes());
    hasher.update(b"\n");
    hasher.update(id.as_bytes());
    if let Some(rev) = rev {
        hasher.update(b"\n");
        hasher.update(rev.to_string().as_bytes());
    }
    hasher.finalize().into()
}

fn member_hash(kind: RowType, id: &str, rev: u64) -> u128 {
    let hash = hash_of(kind, id, Some(rev));
    u128::from_be_bytes(hash.first_chunk().copied().unwrap_or_default())
}

/// Where a row stands among all: the first four hexadecimal digits of the hash of its kind and id. Names that were made one
/// after the other are far apart here.
#[must_use]
pub fn row_place(kind: RowType, id: &str) -> String {
    let [first, second, ..] = hash_of(kind, id, None);
    format!("{first:02x}{second:02x}")
}

/// The digests of what lies below a prefix, by the prefixes two digits longer; those without rows are left out.
pub type Parts = BTreeMap<String, RowDigest>;

/// Splits rows into the parts below each of these prefixes. Every row is hashed once, however many prefixes there are.
#[must_use]
pub fn parts<'r>(prefixes: &BTreeSet<&str>, rows: impl IntoIterator<Item = (RowType, &'r str, u64)>) -> Parts {
    let mut parts = Parts::new();
    for (kind, id, rev) in rows {
        let place = row_place(kind, id);
        let (first, _) = place.split_at(2);
        if prefixes.contains("") {
            parts.entry(first.to_owned()).or_default().add(kind, id, rev);
        }
        // Below four digits there is nothing more to split.
        if prefixes.contains(first) || prefixes.contains(place.as_str()) {
            parts.entry(place).or_default().add(kind, id, rev);
        }
    }
    parts
}

/// Where two sides differ, in the order of the prefixes.
#[must_use]
pub fn differing(ours: &Parts, theirs: &Parts) -> Vec<String> {
    let mut prefixes: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    prefixes
        .into_iter()
        .filter(|prefix| ours.get(*prefix) != theirs.get(*prefix))
        .cloned()
        .collect()
}

/// `POST /v1/compare`: where do our rows of this bucket differ?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CompareRequest {
    /// Protocol version.
    pub proto: u16,
    /// The epoch the rows belong to.
    pub epoch: Option<Epoch>,
    /// The device.
    pub device: DeviceId,
    /// The bucket.
    #[schema(value_type = String)]
    pub bucket: Bucket,
    /// Prefixes of places, of 0, 2 or 4 hexadecimal digits; at most 256.
    pub prefixes: Vec<String>,
    /// True to get the rows below the prefixes instead of digests.
    #[serde(default)]
    pub rows: bool,
}

/// Answer to a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CompareResponse {
    /// The server's epoch. In another one than the question's there are neither parts nor rows.
    pub epoch: Epoch,
    /// Digests of everything below the prefixes, by the prefixes two digits longer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, String>)]
    pub parts: Parts,
    /// The rows below the prefixes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(rows: &[(u32, u64)]) -> RowDigest {
        let mut digest = RowDigest::default();
        rows.iter()
            .for_each(|(id, rev)| digest.add(RowType::Case, &id.to_string(), *rev));
        digest
    }

    #[test]
    fn a_digest_is_read_as_it_was_written() {
        for digest in [RowDigest::default(), of(&[(1, 1)]), of(&[(1, 1), (2, u64::MAX)])] {
            let text = serde_json::to_string(&digest).unwrap();
            assert_eq!(serde_json::from_str::<RowDigest>(&text).unwrap(), digest, "{text}");
        }
        for odd in ["\"\"", "\"1\"", "\"x.y\"", "3"] {
            assert!(serde_json::from_str::<RowDigest>(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn the_kind_the_name_and_the_revision_all_count() {
        let mut other = RowDigest::default();
        other.add(RowType::Visit, "1", 1);
        let all = [of(&[(1, 1)]), of(&[(1, 2)]), of(&[(2, 1)]), other];
        for (n, one) in all.iter().enumerate() {
            assert!(all[n + 1..].iter().all(|two| one != two));
        }
    }

    proptest! {
        #[test]
        fn the_order_does_not_count_and_what_is_taken_away_leaves_no_trace(
            mut rows in proptest::collection::vec((0_u32..50, 0_u64..9), 0..30), extra in (60_u32..70, 0_u64..9),
        ) {
            let straight = of(&rows);
            rows.reverse();
            let mut back = of(&rows);
            prop_assert_eq!(straight, back);
            back.add(RowType::Case, &extra.0.to_string(), extra.1);
            prop_assert_ne!(straight, back);
            back.remove(RowType::Case, &extra.0.to_string(), extra.1);
            prop_assert_eq!(straight, back);
        }

        #[test]
        fn the_walk_finds_exactly_the_rows_that_differ(
            rows in proptest::collection::btree_map(0_u32..400, 1_u64..9, 0..200),
            damage in proptest::collection::btree_map(0_u32..400, 9_u64..12, 0..6),
        ) {
            let text = |rows: &BTreeMap<u32, u64>| -> Vec<(String, u64)> {
                rows.iter().map(|(id, rev)| (id.to_string(), *rev)).collect()
            };
            let mut damaged = rows.clone();
            damaged.extend(&damage);
            let (theirs, ours) = (text(&rows), text(&damaged));
            fn below(rows: &[(String, u64)], prefix: &str) -> Parts {
                parts(
                    &BTreeSet::from([prefix]),
                    rows.iter().map(|(id, rev)| (RowType::Case, id.as_str(), *rev)),
                )
            }
            let mut found = Vec::new();
            for first in differing(&below(&ours, ""), &below(&theirs, "")) {
                found.extend(differing(&below(&ours, &first), &below(&theirs, &first)));
            }
            let mut expected: Vec<String> = damage.keys().map(|id| row_place(RowType::Case, &id.to_string())).collect();
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(found, expected);
        }
    }
}
