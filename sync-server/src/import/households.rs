//! Households and who lives there, as a table: one row per resident, or one per household nobody is known of.

mod table;

use std::collections::HashMap;

use domain::household::{Field, HOUSEHOLD_FIELDS};
use domain::merge::{Maker, Merge, Tracked};
use domain::protocol::RowType;
use domain::{ErrorCode, GridId, Hlc, Household, HouseholdId, MutationId, Problem, Resident, ResidentId, StreetId};
use serde_json::json;
use uuid::Uuid;

use super::{Imported, Refused};
use crate::server::Server;
use crate::store::{Edit, StoreError, Tx, field_history, grids, households};
use crate::{Failure, Outcome, args};

pub use table::{Door, Row, read};

/// Writes the households of a table. A household is known by grid and door, a resident by household and name, so that
/// the same file twice changes nothing; people who are not in it stay.
///
/// # Errors
/// [`Refused::File`] with every problem, or [`Refused::Server`].
pub fn take(server: &Server, street: &StreetId, bytes: &[u8], dry_run: bool) -> Result<Imported, Refused> {
    let reader = street.clone();
    let known: Vec<GridId> = server
        .store
        .read_blocking(move |tx| Ok(grids::all(tx, &reader)?.into_iter().map(|grid| grid.id).collect()))?;
    let rows = read(bytes, &known).map_err(Refused::File)?;
    let (reader, doors): (_, Vec<Door>) = (street.clone(), rows.iter().map(|row| row.door.clone()).collect());
    let done = server.store.read_blocking(move |tx| count(tx, &reader, &doors))?;
    if !dry_run {
        server.edit_blocking(street.clone(), move |edit| write(edit, &rows))?;
    }
    Ok(done)
}

fn count(tx: &Tx<'_>, street: &StreetId, doors: &[Door]) -> Outcome<Imported> {
    let mut seen = HashMap::new();
    for door in doors {
        if !seen.contains_key(door) {
            seen.insert(door, find(tx, street, door)?.is_some());
        }
    }
    let again = seen.values().filter(|known| **known).count();
    Ok(Imported {
        new: seen.len() - again,
        again,
    })
}

fn write(edit: &Edit<'_>, rows: &[Row]) -> Outcome<()> {
    for row in rows {
        let id = match find(edit.tx, &edit.street, &row.door)? {
            Some(id) => id,
            None => HouseholdId(edit.ids.uuid()),
        };
        let before = households::get(edit.tx, &edit.street, id)?;
        let household = Household {
            id,
            grid: row.door.grid.clone(),
            estate: row.door.estate.clone(),
            building: row.door.building.clone(),
            unit: row.door.unit.clone(),
            room: row.door.room.clone(),
            point: before.as_ref().and_then(|known| known.household.point),
            tenure: row.tenure,
            door_note: row.door_note.clone(),
            phone: row.phone.clone(),
        };
        match households::tracked(edit.tx, &edit.street, id)? {
            Some(known) => renew(edit, known, &household)?,
            None => households::put(edit.tx, &edit.street, &household)?,
        }
        write_resident(edit, id, row)?;
        let tags: Vec<_> = households::residents(edit.tx, &edit.street, id)?
            .into_iter()
            .flat_map(|resident| resident.tags)
            .collect();
        let (last, condition) = before.map_or((None, None), |known| (known.last_visit, known.last_condition));
        let due = domain::visits::next_due(&tags, last);
        households::visited(edit.tx, &edit.street, id, last, condition, due)?;
        edit.touch(RowType::Household, id);
    }
    Ok(())
}

fn write_resident(edit: &Edit<'_>, household: HouseholdId, row: &Row) -> Outcome<()> {
    let Some(told) = &row.resident else { return Ok(()) };
    let known = households::residents(edit.tx, &edit.street, household)?;
    let id = known
        .iter()
        .find(|one| one.name == told.name)
        .map_or_else(|| ResidentId(edit.ids.uuid()), |one| one.id);
    let resident = Resident {
        id,
        household,
        name: told.name.clone(),
        sex: told.sex.clone(),
        birth_year: told.birth_year,
        relation: told.relation.clone(),
        phone: told.phone.clone(),
        tags: told.tags.clone(),
    };
    match households::tracked_resident(edit.tx, &edit.street, id)? {
        Some(mut known) => {
            let merge = known.replace(&maker(edit), &resident, &Field::of_resident());
            keep(edit, (household, id.0), merge)?;
            households::put_tracked_resident(edit.tx, &edit.street, &known)?;
        }
        None => households::put_resident(edit.tx, &edit.street, &resident)?,
    }
    edit.touch(RowType::Resident, id);
    Ok(())
}

/// Brings a known household to what the table says. What workers wrote before stays in the history.
fn renew(edit: &Edit<'_>, mut known: Tracked<Household>, told: &Household) -> Outcome<()> {
    let merge = known.replace(&maker(edit), told, &HOUSEHOLD_FIELDS);
    keep(edit, (told.id, told.id.0), merge)?;
    Ok(households::put_tracked(edit.tx, &edit.street, &known)?)
}

fn maker(edit: &Edit<'_>) -> Maker {
    Maker {
        mutation: MutationId(edit.ids.uuid()),
        author: None,
        device: None,
        hlc: Hlc::default().next(edit.now.0),
    }
}

fn keep(edit: &Edit<'_>, whose: (HouseholdId, Uuid), merge: Result<Merge, Vec<Problem>>) -> Outcome<()> {
    let merge = merge.map_err(|problems| Failure::refused(ErrorCode::Invalid, json!({ "problems": problems })))?;
    Ok(field_history::keep(edit.tx, &edit.street, whose, &merge, edit.now)?)
}

fn find(tx: &Tx<'_>, street: &StreetId, door: &Door) -> Result<Option<HouseholdId>, StoreError> {
    let sql = "SELECT id FROM households WHERE street_id = $1 AND grid_id = $2 AND estate = $3 AND building = $4
         AND unit = $5 AND room = $6";
    let args = args![street, &door.grid, &door.estate, &door.building, &door.unit, &door.room];
    tx.query_opt(sql, args, |row| row.get("id"))
}
