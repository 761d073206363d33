//! Which row is in which bucket, and whether what is here is what the server says is there.

use std::collections::BTreeSet;

use domain::Bucket;
use domain::protocol::{Row, RowDigest, RowType, Tombstone, row_place};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::cached::Cached as _;
use super::changes::Changes;
use super::{bucket, packed, row};
use crate::failure::Result;

/// Puts a row into a bucket.
pub(super) fn join(cache: &Connection, bucket: i64, row: i64, rev: u64) -> Result<()> {
    cache.run(
        "insert into member (bucket, row, rev) values (?1, ?2, ?3)
         on conflict (bucket, row) do update set rev = max(rev, excluded.rev)",
        params![bucket, row, rev],
    )?;
    Ok(())
}

/// Takes a row out of a bucket.
pub(crate) fn leave(cache: &Connection, bucket: &Bucket, gone: &Tombstone, changes: &mut Changes) -> Result<()> {
    let sql = "delete from member where bucket = (select n from bucket where name = ?1)
         and row = (select n from row where type = ?2 and id = ?3) and rev <= ?4 returning row";
    let named = params![bucket.as_str(), gone.kind.name(), gone.id, gone.rev];
    changes
        .left
        .extend(cache.one(sql, named, |row| row.get::<_, i64>(0)).optional()?);
    Ok(())
}

/// Takes every row out of a bucket.
pub(crate) fn empty_bucket(cache: &Connection, bucket: &Bucket, changes: &mut Changes) -> Result<()> {
    let sql = "delete from member where bucket = (select n from bucket where name = ?1) returning row";
    let mut statement = cache.prepare_cached(sql)?;
    let mut gone = statement.query([bucket.as_str()])?;
    while let Some(row) = gone.next()? {
        changes.left.insert(row.get(0)?);
    }
    Ok(())
}

/// A member: its row's number, kind and name as far as the row is here, and the revision it is a member at.
struct Found {
    row: i64,
    kind: Option<RowType>,
    id: String,
    rev: Option<u64>,
}

/// Calls `each` with every member and its packed text, where that is wanted; the row of a member may be missing or older.
fn each_member(
    cache: &Connection,
    bucket: &Bucket,
    texts: bool,
    mut each: impl FnMut(Found, Option<&[u8]>),
) -> Result<()> {
    let Some(number) = bucket::find(cache, bucket)? else {
        return Ok(());
    };
    let mut statement = cache.prepare_cached(
        // A row that is older than its membership was not all that came.
        "select m.row, m.rev, r.type, r.id, iif(?2, r.data, null) from member m
         left join row r on r.n = m.row and r.rev >= m.rev where m.bucket = ?1",
    )?;
    let mut rows = statement.query(params![number, texts])?;
    while let Some(row) = rows.next()? {
        let kind: Option<String> = row.get(2)?;
        // A revision below zero, or a kind nobody knows, is damage like any other.
        let found = Found {
            row: row.get(0)?,
            kind: kind.and_then(|name| row::kind(&name).ok()),
            id: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            rev: u64::try_from(row.get::<_, i64>(1)?).ok(),
        };
        each(found, row.get_ref(4)?.as_blob_or_null().ok().flatten());
    }
    Ok(())
}

impl Found {
    /// Kind, name and revision where the row is here.
    fn sound(self) -> Option<(RowType, String, u64)> {
        Some((self.kind?, self.id, self.rev?))
    }
}

/// The digest of a bucket as its rows are known here, without a look at their texts.
pub(crate) fn digest(cache: &Connection, bucket: &Bucket) -> Result<RowDigest> {
    let mut digest = RowDigest::default();
    each_member(cache, bucket, false, |found, _| {
        if let Some((kind, id, rev)) = found.sound() {
            digest.add(kind, &id, rev);
        }
    })?;
    Ok(digest)
}

/// The members of a bucket whose rows are here as they came.
pub(crate) fn sound_members(cache: &Connection, bucket: &Bucket) -> Result<Vec<(RowType, String, u64)>> {
    let mut sound = Vec::new();
    each_member(cache, bucket, true, |found, text| {
        if text.is_some_and(|text| packed::unpack(text).is_some()) {
            sound.extend(found.sound());
        }
    })?;
    Ok(sound)
}

/// Takes rows out of a bucket that are not here as they came; the digest of those that stay.
pub(crate) fn drop_damaged(cache: &Connection, bucket: &Bucket, changes: &mut Changes) -> Result<RowDigest> {
    let (mut digest, mut damaged) = (RowDigest::default(), BTreeSet::new());
    each_member(cache, bucket, true, |found, text| {
        let row = found.row;
        match found.sound() {
            Some((kind, id, rev)) if text.is_some_and(|text| packed::unpack(text).is_some()) => {
                digest.add(kind, &id, rev);
            }
            _ => {
                damaged.insert(row);
            }
        }
    })?;
    remove(cache, bucket, damaged, changes)?;
    Ok(digest)
}

/// Makes the rows of a bucket below these prefixes what the server says they are.
pub(crate) fn replace_below(
    cache: &Connection,
    bucket: &Bucket,
    prefixes: &[String],
    rows: &[Row],
    changes: &mut Changes,
) -> Result<()> {
    let mut below = BTreeSet::new();
    each_member(cache, bucket, false, |found, _| {
        if found
            .kind
            .is_none_or(|kind| prefixes.contains(&row_place(kind, &found.id)))
        {
            below.insert(found.row);
        }
    })?;
    remove(cache, bucket, below, changes)?;
    for row in rows {
        // Whatever is here under this name was damaged or is older.
        cache.run(
            "update row set rev = 0 where type = ?1 and id = ?2",
            [row.kind.name(), &row.id],
        )?;
        row::put(cache, bucket, row, changes)?;
    }
    Ok(())
}

fn remove(cache: &Connection, bucket: &Bucket, rows: BTreeSet<i64>, changes: &mut Changes) -> Result<()> {
    let number = bucket::find(cache, bucket)?;
    for row in &rows {
        cache.run(
            "delete from member where bucket = ?1 and row = ?2",
            params![number, row],
        )?;
    }
    changes.left.extend(rows);
    Ok(())
}
