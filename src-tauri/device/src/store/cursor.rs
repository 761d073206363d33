//! How far each bucket was pulled, and in which server history.

use std::collections::BTreeMap;

use domain::{Bucket, Epoch};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::cached::Cached as _;
use super::identity::uuid;
use crate::failure::Result;

/// The server history the rows belong to.
pub(crate) fn epoch(cache: &Connection) -> Result<Option<Epoch>> {
    let found = cache
        .one("select epoch from history", [], |row| {
            uuid(0, &row.get::<_, String>(0)?).map(Epoch)
        })
        .optional()?;
    Ok(found)
}

/// Begins another history: cursors are dropped, rows stay on the screen until the first fill replaces them. Their
/// revisions count for nothing: what was newest in a history that was lost may have a lower revision in this one.
pub(crate) fn begin_epoch(cache: &Connection, epoch: Epoch) -> Result<()> {
    cache.run("delete from cursor", [])?;
    cache.run("delete from filling", [])?;
    cache.run("update row set rev = 0", [])?;
    cache.run("update member set rev = 0", [])?;
    cache.run(
        "insert or replace into history (one, epoch) values (1, ?1)",
        [epoch.to_string()],
    )?;
    Ok(())
}

pub(crate) fn all(cache: &Connection) -> Result<BTreeMap<Bucket, u64>> {
    let mut statement = cache.prepare_cached("select bucket, rev from cursor")?;
    let found = statement
        .query_map([], |row| Ok((Bucket(row.get(0)?), row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Sets a cursor; `filling` while a fresh copy of the bucket is on its way.
pub(crate) fn set(cache: &Connection, bucket: &Bucket, rev: u64, complete: bool, filling: bool) -> Result<()> {
    cache.run(
        "insert into cursor (bucket, rev, complete, filling) values (?1, ?2, ?3, ?4)
         on conflict (bucket) do update set rev = excluded.rev, complete = max(complete, excluded.complete),
             filling = excluded.filling",
        params![bucket.as_str(), rev, complete, filling],
    )?;
    Ok(())
}

/// True while a fresh copy of a bucket is on its way.
pub(crate) fn is_filling(cache: &Connection, bucket: &Bucket) -> Result<bool> {
    let sql = "select filling from cursor where bucket = ?1";
    let found = cache.one(sql, [bucket.as_str()], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or(false))
}

/// Notes whether a bucket's digest agreed with the server's.
pub(crate) fn set_doubtful(cache: &Connection, bucket: &Bucket, doubtful: bool) -> Result<()> {
    cache.run(
        "update cursor set doubtful = ?2 where bucket = ?1",
        params![bucket.as_str(), doubtful],
    )?;
    Ok(())
}

/// Buckets whose digest did not agree.
pub(crate) fn doubtful(cache: &Connection) -> Result<Vec<Bucket>> {
    let mut statement = cache.prepare_cached("select bucket from cursor where doubtful = 1 order by bucket")?;
    let found = statement
        .query_map([], |row| Ok(Bucket(row.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Drops cursors that are beyond what this phone has seen of the street. They were damaged here: told to the server they
/// would look as if it had lost something.
pub(crate) fn drop_beyond(cache: &Connection, seen: u64) -> Result<()> {
    cache.run("delete from cursor where rev > ?1 or rev < 0", [seen])?;
    Ok(())
}

/// True once the first fill of a bucket has ended.
pub(crate) fn is_complete(cache: &Connection, bucket: &Bucket) -> Result<bool> {
    let found = cache
        .one(
            "select complete from cursor where bucket = ?1",
            [bucket.as_str()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.unwrap_or(false))
}

pub(crate) fn remove(cache: &Connection, bucket: &Bucket) -> Result<()> {
    cache.run("delete from cursor where bucket = ?1", [bucket.as_str()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use ::uuid::Uuid;
    use domain::protocol::{Row, RowType};
    use serde_json::{Value, json};

    use super::*;
    use crate::store::changes::Changes;
    use crate::store::row;

    #[test]
    fn a_row_of_another_history_is_replaced_whatever_its_revision_was() {
        let (_dir, store) = crate::store::for_test();
        let bucket = Bucket::from("ref");
        let queue = |rev, label: &str| Row {
            kind: RowType::Queue,
            id: "q".to_owned(),
            rev,
            data: json!({ "label": label }).into(),
        };
        let rows: Vec<Value> = store
            .write_cache(|tx| {
                row::put(tx, &bucket, &queue(9, "lost"), &mut Changes::default())?;
                begin_epoch(tx, Epoch(Uuid::from_u128(2)))?;
                row::put(tx, &bucket, &queue(3, "restored"), &mut Changes::default())?;
                row::all(tx, RowType::Queue)
            })
            .unwrap();
        assert_eq!(rows, [json!({ "label": "restored" })]);
    }

    #[test]
    fn another_history_drops_every_cursor() {
        let (_dir, store) = crate::store::for_test();
        let bucket = Bucket::from("ref");
        store
            .write_cache(|tx| {
                begin_epoch(tx, Epoch(Uuid::from_u128(1)))?;
                set(tx, &bucket, 7, true, false)?;
                assert!(is_complete(tx, &bucket)?);
                begin_epoch(tx, Epoch(Uuid::from_u128(2)))?;
                assert!(all(tx)?.is_empty());
                assert_eq!(epoch(tx)?, Some(Epoch(Uuid::from_u128(2))));
                Ok(())
            })
            .unwrap();
    }
}
