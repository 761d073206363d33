//! The fresh copy of a bucket while it is fetched: nobody sees it until it is whole, and until then the old one stays.

use domain::Bucket;
use domain::protocol::{BucketPage, Row};
use rusqlite::{Connection, params};

use super::cached::Cached as _;
use super::row::{self, Stale};
use crate::failure::Result;

/// Forgets what was fetched so far.
pub(crate) fn forget(cache: &Connection, bucket: &Bucket) -> Result<()> {
    cache.run("delete from filling where bucket = ?1", [bucket.as_str()])?;
    Ok(())
}

/// Adds a page.
pub(crate) fn add(cache: &Connection, page: &BucketPage) -> Result<()> {
    for row in &page.rows {
        cache
            .prepare_cached("insert or replace into filling (bucket, type, id, rev, data) values (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                page.id.as_str(),
                row.kind.name(),
                row.id,
                row.rev,
                serde_json::to_string(&row.data)?
            ])?;
    }
    for gone in &page.gone {
        cache
            .prepare_cached("delete from filling where bucket = ?1 and type = ?2 and id = ?3")?
            .execute([page.id.as_str(), gone.kind.name(), &gone.id])?;
    }
    Ok(())
}

/// Puts the whole copy in the place of the old one.
pub(crate) fn show(cache: &Connection, bucket: &Bucket, stale: &mut Stale) -> Result<()> {
    row::empty_bucket(cache, bucket)?;
    let mut statement = cache.prepare_cached("select type, id, rev, data from filling where bucket = ?1")?;
    let mut rows = statement.query([bucket.as_str()])?;
    while let Some(found) = rows.next()? {
        let row = Row {
            kind: row::kind(&found.get::<_, String>(0)?)?,
            id: found.get(1)?,
            rev: found.get(2)?,
            data: serde_json::from_str(&found.get::<_, String>(3)?)?,
        };
        row::put(cache, bucket, &row, stale)?;
    }
    forget(cache, bucket)
}
