//! Buckets by number. Rows are members of them by the thousand, and their names are long.

use domain::Bucket;
use rusqlite::{Connection, OptionalExtension as _};

use super::cached::Cached as _;
use super::changes::Changes;
use super::{cursor, member};
use crate::failure::Result;

/// The number of a bucket that this phone holds something of.
pub(crate) fn find(cache: &Connection, bucket: &Bucket) -> Result<Option<i64>> {
    let sql = "select n from bucket where name = ?1";
    Ok(cache.one(sql, [bucket.as_str()], |row| row.get(0)).optional()?)
}

/// The number of a bucket; a new one where it has none.
pub(crate) fn number(cache: &Connection, bucket: &Bucket) -> Result<i64> {
    if let Some(number) = find(cache, bucket)? {
        return Ok(number);
    }
    cache.run("insert into bucket (name) values (?1)", [bucket.as_str()])?;
    Ok(cache.last_insert_rowid())
}

/// Forgets a bucket: its members, how far it was pulled, and what was on its way.
pub(crate) fn remove(cache: &Connection, bucket: &Bucket, changes: &mut Changes) -> Result<()> {
    member::empty_bucket(cache, bucket, changes)?;
    cursor::remove(cache, bucket)?;
    cache.run("delete from bucket where name = ?1", [bucket.as_str()])?;
    Ok(())
}

/// Every bucket that this phone holds something of, be it only how far it was pulled.
pub(crate) fn held(cache: &Connection) -> Result<Vec<Bucket>> {
    let mut statement = cache.prepare_cached("select name from bucket union select bucket from cursor")?;
    let found = statement
        .query_map([], |row| Ok(Bucket(row.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}
