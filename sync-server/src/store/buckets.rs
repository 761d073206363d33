//! Buckets as wholes: the digest of what is in each, and how far back its tombstones reach.

use std::collections::{BTreeMap, HashMap};

use domain::protocol::{RowDigest, RowType};
use domain::{Bucket, ReceivedAt, StreetId};

use super::{Row, StoreError, Tx, json};
use crate::{args, row};

/// What is known of a bucket as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// The revision of what changed in it last.
    pub newest: u64,
    /// The oldest cursor that still sees every tombstone.
    pub min_rev: u64,
    /// The digest of its rows; absent where it was not kept yet.
    digest: Option<RowDigest>,
}

impl Standing {
    /// The digest of the rows in the bucket, as it is kept; counted where it was not kept yet.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn digest(&self, tx: &Tx<'_>, street: &StreetId, bucket: &Bucket) -> Result<RowDigest, StoreError> {
        self.digest.map_or_else(|| counted(tx, street, bucket), Ok)
    }
}

/// How each of these buckets stands.
///
/// # Errors
/// What the engine reports.
pub fn standing(tx: &Tx<'_>, street: &StreetId, asked: &[Bucket]) -> Result<HashMap<Bucket, Standing>, StoreError> {
    let sql = format!(
        "SELECT names.value AS bucket, min_rev, digest, (SELECT MAX(bucket_rows.rev) FROM bucket_rows
            WHERE bucket_rows.street_id = $1 AND bucket_rows.bucket = names.value) AS newest
         FROM {} LEFT JOIN buckets ON buckets.street_id = $1 AND buckets.bucket = names.value",
        tx.names(2)
    );
    let found = tx.query(&sql, args![street, json(asked)?], |row| {
        let standing = Standing {
            newest: row.get::<Option<u64>>("newest")?.unwrap_or(0),
            min_rev: row.get::<Option<u64>>("min_rev")?.unwrap_or(0),
            digest: read_digest(row)?,
        };
        Ok((row.get("bucket")?, standing))
    })?;
    Ok(found.into_iter().collect())
}

/// The digest of the rows in a bucket, as it is kept; counted where it was not kept yet.
///
/// # Errors
/// What the engine reports.
pub fn digest(tx: &Tx<'_>, street: &StreetId, bucket: &Bucket) -> Result<RowDigest, StoreError> {
    match kept(tx, street, bucket)? {
        Some(digest) => Ok(digest),
        None => counted(tx, street, bucket),
    }
}

/// The digests that are kept of these buckets.
fn kept_of(tx: &Tx<'_>, street: &StreetId, buckets: &[&Bucket]) -> Result<HashMap<Bucket, RowDigest>, StoreError> {
    let sql = format!(
        "SELECT bucket, digest FROM buckets WHERE street_id = $1 AND digest IS NOT NULL AND {}",
        tx.among("bucket", 2)
    );
    let found = tx.query(&sql, args![street, json(buckets)?], |row| {
        Ok((row.get("bucket")?, read(&row.get::<String>("digest")?)?))
    })?;
    Ok(found.into_iter().collect())
}

fn read(text: &str) -> Result<RowDigest, StoreError> {
    text.parse().map_err(|_odd| StoreError::Column("digest".to_owned()))
}

fn read_digest(row: &Row<'_>) -> Result<Option<RowDigest>, StoreError> {
    row.get::<Option<String>>("digest")?.as_deref().map(read).transpose()
}

fn kept(tx: &Tx<'_>, street: &StreetId, bucket: &Bucket) -> Result<Option<RowDigest>, StoreError> {
    let sql = "SELECT digest FROM buckets WHERE street_id = $1 AND bucket = $2";
    Ok(tx.query_opt(sql, args![street, bucket], read_digest)?.flatten())
}

/// The digest of the rows in a bucket, from the rows themselves.
///
/// # Errors
/// What the engine reports.
pub fn counted(tx: &Tx<'_>, street: &StreetId, bucket: &Bucket) -> Result<RowDigest, StoreError> {
    let mut digest = RowDigest::default();
    for (kind, id, rev) in present(tx, street, bucket)? {
        digest.add(kind, &id, rev);
    }
    Ok(digest)
}

/// True when the digest that is kept, if one is, is that of the rows.
///
/// # Errors
/// What the engine reports.
pub fn is_kept_right(tx: &Tx<'_>, street: &StreetId, bucket: &Bucket) -> Result<bool, StoreError> {
    Ok(digest(tx, street, bucket)? == counted(tx, street, bucket)?)
}

/// Every row in a bucket: kind, name and revision.
///
/// # Errors
/// What the engine reports.
pub fn present(tx: &Tx<'_>, street: &StreetId, bucket: &Bucket) -> Result<Vec<(RowType, String, u64)>, StoreError> {
    let sql = "SELECT kind, id, rev FROM bucket_rows WHERE street_id = $1 AND bucket = $2 AND gone = 0";
    tx.query(sql, args![street, bucket], |row| {
        Ok((row.code("kind")?, row.get("id")?, row.get("rev")?))
    })
}

/// Brings the kept digests up to date with the changes of a transaction. The rows are written already.
///
/// # Errors
/// What the engine reports.
pub fn changed(tx: &Tx<'_>, street: &StreetId, changes: &BTreeMap<Bucket, RowDigest>) -> Result<(), StoreError> {
    let names: Vec<&Bucket> = changes.keys().collect();
    let mut kept = kept_of(tx, street, &names)?;
    for (bucket, change) in changes {
        let digest = match kept.remove(bucket) {
            Some(mut digest) => {
                digest.join(*change);
                digest
            }
            None => counted(tx, street, bucket)?,
        };
        keep(tx, street, bucket, digest)?;
    }
    Ok(())
}

/// Keeps a digest.
///
/// # Errors
/// What the engine reports.
pub fn keep(tx: &Tx<'_>, street: &StreetId, bucket: &Bucket, digest: RowDigest) -> Result<(), StoreError> {
    let sql = "INSERT INTO buckets (street_id, bucket, min_rev, digest) VALUES ($1, $2, $3, $4)
         ON CONFLICT (street_id, bucket) DO UPDATE SET digest = excluded.digest";
    tx.insert(sql, row![street, bucket, 0, digest.to_string()])
}

/// Removes tombstones that were made before `then`. A phone whose cursor is older than the newest of them begins again.
///
/// # Errors
/// What the engine reports.
pub fn forget_tombstones(tx: &Tx<'_>, street: &StreetId, then: ReceivedAt) -> Result<usize, StoreError> {
    let sql = "SELECT bucket, MAX(rev) AS newest FROM bucket_rows WHERE street_id = $1 AND gone = 1 AND at < $2
         GROUP BY bucket";
    let old = tx.query(sql, args![street, then], |row| {
        Ok((row.get::<Bucket>("bucket")?, row.get::<u64>("newest")?))
    })?;
    let mut removed = 0;
    for (bucket, newest) in old {
        let raise = "INSERT INTO buckets (street_id, bucket, min_rev) VALUES ($1, $2, $3)
             ON CONFLICT (street_id, bucket) DO UPDATE SET min_rev = excluded.min_rev
             WHERE buckets.min_rev < excluded.min_rev";
        tx.execute(raise, args![street, &bucket, newest])?;
        let forget = "DELETE FROM bucket_rows WHERE street_id = $1 AND bucket = $2 AND gone = 1 AND rev <= $3";
        removed += tx.execute(forget, args![street, &bucket, newest])?;
    }
    Ok(removed)
}
