//! Which buckets a row is in now.

use domain::protocol::RowType;
use domain::{Bucket, StreetId, UserId};

use super::{FromColumn, StoreError, Tx, Value, cases, grids, households, orders, streets, visits};
use crate::args;

/// The buckets of a row as it stands; none when it does not exist (any more).
///
/// # Errors
/// What the engine reports.
pub fn buckets_of(tx: &Tx<'_>, street: &StreetId, kind: RowType, id: &str) -> Result<Vec<Bucket>, StoreError> {
    match kind {
        RowType::Street => Ok(reference(streets::get(tx, street)?)),
        RowType::Queue => Ok(reference(grids::queue(tx, street, &id.into())?)),
        RowType::Grid => Ok(reference(grids::get(tx, street, &id.into())?)),
        RowType::Case => of_case(tx, street, parsed(id)?),
        RowType::CaseOutline => of_outline(tx, street, parsed(id)?),
        RowType::Household => of_home(tx, street, parsed(id)?),
        RowType::Resident => match households::resident(tx, street, parsed(id)?)? {
            Some(resident) => of_home(tx, street, resident.household),
            None => Ok(Vec::new()),
        },
        RowType::Visit => match visits::get(tx, street, parsed(id)?)? {
            Some(record) => of_home(tx, street, record.visit.household),
            None => Ok(Vec::new()),
        },
        RowType::Reflection => Ok(visits::reflection(tx, street, parsed(id)?)?
            .map(|(author, _)| me(author))
            .into_iter()
            .collect()),
        RowType::OriginalRequest => {
            let sql = "SELECT user_id FROM original_requests WHERE street_id = $1 AND sha256 = $2";
            Ok(tx
                .query_opt(sql, args![street, id], |row| row.get("user_id"))?
                .map(me)
                .into_iter()
                .collect())
        }
    }
}

fn parsed<T: FromColumn>(id: &str) -> Result<T, StoreError> {
    T::from_column(Value::from(id)).ok_or_else(|| StoreError::Column("id".to_owned()))
}

fn reference<T>(row: Option<T>) -> Vec<Bucket> {
    row.map(|_| Bucket("ref".to_owned())).into_iter().collect()
}

fn me(user: UserId) -> Bucket {
    Bucket(format!("me:{user}"))
}

fn of_home(tx: &Tx<'_>, street: &StreetId, household: domain::HouseholdId) -> Result<Vec<Bucket>, StoreError> {
    Ok(households::grid(tx, street, household)?
        .map(|grid| Bucket(format!("home:{grid}")))
        .into_iter()
        .collect())
}

/// A case that came from a need is about a household: it stays with the home, its author and its queues. Any other
/// case belongs to its grid, its reporters and its queues.
fn of_case(tx: &Tx<'_>, street: &StreetId, id: domain::CaseId) -> Result<Vec<Bucket>, StoreError> {
    let Some(case) = cases::get(tx, street, id)? else {
        return Ok(Vec::new());
    };
    let mut buckets = vec![Bucket("street".to_owned()), Bucket(format!("dept:{}", case.lead_queue))];
    buckets.extend(case.reporter.map(me));
    let sql = "SELECT DISTINCT author_id FROM reports WHERE street_id = $1 AND (case_id = $2 OR first_case_id = $2)";
    buckets.extend(
        tx.query(sql, args![street, id], |row| row.get("author_id"))?
            .into_iter()
            .map(me),
    );
    let open = orders::of_case(tx, street, id)?
        .into_iter()
        .filter(|order| order.closed_at.is_none());
    buckets.extend(open.map(|order| Bucket(format!("dept:{}", order.queue))));
    match case.household {
        Some(household) => buckets.extend(of_home(tx, street, household)?),
        None => {
            let grids = [case.place.grid, case.place.other_grid];
            buckets.extend(grids.into_iter().flatten().map(|grid| Bucket(format!("grid:{grid}"))));
        }
    }
    Ok(buckets)
}

/// Only cases about public ground are shown to the rest of the community.
fn of_outline(tx: &Tx<'_>, street: &StreetId, id: domain::CaseId) -> Result<Vec<Bucket>, StoreError> {
    let Some(case) = cases::get(tx, street, id)? else {
        return Ok(Vec::new());
    };
    let public = case.need.is_none();
    Ok(case
        .community
        .filter(|_| public)
        .map(|community| Bucket(format!("community:{community}")))
        .into_iter()
        .collect())
}
