//! Which buckets a row is in now.

use domain::protocol::RowType;
use domain::{Bucket, QueueId, StreetId, UserId, scope};

use super::{FromColumn, StoreError, Tx, Value, cases, grids, households, orders, streets, visits};
use crate::{args, rows};

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
            .map(|(author, _)| scope::me(&author))
            .into_iter()
            .collect()),
        RowType::OriginalRequest => {
            let sql = "SELECT user_id FROM original_requests WHERE street_id = $1 AND sha256 = $2";
            Ok(tx
                .query_opt(sql, args![street, id], |row| row.get("user_id"))?
                .map(|user: UserId| scope::me(&user))
                .into_iter()
                .collect())
        }
    }
}

fn parsed<T: FromColumn>(id: &str) -> Result<T, StoreError> {
    T::from_column(Value::from(id)).ok_or_else(|| StoreError::Column("id".to_owned()))
}

fn reference<T>(row: Option<T>) -> Vec<Bucket> {
    row.map(|_| scope::reference()).into_iter().collect()
}

fn of_home(tx: &Tx<'_>, street: &StreetId, household: domain::HouseholdId) -> Result<Vec<Bucket>, StoreError> {
    Ok(households::grid(tx, street, household)?
        .map(|grid| scope::home(&grid))
        .into_iter()
        .collect())
}

/// Every reporter of a case has it among the own ones; a case from a household stays with the home as well.
fn of_case(tx: &Tx<'_>, street: &StreetId, id: domain::CaseId) -> Result<Vec<Bucket>, StoreError> {
    let Some(case) = cases::get(tx, street, id)? else {
        return Ok(Vec::new());
    };
    let household = case.household;
    let past: Vec<QueueId> = orders::of_case(tx, street, id)?
        .into_iter()
        .map(|order| order.queue)
        .collect();
    let mut buckets = scope::buckets_of_case(&rows::bare(case), &past);
    let sql = "SELECT DISTINCT author_id FROM reports WHERE street_id = $1 AND (case_id = $2 OR first_case_id = $2)";
    let authors: Vec<UserId> = tx.query(sql, args![street, id], |row| row.get("author_id"))?;
    buckets.extend(authors.iter().map(scope::me));
    if let Some(household) = household {
        buckets.extend(of_home(tx, street, household)?);
    }
    Ok(buckets)
}

fn of_outline(tx: &Tx<'_>, street: &StreetId, id: domain::CaseId) -> Result<Vec<Bucket>, StoreError> {
    let Some(case) = cases::get(tx, street, id)? else {
        return Ok(Vec::new());
    };
    let grid = case
        .place
        .grid
        .as_ref()
        .map(|grid| grids::get(tx, street, grid))
        .transpose()?
        .flatten();
    Ok(scope::bucket_of_outline(&rows::bare(case), grid.as_slice())
        .into_iter()
        .collect())
}
