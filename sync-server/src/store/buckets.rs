//! Buckets as wholes: the digest of what is in each, and how far back its tombstones reach.

use std::collections::{BTreeMap, HashMap};

use domain::protocol::{RowDigest, RowType};
use domain::{Bucket, ReceivedAt, StreetId};

use super::value::list;
use super::{StoreError, Tx};
use crate::{args, row};

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
    let mut args = row![street];
    let list = list(&mut args, buckets.iter().copied());
    let sql =
        format!("SELECT bucket, digest FROM buckets WHERE street_id = $1 AND digest IS NOT NULL AND bucket IN {list}");
    let found = tx.query(&sql, &args, |row| {
        Ok((row.get("bucket")?, read(&row.get::<String>("digest")?)?))
    })?;
    Ok(found.into_iter().collect())
}

fn read(text: &str) -> Result<RowDigest, StoreError> {
    text.parse().map_err(|_odd| StoreError::Column("digest".to_owned()))
}

fn kept(tx: &Tx<'_>, street: &StreetId, bucket: &Bucket) -> Result<Option<RowDigest>, StoreError> {
    let sql = "SELECT digest FROM buckets WHERE street_id = $1 AND bucket = $2";
    let text = tx.query_opt(sql, args![street, bucket], |row| row.get::<Option<String>>("digest"))?;
    text.flatten().as_deref().map(read).transpose()
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

/// The oldest cursor that still sees every tombstone of a bucket.
///
/// # Errors
/// What the engine reports.
pub fn min_rev(tx: &Tx<'_>, street: &StreetId, bucket: &Bucket) -> Result<u64, StoreError> {
    let sql = "SELECT min_rev FROM buckets WHERE street_id = $1 AND bucket = $2";
    Ok(u64::try_from(tx.number(sql, args![street, bucket])?).unwrap_or(0))
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
