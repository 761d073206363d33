//! The fresh copy of a bucket while it is fetched: nobody sees it until it is whole, and until then the old one stays.

use domain::Bucket;
use domain::protocol::BucketPage;
use rusqlite::{Connection, params};

use super::cached::Cached as _;
use super::changes::Changes;
use super::row::{self, Packed};
use super::{bucket, member, packed};
use crate::failure::Result;

/// Forgets what was fetched so far.
pub(crate) fn forget(cache: &Connection, bucket: &Bucket) -> Result<()> {
    let sql = "delete from filling where bucket = (select n from bucket where name = ?1)";
    cache.run(sql, [bucket.as_str()])?;
    Ok(())
}

/// Adds a page.
pub(crate) fn add(cache: &Connection, page: &BucketPage) -> Result<()> {
    let number = bucket::number(cache, &page.id)?;
    for row in &page.rows {
        let data = packed::pack(row.data.text())?;
        cache.run(
            "insert or replace into filling (bucket, type, id, rev, data) values (?1, ?2, ?3, ?4, ?5)",
            params![number, row.kind.name(), row.id, row.rev, data],
        )?;
    }
    for gone in &page.gone {
        cache.run(
            "delete from filling where bucket = ?1 and type = ?2 and id = ?3",
            params![number, gone.kind.name(), gone.id],
        )?;
    }
    Ok(())
}

/// Puts the whole copy in the place of the old one.
pub(crate) fn show(cache: &Connection, bucket: &Bucket, changes: &mut Changes) -> Result<()> {
    member::empty_bucket(cache, bucket, changes)?;
    let number = bucket::number(cache, bucket)?;
    let mut statement = cache.prepare_cached("select type, id, rev, data from filling where bucket = ?1")?;
    let mut rows = statement.query([number])?;
    while let Some(found) = rows.next()? {
        let (kind, id): (String, String) = (found.get(0)?, found.get(1)?);
        let data: Vec<u8> = found.get(3)?;
        // What was damaged on its way is missed when the whole is compared.
        if let (Ok(kind), Some(text)) = (row::kind(&kind), packed::unpack(&data)) {
            let row = Packed {
                kind,
                id: &id,
                rev: found.get(2)?,
                text: &text,
                data: &data,
            };
            let stored = row::store(cache, &row, changes)?;
            member::join(cache, number, stored, row.rev)?;
        }
    }
    forget(cache, bucket)
}
