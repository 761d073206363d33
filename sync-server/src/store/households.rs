//! Household files and residents. Personal data: nothing here is logged.

use domain::household::field_revs;
use domain::merge::{States, Tracked};
use domain::view::{HouseholdRow, ResidentRow};
use domain::{CapturedAt, Condition, GridId, Household, HouseholdId, LatLon, Resident, ResidentId, StreetId};

use super::{Row, StoreError, Tx, code, json, opt_code};
use crate::args;

const COLUMNS: &str = "id, grid_id, estate, building, unit, room, lat, lon, tenure, door_note, phone, last_visit,
    last_condition, next_due, fields";

fn read(row: &Row<'_>) -> Result<HouseholdRow, StoreError> {
    let lat: Option<f64> = row.get("lat")?;
    let lon: Option<f64> = row.get("lon")?;
    Ok(HouseholdRow {
        household: Household {
            id: row.get("id")?,
            grid: row.get("grid_id")?,
            estate: row.get("estate")?,
            building: row.get("building")?,
            unit: row.get("unit")?,
            room: row.get("room")?,
            point: lat.zip(lon).map(|(lat, lon)| LatLon { lat, lon }),
            tenure: row.code("tenure")?,
            door_note: row.get("door_note")?,
            phone: row.get("phone")?,
        },
        last_visit: row.get("last_visit")?,
        last_condition: row.opt_code("last_condition")?,
        next_due: row.get("next_due")?,
        fields: field_revs(&row.json("fields")?),
    })
}

/// Writes a household, new or changed. What visits left on it stays.
///
/// # Errors
/// What the engine reports.
pub fn put(tx: &Tx<'_>, street: &StreetId, household: &Household) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO households (street_id, id, grid_id, estate, building, unit, room, lat, lon, tenure, door_note, phone)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (street_id, id) DO UPDATE SET grid_id = excluded.grid_id, estate = excluded.estate,
            building = excluded.building, unit = excluded.unit, room = excluded.room, lat = excluded.lat,
            lon = excluded.lon, tenure = excluded.tenure, door_note = excluded.door_note, phone = excluded.phone",
        args![
            street,
            household.id,
            &household.grid,
            &household.estate,
            &household.building,
            &household.unit,
            &household.room,
            household.point.map(|point| point.lat),
            household.point.map(|point| point.lon),
            code(&household.tenure)?,
            &household.door_note,
            household.phone.clone(),
        ],
    )?;
    Ok(())
}

/// One household.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, street: &StreetId, household: HouseholdId) -> Result<Option<HouseholdRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM households WHERE street_id = $1 AND id = $2{}",
        tx.lock()
    );
    tx.query_opt(&sql, args![street, household], read)
}

/// Households by their names, in any order; those that do not exist are left out.
///
/// # Errors
/// What the engine reports.
pub fn among(tx: &Tx<'_>, street: &StreetId, households: &[HouseholdId]) -> Result<Vec<HouseholdRow>, StoreError> {
    let condition = format!("street_id = $1 AND {}", tx.among("id", 2));
    find(tx, &condition, args![street, json(households)?])
}

/// Households that meet a condition. `condition` is SQL over the columns of `households`, whose parameters start at `$1`.
///
/// # Errors
/// What the engine reports.
pub fn find(tx: &Tx<'_>, condition: &str, args: &[super::Value]) -> Result<Vec<HouseholdRow>, StoreError> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM households WHERE {condition}"),
        args,
        read,
    )
}

/// The grid a household lies in.
///
/// # Errors
/// What the engine reports.
pub fn grid(tx: &Tx<'_>, street: &StreetId, household: HouseholdId) -> Result<Option<GridId>, StoreError> {
    let sql = "SELECT grid_id FROM households WHERE street_id = $1 AND id = $2";
    tx.query_opt(sql, args![street, household], |row| row.get("grid_id"))
}

/// Notes what a visit left on the household.
///
/// # Errors
/// What the engine reports.
pub fn visited(
    tx: &Tx<'_>,
    street: &StreetId,
    household: HouseholdId,
    last: Option<CapturedAt>,
    condition: Option<Condition>,
    next_due: Option<CapturedAt>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE households SET last_visit = $3, last_condition = $4, next_due = $5 WHERE street_id = $1 AND id = $2",
        args![street, household, last, opt_code(condition.as_ref())?, next_due],
    )?;
    Ok(())
}

/// A household with how its fields came to be, kept from others until the transaction ends.
///
/// # Errors
/// What the engine reports.
pub fn tracked(
    tx: &Tx<'_>,
    street: &StreetId,
    household: HouseholdId,
) -> Result<Option<Tracked<Household>>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM households WHERE street_id = $1 AND id = $2{}",
        tx.lock()
    );
    tx.query_opt(&sql, args![street, household], |row| {
        Ok(Tracked {
            record: read(row)?.household,
            states: row.json("fields")?,
            removed: false,
        })
    })
}

/// Writes a household with how its fields came to be.
///
/// # Errors
/// What the engine reports.
pub fn put_tracked(tx: &Tx<'_>, street: &StreetId, file: &Tracked<Household>) -> Result<(), StoreError> {
    put(tx, street, &file.record)?;
    let sql = "UPDATE households SET fields = $3 WHERE street_id = $1 AND id = $2";
    tx.execute(sql, args![street, file.record.id, json(&file.states)?])?;
    Ok(())
}

fn read_resident(row: &Row<'_>) -> Result<Resident, StoreError> {
    Ok(Resident {
        id: row.get("id")?,
        household: row.get("household_id")?,
        name: row.get("name")?,
        sex: row.get("sex")?,
        birth_year: row.get("birth_year")?,
        relation: row.get("relation")?,
        phone: row.get("phone")?,
        tags: row.json("tags")?,
    })
}

const RESIDENT: &str = "id, household_id, name, sex, birth_year, relation, phone, tags, fields, removed";

/// Writes a resident, new or changed.
///
/// # Errors
/// What the engine reports.
pub fn put_resident(tx: &Tx<'_>, street: &StreetId, resident: &Resident) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO residents (street_id, id, household_id, name, sex, birth_year, relation, phone, tags)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (street_id, id) DO UPDATE SET household_id = excluded.household_id, name = excluded.name,
            sex = excluded.sex, birth_year = excluded.birth_year, relation = excluded.relation, phone = excluded.phone,
            tags = excluded.tags",
        args![
            street,
            resident.id,
            resident.household,
            &resident.name,
            resident.sex.clone(),
            resident.birth_year,
            &resident.relation,
            resident.phone.clone(),
            json(&resident.tags)?,
        ],
    )?;
    Ok(())
}

/// One resident who still lives there.
///
/// # Errors
/// What the engine reports.
pub fn resident(tx: &Tx<'_>, street: &StreetId, resident: ResidentId) -> Result<Option<ResidentRow>, StoreError> {
    let file = tracked_resident(tx, street, resident)?.filter(|file| !file.removed);
    Ok(file.map(row_of))
}

/// As [`resident`], of many people, in any order.
///
/// # Errors
/// What the engine reports.
pub fn residents_among(
    tx: &Tx<'_>,
    street: &StreetId,
    residents: &[ResidentId],
) -> Result<Vec<ResidentRow>, StoreError> {
    let sql = format!(
        "SELECT {RESIDENT} FROM residents WHERE street_id = $1 AND {} AND removed = 0",
        tx.among("id", 2)
    );
    let files = tx.query(&sql, args![street, json(residents)?], read_tracked)?;
    Ok(files.into_iter().map(row_of).collect())
}

fn row_of(file: Tracked<Resident>) -> ResidentRow {
    ResidentRow {
        fields: field_revs(&file.states),
        edits: file.states.seen(),
        resident: file.record,
    }
}

fn read_tracked(row: &Row<'_>) -> Result<Tracked<Resident>, StoreError> {
    Ok(Tracked {
        record: read_resident(row)?,
        states: row.json::<States>("fields")?,
        removed: row.get("removed")?,
    })
}

/// A resident, also one who was removed, with how the fields came to be; kept from others until the transaction ends.
///
/// # Errors
/// What the engine reports.
pub fn tracked_resident(
    tx: &Tx<'_>,
    street: &StreetId,
    resident: ResidentId,
) -> Result<Option<Tracked<Resident>>, StoreError> {
    let sql = format!(
        "SELECT {RESIDENT} FROM residents WHERE street_id = $1 AND id = $2{}",
        tx.lock()
    );
    tx.query_opt(&sql, args![street, resident], read_tracked)
}

/// Writes a resident with how the fields came to be.
///
/// # Errors
/// What the engine reports.
pub fn put_tracked_resident(tx: &Tx<'_>, street: &StreetId, file: &Tracked<Resident>) -> Result<(), StoreError> {
    put_resident(tx, street, &file.record)?;
    let sql = "UPDATE residents SET fields = $3, removed = $4 WHERE street_id = $1 AND id = $2";
    tx.execute(sql, args![street, file.record.id, json(&file.states)?, file.removed])?;
    Ok(())
}

/// Everyone who lives in a household.
///
/// # Errors
/// What the engine reports.
pub fn residents(tx: &Tx<'_>, street: &StreetId, household: HouseholdId) -> Result<Vec<Resident>, StoreError> {
    let sql = format!(
        "SELECT {RESIDENT} FROM residents WHERE street_id = $1 AND household_id = $2 AND removed = 0
         ORDER BY birth_year NULLS FIRST, id"
    );
    tx.query(&sql, args![street, household], read_resident)
}
