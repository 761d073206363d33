//! Streets: settings and the counters of revisions and case numbers.

use std::collections::BTreeMap;

use domain::view::StreetRow;
use domain::{ReceivedAt, StreetId};

use super::{Row, StoreError, Tx, json};
use crate::args;

/// Writes a new street.
///
/// `code` is the prefix of its case numbers, such as `JL`.
///
/// # Errors
/// What the engine reports, such as a street of that name.
pub fn insert(tx: &Tx<'_>, street: &StreetRow, code: &str, now: ReceivedAt) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO streets (street_id, name, code, time_zone, triage_first, disabled_categories, calendar, settings,
            rev, number_day, number_last, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, '{}', 0, '', 0, $8)",
        args![
            &street.id,
            &street.name,
            code,
            &street.time_zone,
            json(&street.triage_first)?,
            json(&street.disabled_categories)?,
            json(&street.calendar)?,
            now,
        ],
    )?;
    Ok(())
}

/// Changes a street's settings.
///
/// # Errors
/// What the engine reports.
pub fn update(tx: &Tx<'_>, street: &StreetRow) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE streets SET name = $2, time_zone = $3, triage_first = $4, disabled_categories = $5, calendar = $6
         WHERE street_id = $1",
        args![
            &street.id,
            &street.name,
            &street.time_zone,
            json(&street.triage_first)?,
            json(&street.disabled_categories)?,
            json(&street.calendar)?,
        ],
    )?;
    Ok(())
}

const COLUMNS: &str = "street_id, name, time_zone, triage_first, disabled_categories, calendar";

fn read(row: &Row<'_>) -> Result<StreetRow, StoreError> {
    Ok(StreetRow {
        id: row.get("street_id")?,
        name: row.get("name")?,
        time_zone: row.get("time_zone")?,
        triage_first: row.json("triage_first")?,
        disabled_categories: row.json("disabled_categories")?,
        calendar: row.json("calendar")?,
    })
}

/// One street.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, street: &StreetId) -> Result<Option<StreetRow>, StoreError> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM streets WHERE street_id = $1"),
        args![street],
        read,
    )
}

/// Every street of this deployment.
///
/// # Errors
/// What the engine reports.
pub fn all(tx: &Tx<'_>) -> Result<Vec<StreetRow>, StoreError> {
    tx.query(&format!("SELECT {COLUMNS} FROM streets ORDER BY street_id"), &[], read)
}

/// The street's revision in this snapshot; 0 for an unknown street.
///
/// # Errors
/// What the engine reports.
pub fn rev(tx: &Tx<'_>, street: &StreetId) -> Result<u64, StoreError> {
    Ok(u64::try_from(tx.number("SELECT rev FROM streets WHERE street_id = $1", args![street])?).unwrap_or(0))
}

/// Keeps others from changing a street until this transaction ends.
///
/// # Errors
/// What the engine reports.
pub fn hold(tx: &Tx<'_>, street: &StreetId) -> Result<(), StoreError> {
    let sql = format!("SELECT rev FROM streets WHERE street_id = $1{}", tx.lock());
    tx.number(&sql, args![street]).map(drop)
}

/// Every street with its revision in this snapshot.
///
/// # Errors
/// What the engine reports.
pub(super) fn revs(tx: &Tx<'_>) -> Result<Vec<(StreetId, u64)>, StoreError> {
    tx.query("SELECT street_id, rev FROM streets", &[], |row| {
        Ok((row.get("street_id")?, row.get("rev")?))
    })
}

/// The revision up to which an off-machine copy exists.
///
/// # Errors
/// What the engine reports.
pub fn durable_rev(tx: &Tx<'_>, street: &StreetId) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT durable_rev FROM streets WHERE street_id = $1";
    Ok(tx
        .query_opt(sql, args![street], |row| row.get::<Option<u64>>("durable_rev"))?
        .flatten())
}

/// How far a street has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Height {
    /// Its revision.
    pub rev: u64,
    /// The revision up to which an off-machine copy exists.
    pub durable_rev: Option<u64>,
}

/// How far every street has come in this snapshot.
///
/// # Errors
/// What the engine reports.
pub fn heights(tx: &Tx<'_>) -> Result<BTreeMap<StreetId, Height>, StoreError> {
    let found = tx.query("SELECT street_id, rev, durable_rev FROM streets", &[], |row| {
        let height = Height {
            rev: row.get("rev")?,
            durable_rev: row.get("durable_rev")?,
        };
        Ok((row.get("street_id")?, height))
    })?;
    Ok(found.into_iter().collect())
}

/// The revisions of those streets that have not been told that a copy holds them, or were told before `since`.
///
/// # Errors
/// What the engine reports.
pub fn untold(tx: &Tx<'_>, since: ReceivedAt) -> Result<BTreeMap<StreetId, u64>, StoreError> {
    let sql = "SELECT street_id, rev FROM streets
         WHERE durable_rev IS NULL OR durable_rev <> rev OR backed_up_at IS NULL OR backed_up_at <= $1";
    let found = tx.query(sql, args![since], |row| Ok((row.get("street_id")?, row.get("rev")?)))?;
    Ok(found.into_iter().collect())
}

/// Notes that a copy elsewhere holds everything up to `rev`.
///
/// # Errors
/// What the engine reports.
pub fn copied(tx: &Tx<'_>, street: &StreetId, rev: u64, at: ReceivedAt) -> Result<(), StoreError> {
    let sql = "UPDATE streets SET durable_rev = $2, backed_up_at = $3
         WHERE street_id = $1 AND rev >= $2 AND (durable_rev IS NULL OR durable_rev <= $2)";
    tx.execute(sql, args![street, rev, at])?;
    Ok(())
}

/// When the copy was made that `durable_rev` tells of.
///
/// # Errors
/// What the engine reports.
pub fn backed_up_at(tx: &Tx<'_>, street: &StreetId) -> Result<Option<ReceivedAt>, StoreError> {
    let sql = "SELECT backed_up_at FROM streets WHERE street_id = $1";
    Ok(tx
        .query_opt(sql, args![street], |row| row.get("backed_up_at"))?
        .flatten())
}

/// Closes a street to writing. False when it was closed before.
///
/// # Errors
/// What the engine reports.
pub fn close(tx: &Tx<'_>, street: &StreetId, now: ReceivedAt) -> Result<bool, StoreError> {
    let sql = "UPDATE streets SET read_only_at = $2 WHERE street_id = $1 AND read_only_at IS NULL";
    Ok(tx.execute(sql, args![street, now])? > 0)
}

/// Since when a street is closed to writing; absent while it is open.
///
/// # Errors
/// What the engine reports.
pub fn read_only_at(tx: &Tx<'_>, street: &StreetId) -> Result<Option<ReceivedAt>, StoreError> {
    let sql = "SELECT read_only_at FROM streets WHERE street_id = $1";
    Ok(tx
        .query_opt(sql, args![street], |row| row.get("read_only_at"))?
        .flatten())
}

/// Number of streets closed to writing.
///
/// # Errors
/// What the engine reports.
pub fn closed(tx: &Tx<'_>) -> Result<i64, StoreError> {
    tx.number("SELECT COUNT(*) FROM streets WHERE read_only_at IS NOT NULL", &[])
}

/// What a transaction takes from the street's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The last of its revisions.
    pub rev: u64,
    /// The revision up to which an off-machine copy exists.
    pub durable_rev: Option<u64>,
    /// Its case numbers, such as `JL-20220412-0001`.
    pub numbers: Vec<String>,
}

/// Takes the street's lock, `revs` revisions, and the next `numbers` case numbers of a street-local day (`YYYYMMDD`). Comes
/// last in a transaction, so that commit order is revision order. A clock that was set may bring a day back: its numbers go
/// on where they were.
///
/// # Errors
/// [`StoreError::ReadOnly`] while the street is closed to writing, or what the engine reports.
pub fn take(tx: &Tx<'_>, street: &StreetId, revs: u64, day: &str, numbers: u32) -> Result<Taken, StoreError> {
    let sql = "UPDATE streets SET rev = rev + $2,
            number_last = CASE WHEN number_day = $3 OR $4 = 0 THEN number_last + $4 ELSE $4 + COALESCE((
                SELECT MAX(CAST(SUBSTR(number, LENGTH(streets.code) + 11) AS INTEGER)) FROM cases
                WHERE cases.street_id = streets.street_id AND number > streets.code || '-' || $3 || '-'
                    AND number < streets.code || '-' || $3 || '.'), 0) END,
            number_day = CASE WHEN $4 = 0 THEN number_day ELSE $3 END
         WHERE street_id = $1 AND read_only_at IS NULL RETURNING rev, durable_rev, code, number_last";
    let taken = tx.query_opt(sql, args![street, revs, day, numbers], |row| {
        let (code, last) = (row.get::<String>("code")?, row.get::<i64>("number_last")?);
        let first = last - i64::from(numbers) + 1;
        Ok(Taken {
            rev: row.get("rev")?,
            durable_rev: row.get("durable_rev")?,
            numbers: (first..=last).map(|n| format!("{code}-{day}-{n:04}")).collect(),
        })
    })?;
    match taken {
        Some(taken) => Ok(taken),
        None if read_only_at(tx, street)?.is_some() => Err(StoreError::ReadOnly),
        None => Err(StoreError::Column("rev".to_owned())),
    }
}
