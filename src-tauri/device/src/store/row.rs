//! The server's rows, whole, and in which buckets each is a member. A row without a bucket is gone.

use std::collections::BTreeSet;

use domain::Bucket;
use domain::protocol::{Row, RowDigest, RowType, Tombstone, row_place};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::cached::Cached as _;
use super::household_search;
use crate::failure::Result;

/// Households whose line in the list has to be computed anew, once all rows of an answer are in.
pub(crate) type Stale = BTreeSet<String>;

/// A kind of row by its name.
pub(crate) fn kind(name: &str) -> Result<RowType> {
    Ok(serde_json::from_value(Value::String(name.to_owned()))?)
}

/// What tells a row that was damaged here: the beginning of the hash of its text.
fn checksum(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The members of a bucket whose rows are here as they came.
pub(crate) fn sound_members(cache: &Connection, bucket: &Bucket) -> Result<Vec<(RowType, String, u64)>> {
    let mut statement = cache.prepare_cached(
        "select m.type, m.id, m.rev, r.sum, r.data from member m join row r on r.type = m.type and r.id = m.id
         where m.bucket = ?1 and r.rev >= m.rev",
    )?;
    let mut rows = statement.query([bucket.as_str()])?;
    let mut sound = Vec::new();
    while let Some(found) = rows.next()? {
        let (name, id): (String, String) = (found.get(0)?, found.get(1)?);
        let (sum, data): (String, String) = (found.get(3)?, found.get(4)?);
        // A revision below zero, or a kind nobody knows, is damage like any other.
        if let (Ok(kind), Ok(rev)) = (kind(&name), u64::try_from(found.get::<_, i64>(2)?))
            && checksum(&data) == sum
        {
            sound.push((kind, id, rev));
        }
    }
    Ok(sound)
}

/// Takes rows out of a bucket that are not here as they came; the digest of those that stay.
pub(crate) fn drop_damaged(cache: &Connection, bucket: &Bucket) -> Result<RowDigest> {
    let (mut digest, mut sound) = (RowDigest::default(), BTreeSet::new());
    for (kind, id, rev) in sound_members(cache, bucket)? {
        digest.add(kind, &id, rev);
        sound.insert((kind.name().to_owned(), id));
    }
    for member in members(cache, bucket)? {
        if !sound.contains(&member) {
            remove_member(cache, bucket, &member)?;
        }
    }
    Ok(digest)
}

/// Kind and name of every member of a bucket, damaged or not.
fn members(cache: &Connection, bucket: &Bucket) -> Result<Vec<(String, String)>> {
    let mut statement = cache.prepare_cached("select type, id from member where bucket = ?1")?;
    let found = statement
        .query_map([bucket.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

fn remove_member(cache: &Connection, bucket: &Bucket, (name, id): &(String, String)) -> Result<()> {
    cache
        .prepare_cached("delete from member where bucket = ?1 and type = ?2 and id = ?3")?
        .execute([bucket.as_str(), name, id])?;
    Ok(())
}

/// Makes the rows of a bucket below these prefixes what the server says they are.
pub(crate) fn replace_below(
    cache: &Connection,
    bucket: &Bucket,
    prefixes: &[String],
    rows: &[Row],
    stale: &mut Stale,
) -> Result<()> {
    for member in members(cache, bucket)? {
        if kind(&member.0).map_or(true, |kind| prefixes.contains(&row_place(kind, &member.1))) {
            remove_member(cache, bucket, &member)?;
        }
    }
    for row in rows {
        // Whatever is here under this name was damaged or is older.
        cache
            .prepare_cached("delete from row where type = ?1 and id = ?2")?
            .execute([row.kind.name(), &row.id])?;
        put(cache, bucket, row, stale)?;
    }
    Ok(())
}

/// Stores a row and its membership. An older revision never replaces a newer one.
pub(crate) fn put(cache: &Connection, bucket: &Bucket, row: &Row, stale: &mut Stale) -> Result<()> {
    cache
        .prepare_cached(
            "insert into member (bucket, type, id, rev) values (?1, ?2, ?3, ?4)
             on conflict (bucket, type, id) do update set rev = max(rev, excluded.rev)",
        )?
        .execute(params![bucket.as_str(), row.kind.name(), row.id, row.rev])?;
    let text = serde_json::to_string(&row.data)?;
    let changed = cache
        .prepare_cached(
            "insert into row (type, id, rev, data, sum) values (?1, ?2, ?3, ?4, ?5)
             on conflict (type, id) do update set rev = excluded.rev, data = excluded.data, sum = excluded.sum
             where excluded.rev >= row.rev",
        )?
        .execute(params![row.kind.name(), row.id, row.rev, text, checksum(&text)])?;
    if changed == 1 {
        index(cache, row.kind, &row.id, &row.data, stale)?;
    }
    Ok(())
}

/// Takes a row out of a bucket.
pub(crate) fn leave(cache: &Connection, bucket: &Bucket, gone: &Tombstone) -> Result<()> {
    cache
        .prepare_cached("delete from member where bucket = ?1 and type = ?2 and id = ?3 and rev <= ?4")?
        .execute(params![bucket.as_str(), gone.kind.name(), gone.id, gone.rev])?;
    Ok(())
}

/// Takes every row out of a bucket.
pub(crate) fn empty_bucket(cache: &Connection, bucket: &Bucket) -> Result<()> {
    cache.run("delete from member where bucket = ?1", [bucket.as_str()])?;
    Ok(())
}

/// Every bucket that has a member.
pub(crate) fn buckets(cache: &Connection) -> Result<Vec<Bucket>> {
    let mut statement = cache.prepare_cached("select distinct bucket from member")?;
    let found = statement
        .query_map([], |row| Ok(Bucket(row.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Removes every row that no bucket holds any more.
pub(crate) fn sweep(cache: &Connection, stale: &mut Stale) -> Result<()> {
    let orphans: Vec<(String, String)> = cache
        .prepare_cached(
            "select type, id from row r
             where not exists (select 1 from member m where m.type = r.type and m.id = r.id)",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (kind, id) in orphans {
        cache.run("delete from row where type = ?1 and id = ?2", [&kind, &id])?;
        unindex(cache, &kind, &id, stale)?;
    }
    Ok(())
}

fn index(cache: &Connection, kind: RowType, id: &str, data: &Value, stale: &mut Stale) -> Result<()> {
    let text = |field: &str| data.get(field).and_then(Value::as_str).unwrap_or_default();
    match kind {
        RowType::Case => {
            cache
                .prepare_cached("delete from case_report where case_id = ?1")?
                .execute([id])?;
            for report in data.get("reports").and_then(Value::as_array).into_iter().flatten() {
                cache
                    .prepare_cached("insert or replace into case_report (report, case_id) values (?1, ?2)")?
                    .execute([report.as_str().unwrap_or_default(), id])?;
            }
            Ok(())
        }
        RowType::Household => {
            stale.insert(id.to_owned());
            Ok(())
        }
        RowType::Resident => {
            cache
                .prepare_cached("insert or replace into resident_of (resident, household) values (?1, ?2)")?
                .execute([id, text("household")])?;
            stale.insert(text("household").to_owned());
            Ok(())
        }
        RowType::Visit => {
            cache
                .prepare_cached("insert or replace into visit_of (visit, household) values (?1, ?2)")?
                .execute([id, text("household")])?;
            Ok(())
        }
        RowType::Street
        | RowType::Queue
        | RowType::Grid
        | RowType::CaseOutline
        | RowType::Reflection
        | RowType::OriginalRequest => Ok(()),
    }
}

fn unindex(cache: &Connection, kind: &str, id: &str, stale: &mut Stale) -> Result<()> {
    match kind {
        "case" => cache.run("delete from case_report where case_id = ?1", [id])?,
        "household" => cache.run("delete from household_search where id = ?1", [id])?,
        "resident" => {
            let home = "select household from resident_of where resident = ?1";
            stale.extend(cache.one(home, [id], |row| row.get::<_, String>(0)).optional()?);
            cache.run("delete from resident_of where resident = ?1", [id])?
        }
        "visit" => cache.run("delete from visit_of where visit = ?1", [id])?,
        _ => 0,
    };
    Ok(())
}

fn parse<T: DeserializeOwned>(kind: RowType, texts: Vec<String>) -> Vec<T> {
    let count = texts.len();
    let rows: Vec<T> = texts
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect();
    if rows.len() < count {
        // A row of a newer server that this app cannot read hides itself, not the list.
        tracing::warn!(
            kind = kind.name(),
            unread = count - rows.len(),
            "rows of an unknown shape"
        );
    }
    rows
}

/// Computes the lines of changed households anew.
pub(crate) fn refresh(cache: &Connection, stale: &Stale) -> Result<()> {
    stale
        .iter()
        .try_for_each(|household| household_search::refresh(cache, household))
}

/// Every row of one kind.
pub(crate) fn all<T: DeserializeOwned>(cache: &Connection, kind: RowType) -> Result<Vec<T>> {
    let mut statement = cache.prepare_cached("select data from row where type = ?1 order by id")?;
    let texts = statement
        .query_map([kind.name()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(parse(kind, texts))
}

/// One row.
pub(crate) fn get<T: DeserializeOwned>(cache: &Connection, kind: RowType, id: &str) -> Result<Option<T>> {
    let text: Option<String> = cache
        .prepare_cached("select data from row where type = ?1 and id = ?2")?
        .query_row([kind.name(), id], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| parse(kind, vec![text]).pop()))
}

/// The rows of one household.
pub(crate) fn of_household<T: DeserializeOwned>(cache: &Connection, kind: RowType, household: &str) -> Result<Vec<T>> {
    let (table, column) = if kind == RowType::Visit {
        ("visit_of", "visit")
    } else {
        ("resident_of", "resident")
    };
    let mut statement = cache.prepare_cached(&format!(
        // Crosswise, so that the few of the household are looked up; in the order of all rows each household would read all.
        "select r.data from {table} o cross join row r on r.type = ?1 and r.id = o.{column}
         where o.household = ?2 order by o.{column}"
    ))?;
    let texts = statement
        .query_map([kind.name(), household], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(parse(kind, texts))
}

/// The case a report became.
pub(crate) fn case_of_report<T: DeserializeOwned>(cache: &Connection, report: &str) -> Result<Option<T>> {
    let text: Option<String> = cache
        .prepare_cached(
            "select r.data from case_report c join row r on r.type = 'case' and r.id = c.case_id where c.report = ?1",
        )?
        .query_row([report], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| parse(RowType::Case, vec![text]).pop()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::json;

    use super::*;
    use crate::store::{Store, for_test};

    fn queue(rev: u64, label: &str) -> Row {
        let data = json!({ "id": "q", "label_zh": label, "new_field": 1 });
        Row {
            kind: RowType::Queue,
            id: "q".to_owned(),
            rev,
            data,
        }
    }

    fn gone(rev: u64) -> Tombstone {
        Tombstone {
            kind: RowType::Queue,
            id: "q".to_owned(),
            rev,
        }
    }

    fn labels(store: &Store) -> Vec<String> {
        let rows: Vec<Value> = store.cache(|c| all(c, RowType::Queue)).unwrap();
        rows.iter()
            .map(|row| row["label_zh"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_row_dies_when_its_last_bucket_drops_it() {
        let (_dir, store) = for_test();
        let (a, b) = (Bucket::from("grid:a"), Bucket::from("me:u"));
        store
            .write_cache(|tx| {
                put(tx, &a, &queue(1, "x"), &mut Stale::new())?;
                put(tx, &b, &queue(1, "x"), &mut Stale::new())?;
                leave(tx, &a, &gone(2))?;
                sweep(tx, &mut Stale::new())
            })
            .unwrap();
        assert_eq!(labels(&store), ["x"]);
        store
            .write_cache(|tx| empty_bucket(tx, &b).and_then(|()| sweep(tx, &mut Stale::new())))
            .unwrap();
        assert!(labels(&store).is_empty());
    }

    #[test]
    fn an_older_revision_never_replaces_a_newer_one() {
        let (_dir, store) = for_test();
        let bucket = Bucket::from("ref");
        store
            .write_cache(|tx| {
                put(tx, &bucket, &queue(5, "new"), &mut Stale::new())
                    .and_then(|()| put(tx, &bucket, &queue(3, "old"), &mut Stale::new()))
            })
            .unwrap();
        assert_eq!(labels(&store), ["new"]);
    }

    #[test]
    fn an_old_tombstone_does_not_remove_a_newer_row() {
        let (_dir, store) = for_test();
        let bucket = Bucket::from("ref");
        store
            .write_cache(|tx| {
                put(tx, &bucket, &queue(5, "x"), &mut Stale::new())?;
                leave(tx, &bucket, &gone(4))?;
                sweep(tx, &mut Stale::new())
            })
            .unwrap();
        assert_eq!(labels(&store), ["x"]);
    }

    #[test]
    fn unknown_fields_are_kept() {
        let (_dir, store) = for_test();
        store
            .write_cache(|tx| put(tx, &Bucket::from("ref"), &queue(1, "x"), &mut Stale::new()))
            .unwrap();
        let row: Value = store.cache(|c| get(c, RowType::Queue, "q")).unwrap().unwrap();
        assert_eq!(row["new_field"], 1);
    }

    /// Steps that the engine takes to find the residents of one of so many households.
    fn steps_to_one_household(households: usize) -> usize {
        let (_dir, store) = for_test();
        let bucket = Bucket::from("home:a");
        let fill = |tx: &Connection| {
            (0..households).try_for_each(|n| {
                let resident = Row {
                    kind: RowType::Resident,
                    id: format!("r{n}"),
                    rev: 1,
                    data: json!({ "id": format!("r{n}"), "household": format!("h{n}") }),
                };
                put(tx, &bucket, &resident, &mut Stale::new())
            })
        };
        store.write_cache(|tx| fill(tx)).unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let found: Vec<Value> = store
            .cache(|cache| {
                let count_one = move || {
                    counted.fetch_add(1, Ordering::Relaxed);
                    false
                };
                cache.progress_handler(1, Some(count_one))?;
                of_household(cache, RowType::Resident, "h3")
            })
            .unwrap();
        assert_eq!(found.len(), 1);
        count.load(Ordering::Relaxed)
    }

    #[test]
    fn the_rows_of_a_household_are_found_without_reading_those_of_the_others() {
        assert_eq!(steps_to_one_household(5), steps_to_one_household(500));
    }
}
