//! The server's rows, whole. A row without a bucket is gone.

use domain::Bucket;
use domain::protocol::{Row, RowType};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::cached::Cached as _;
use super::changes::Changes;
use super::{bucket, member, packed, row_index};
use crate::failure::Result;

/// A kind of row by its name.
pub(crate) fn kind(name: &str) -> Result<RowType> {
    Ok(serde_json::from_value(Value::String(name.to_owned()))?)
}

/// A row as it lies in the copy, with its text.
pub(super) struct Packed<'a> {
    pub(super) kind: RowType,
    pub(super) id: &'a str,
    pub(super) rev: u64,
    pub(super) text: &'a str,
    pub(super) data: &'a [u8],
}

/// Stores a row and its membership. An older revision never replaces a newer one.
pub(crate) fn put(cache: &Connection, bucket: &Bucket, row: &Row, changes: &mut Changes) -> Result<()> {
    let text = row.data.text();
    let packed = Packed {
        kind: row.kind,
        id: &row.id,
        rev: row.rev,
        data: &packed::pack(text)?,
        text,
    };
    let number = store(cache, &packed, changes)?;
    member::join(cache, bucket::number(cache, bucket)?, number, row.rev)
}

/// Stores a row that is packed already; returns its number here.
pub(super) fn store(cache: &Connection, row: &Packed<'_>, changes: &mut Changes) -> Result<i64> {
    let known: Option<(i64, i64)> = cache
        .one(
            "select n, rev from row where type = ?1 and id = ?2",
            [row.kind.name(), row.id],
            |found| Ok((found.get(0)?, found.get(1)?)),
        )
        .optional()?;
    let number = match known {
        Some((number, newer)) if u64::try_from(newer).is_ok_and(|newer| newer > row.rev) => return Ok(number),
        Some((number, _)) => {
            let sql = "update row set rev = ?2, data = ?3 where n = ?1";
            cache.run(sql, params![number, row.rev, row.data])?;
            number
        }
        None => {
            let sql = "insert into row (type, id, rev, data) values (?1, ?2, ?3, ?4)";
            cache.run(sql, params![row.kind.name(), row.id, row.rev, row.data])?;
            cache.last_insert_rowid()
        }
    };
    row_index::put(cache, number, row, changes)?;
    Ok(number)
}

/// Rows of a newer server that this app cannot read, and damaged ones, hide themselves, not the list.
fn read<T: DeserializeOwned>(kind: RowType, texts: &[Vec<u8>]) -> Vec<T> {
    let rows: Vec<T> = texts
        .iter()
        .filter_map(|packed| serde_json::from_str(&packed::unpack(packed)?).ok())
        .collect();
    if rows.len() < texts.len() {
        tracing::warn!(
            kind = kind.name(),
            unread = texts.len() - rows.len(),
            "rows of an unknown shape"
        );
    }
    rows
}

/// Every row of one kind.
pub(crate) fn all<T: DeserializeOwned>(cache: &Connection, kind: RowType) -> Result<Vec<T>> {
    let mut statement = cache.prepare_cached("select data from row where type = ?1 order by id")?;
    let texts: Vec<Vec<u8>> = statement
        .query_map([kind.name()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(read(kind, &texts))
}

/// The rows of one kind in one bucket.
pub(crate) fn in_bucket<T: DeserializeOwned>(cache: &Connection, bucket: &Bucket, kind: RowType) -> Result<Vec<T>> {
    let mut statement = cache.prepare_cached(
        "select r.data from bucket b join member m on m.bucket = b.n join row r on r.n = m.row
         where b.name = ?1 and r.type = ?2 order by r.id",
    )?;
    let texts: Vec<Vec<u8>> = statement
        .query_map([bucket.as_str(), kind.name()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(read(kind, &texts))
}

/// One row.
pub(crate) fn get<T: DeserializeOwned>(cache: &Connection, kind: RowType, id: &str) -> Result<Option<T>> {
    let text: Option<Vec<u8>> = cache
        .one(
            "select data from row where type = ?1 and id = ?2",
            [kind.name(), id],
            |row| row.get(0),
        )
        .optional()?;
    Ok(text.and_then(|text| read(kind, &[text]).pop()))
}

/// The rows of one household.
pub(crate) fn of_household<T: DeserializeOwned>(cache: &Connection, kind: RowType, household: &str) -> Result<Vec<T>> {
    let mut statement = cache.prepare_cached(
        // Crosswise, so that the few of the household are looked up; in the order of all rows each household would read all.
        "select r.data from of_household o cross join row r on r.n = o.row
         where o.household = ?1 and r.type = ?2 order by r.id",
    )?;
    let texts: Vec<Vec<u8>> = statement
        .query_map([household, kind.name()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(read(kind, &texts))
}

/// The case a report became.
pub(crate) fn case_of_report<T: DeserializeOwned>(cache: &Connection, report: &str) -> Result<Option<T>> {
    let text: Option<Vec<u8>> = cache
        .one(
            "select r.data from case_report c join row r on r.n = c.row where c.report = ?1",
            [report],
            |row| row.get(0),
        )
        .optional()?;
    Ok(text.and_then(|text| read(RowType::Case, &[text]).pop()))
}

#[cfg(test)]
mod tests {
    use domain::protocol::Tombstone;
    use serde_json::json;

    use super::*;
    use crate::store::{Store, for_test, steps_of};

    fn queue(rev: u64, label: &str) -> Row {
        let data = json!({ "id": "q", "label_zh": label, "new_field": 1 });
        Row {
            kind: RowType::Queue,
            id: "q".to_owned(),
            rev,
            data: data.into(),
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
                let mut changes = Changes::default();
                put(tx, &a, &queue(1, "x"), &mut changes)?;
                put(tx, &b, &queue(1, "x"), &mut changes)?;
                member::leave(tx, &a, &gone(2), &mut changes)?;
                changes.settle(tx)
            })
            .unwrap();
        assert_eq!(labels(&store), ["x"]);
        store
            .write_cache(|tx| {
                let mut changes = Changes::default();
                member::empty_bucket(tx, &b, &mut changes)?;
                changes.settle(tx)
            })
            .unwrap();
        assert!(labels(&store).is_empty());
    }

    #[test]
    fn an_older_revision_never_replaces_a_newer_one() {
        let (_dir, store) = for_test();
        let bucket = Bucket::from("ref");
        store
            .write_cache(|tx| {
                put(tx, &bucket, &queue(5, "new"), &mut Changes::default())
                    .and_then(|()| put(tx, &bucket, &queue(3, "old"), &mut Changes::default()))
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
                let mut changes = Changes::default();
                put(tx, &bucket, &queue(5, "x"), &mut changes)?;
                member::leave(tx, &bucket, &gone(4), &mut changes)?;
                changes.settle(tx)
            })
            .unwrap();
        assert_eq!(labels(&store), ["x"]);
    }

    #[test]
    fn unknown_fields_are_kept() {
        let (_dir, store) = for_test();
        store
            .write_cache(|tx| put(tx, &Bucket::from("ref"), &queue(1, "x"), &mut Changes::default()))
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
                    data: json!({ "id": format!("r{n}"), "household": format!("h{n}") }).into(),
                };
                put(tx, &bucket, &resident, &mut Changes::default())
            })
        };
        store.write_cache(|tx| fill(tx)).unwrap();
        let residents = |cache: &Connection| of_household::<Value>(cache, RowType::Resident, "h3");
        let (steps, found) = store.cache(|cache| steps_of(cache, residents)).unwrap();
        assert_eq!(found.len(), 1);
        steps
    }

    #[test]
    fn the_rows_of_a_household_are_found_without_reading_those_of_the_others() {
        assert_eq!(steps_to_one_household(5), steps_to_one_household(500));
    }
}
