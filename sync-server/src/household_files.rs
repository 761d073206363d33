//! Household files as the office sees them: only those in the caller's grids and communities, phones masked, every look
//! at a file and every unmasked field logged.

use std::collections::BTreeSet;

use domain::household::HEAD;
use domain::privacy::{CaseViewer, HouseholdAccess, household_access, household_for, resident_for};
use domain::protocol::ProblemKind;
use domain::role::Permission;
use domain::view::{HouseholdRow, NeedCase};
use domain::{ErrorCode, GridId, HouseholdId, ReceivedAt, Resident, Tag};
use uuid::Uuid;

use crate::auth::Person;
use crate::routes::check::Check;
use crate::routes::households::view::{
    HouseholdFile, HouseholdList, HouseholdListRow, HouseholdQuery, RevealField, RevealRequest, Revealed,
};
use crate::store::household_lists::{self, HouseholdSight};
use crate::store::{Tx, audit, grids, households, visits};
use crate::{Outcome, household_history, rows};

/// An unmasked field is shown for this long, in seconds.
const HIDE_AFTER_S: u32 = 60;

/// Households in the caller's grids and communities.
///
/// # Errors
/// What the engine reports.
pub fn list(tx: &Tx<'_>, person: &Person, asked: &HouseholdQuery, now: ReceivedAt) -> Outcome<HouseholdList> {
    let sight = HouseholdSight::of(person);
    let words = words(asked.q.as_deref());
    let (limit, offset) = (asked.limit.unwrap_or(50), asked.offset.unwrap_or(0));
    let (found, total) = household_lists::page(tx, &sight, asked.grid.as_ref(), &words, (limit, offset))?;
    let rows = found
        .into_iter()
        .map(|row| list_row(tx, person, row, now))
        .collect::<Outcome<_>>()?;
    Ok(HouseholdList { rows, total })
}

/// The words of a query, at most eight.
#[must_use]
pub fn words(query: Option<&str>) -> Vec<String> {
    query
        .unwrap_or_default()
        .split_whitespace()
        .take(8)
        .map(str::to_owned)
        .collect()
}

fn list_row(tx: &Tx<'_>, person: &Person, row: HouseholdRow, now: ReceivedAt) -> Outcome<HouseholdListRow> {
    let access = access(tx, person, &row.household.grid)?;
    let residents = households::residents(tx, &person.street, row.household.id)?;
    let residents: Vec<Resident> = residents
        .into_iter()
        .filter_map(|one| resident_for(access, one))
        .collect();
    let tags: BTreeSet<Tag> = residents
        .iter()
        .flat_map(|resident| resident.tags.iter().copied())
        .collect();
    let head = residents
        .iter()
        .find(|resident| resident.relation == HEAD)
        .or_else(|| residents.first());
    Ok(HouseholdListRow {
        id: row.household.id,
        grid: row.household.grid,
        head: head.map_or_else(String::new, |resident| resident.name.clone()),
        estate: row.household.estate,
        building: row.household.building,
        unit: row.household.unit,
        room: row.household.room,
        tenure: row.household.tenure,
        tags: tags.into_iter().collect(),
        residents: u32::try_from(residents.len()).unwrap_or(u32::MAX),
        last_visit: row.last_visit,
        last_condition: row.last_condition,
        overdue: row.next_due.is_some_and(|due| due.0 < now.0),
        next_due: row.next_due,
    })
}

/// One household file. The look is logged.
///
/// # Errors
/// [`ErrorCode::NotFound`] when there is none in the caller's grids and communities.
pub fn open(tx: &Tx<'_>, person: &Person, id: HouseholdId, entry: Uuid, now: ReceivedAt) -> Outcome<HouseholdFile> {
    let row = household_lists::one(tx, &HouseholdSight::of(person), id)?.ok_or(ErrorCode::NotFound)?;
    let look = audit::NewLook {
        id: entry,
        at: now,
        user: person.user,
        what: "open",
        subject_kind: "household",
        subject: id.to_string(),
        field: None,
        reason: None,
    };
    audit::look(tx, &person.street, &look)?;
    let access = access(tx, person, &row.household.grid)?;
    let residents = households::residents(tx, &person.street, id)?;
    let residents = residents
        .into_iter()
        .filter_map(|one| resident_for(access, one))
        .collect();
    let visits = rows::visit_rows(tx, &person.street, visits::of_household(tx, &person.street, id)?)?;
    let needs: Vec<NeedCase> = visits
        .iter()
        .flat_map(|visit| visit.need_cases.iter().cloned())
        .collect();
    let looks = audit::looks_at(tx, &person.street, id)?;
    let reviews = household_history::of_one(tx, &person.street, id)?;
    let household = household_for(access, row).ok_or(ErrorCode::NotFound)?;
    Ok(HouseholdFile {
        household,
        residents,
        visits,
        needs,
        looks,
        reviews,
    })
}

/// How much of the households of a grid the person sees.
fn access(tx: &Tx<'_>, person: &Person, grid: &GridId) -> Outcome<HouseholdAccess> {
    let viewer = CaseViewer {
        user: person.user,
        roles: &person.roles,
        queues: &person.queues,
        grids: &person.grids,
        communities: &person.communities,
    };
    let grid = grids::get(tx, &person.street, grid)?;
    Ok(grid.map_or(HouseholdAccess::None, |grid| household_access(&viewer, &grid)))
}

/// One unmasked field, for the household's community and for a queue that has taken an order about it. Logged with the
/// reason before it is shown.
///
/// # Errors
/// [`ErrorCode::NotFound`] outside of the caller's scope, [`ErrorCode::Invalid`] when a resident's field names none.
pub fn reveal(
    tx: &Tx<'_>,
    person: &Person,
    id: HouseholdId,
    asked: RevealRequest,
    entry: Uuid,
    now: ReceivedAt,
) -> Outcome<Revealed> {
    let row = household_in_reach(tx, person, id)?;
    let (field, subject_kind, subject, value) = match (asked.field, asked.resident) {
        (RevealField::HouseholdPhone, _) => ("household_phone", "household", id.to_string(), row.household.phone),
        (RevealField::ResidentName | RevealField::ResidentPhone, None) => {
            let mut check = Check::default();
            check.that(false, "resident", ProblemKind::Missing);
            check.done()?;
            return Err(ErrorCode::Invalid.into());
        }
        (RevealField::ResidentName | RevealField::ResidentPhone, Some(resident)) => {
            let found = households::resident(tx, &person.street, resident)?.map(|row| row.resident);
            let found = found.filter(|one| one.household == id).ok_or(ErrorCode::NotFound)?;
            if asked.field == RevealField::ResidentName {
                ("resident_name", "resident", resident.to_string(), Some(found.name))
            } else {
                ("resident_phone", "resident", resident.to_string(), found.phone)
            }
        }
    };
    let reason = Some(asked.reason.trim());
    let look = audit::NewLook {
        id: entry,
        at: now,
        user: person.user,
        what: "reveal",
        subject_kind,
        subject,
        field: Some(field),
        reason,
    };
    audit::look(tx, &person.street, &look)?;
    Ok(Revealed {
        value,
        hide_after_s: HIDE_AFTER_S,
    })
}

fn household_in_reach(tx: &Tx<'_>, person: &Person, id: HouseholdId) -> Outcome<HouseholdRow> {
    if let Some(row) = household_lists::one(tx, &HouseholdSight::of(person), id)? {
        return Ok(row);
    }
    let works_on_it = person.may(Permission::WorkOrders)
        && household_lists::has_accepted_order(tx, &person.street, id, &person.queues)?;
    let row = if works_on_it {
        households::get(tx, &person.street, id)?
    } else {
        None
    };
    row.ok_or_else(|| ErrorCode::NotFound.into())
}
