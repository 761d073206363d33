//! Which row is in which bucket, at its latest revision.

use std::collections::BTreeSet;

use domain::protocol::RowType;
use domain::{Bucket, StreetId};

use super::scope::Scope;
use super::{Edit, StoreError, Tx, code};
use crate::live::Poke;
use crate::{args, row};

/// Puts a row into the buckets it is in now, and a tombstone into those it has left.
///
/// # Errors
/// What the engine reports.
pub fn place(scope: &mut Scope<'_, '_>, kind: RowType, id: &str, rev: u64) -> Result<(), StoreError> {
    let edit = scope.edit;
    let now: BTreeSet<Bucket> = scope.buckets_of(kind, id)?.into_iter().collect();
    let before = if edit.is_new(kind, id) {
        Vec::new()
    } else {
        let sql = "SELECT bucket, rev FROM bucket_rows WHERE street_id = $1 AND kind = $2 AND id = $3 AND gone = 0";
        edit.tx.query(sql, args![&edit.street, code(&kind)?, id], |row| {
            Ok((row.get::<Bucket>("bucket")?, row.get::<u64>("rev")?))
        })?
    };
    for (bucket, old) in &before {
        edit.counted(bucket, |digest| digest.remove(kind, id, *old));
        if !now.contains(bucket) {
            put(edit, bucket, kind, id, rev, true)?;
        }
    }
    for bucket in &now {
        edit.counted(bucket, |digest| digest.add(kind, id, rev));
        put(edit, bucket, kind, id, rev, false)?;
    }
    Ok(())
}

/// The buckets a row is in.
///
/// # Errors
/// What the engine reports.
pub fn of_row(tx: &Tx<'_>, street: &StreetId, kind: RowType, id: &str) -> Result<BTreeSet<Bucket>, StoreError> {
    let sql = "SELECT bucket FROM bucket_rows WHERE street_id = $1 AND kind = $2 AND id = $3 AND gone = 0";
    Ok(tx
        .query(sql, args![street, code(&kind)?, id], |row| row.get("bucket"))?
        .into_iter()
        .collect())
}

fn put(edit: &Edit<'_>, bucket: &Bucket, kind: RowType, id: &str, rev: u64, gone: bool) -> Result<(), StoreError> {
    edit.tx.insert(
        "INSERT INTO bucket_rows (street_id, bucket, kind, id, rev, gone, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (street_id, bucket, kind, id) DO UPDATE SET rev = excluded.rev, gone = excluded.gone, at = excluded.at",
        row![&edit.street, bucket, code(&kind)?, id, rev, gone, edit.now],
    )?;
    edit.tx.poke(Poke {
        street: edit.street.clone(),
        bucket: bucket.clone(),
        rev,
    });
    Ok(())
}

/// A row's place in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Kind.
    pub kind: RowType,
    /// Name.
    pub id: String,
    /// Revision.
    pub rev: u64,
    /// True when it has left the bucket.
    pub gone: bool,
}

/// Members of a bucket after a revision, in revision order; with `present` set, those still in it only.
///
/// # Errors
/// What the engine reports.
pub fn after(
    tx: &Tx<'_>,
    street: &StreetId,
    bucket: &Bucket,
    rev: u64,
    present: bool,
    limit: usize,
) -> Result<Vec<Member>, StoreError> {
    let sql = "SELECT kind, id, rev, gone FROM bucket_rows
         WHERE street_id = $1 AND bucket = $2 AND rev > $3 AND gone <= $4 ORDER BY rev LIMIT $5";
    tx.query(sql, args![street, bucket, rev, !present, limit], |row| {
        Ok(Member {
            kind: row.code("kind")?,
            id: row.get("id")?,
            rev: row.get("rev")?,
            gone: row.get("gone")?,
        })
    })
}

/// The buckets of a street that have moved beyond a revision, each with its newest one. Looks once at each bucket, however
/// long its history is.
///
/// # Errors
/// What the engine reports.
pub(super) fn moved(tx: &Tx<'_>, street: &StreetId, since: u64) -> Result<Vec<Poke>, StoreError> {
    let sql = "WITH RECURSIVE each_bucket (bucket) AS (
            SELECT MIN(bucket) FROM bucket_rows WHERE street_id = $1
            UNION ALL
            SELECT (SELECT MIN(later.bucket) FROM bucket_rows AS later
                WHERE later.street_id = $1 AND later.bucket > each_bucket.bucket)
            FROM each_bucket WHERE each_bucket.bucket IS NOT NULL
         ), newest AS (
            SELECT bucket, (SELECT MAX(rows_of.rev) FROM bucket_rows AS rows_of
                WHERE rows_of.street_id = $1 AND rows_of.bucket = each_bucket.bucket) AS rev
            FROM each_bucket WHERE bucket IS NOT NULL
         )
         SELECT bucket, rev FROM newest WHERE rev > $2";
    tx.query(sql, args![street, since], |row| {
        Ok(Poke {
            street: street.clone(),
            bucket: row.get("bucket")?,
            rev: row.get("rev")?,
        })
    })
}
