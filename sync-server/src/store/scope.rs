//! Which buckets a row is in now.

use domain::protocol::RowType;
use domain::view::CaseRow;
use domain::{Bucket, CaseId, HouseholdId, UserId, scope};

use super::{Edit, FromColumn, StoreError, Value, cases, grids, households, orders, streets, visits};
use crate::{args, rows};

/// The buckets of the rows that a transaction changed.
pub struct Scope<'e, 't> {
    /// The transaction.
    pub edit: &'e Edit<'t>,
    /// The case read last: its outline is asked for right after it.
    case: Option<(CaseRow, Option<HouseholdId>)>,
}

impl<'e, 't> Scope<'e, 't> {
    /// Begins when everything but revisions is written.
    #[must_use]
    pub fn new(edit: &'e Edit<'t>) -> Self {
        Self { edit, case: None }
    }

    /// The buckets of a row as it stands; none when it does not exist (any more).
    ///
    /// # Errors
    /// What the engine reports.
    pub fn buckets_of(&mut self, kind: RowType, id: &str) -> Result<Vec<Bucket>, StoreError> {
        let (tx, street) = (self.edit.tx, &self.edit.street);
        match kind {
            RowType::Street => Ok(reference(streets::get(tx, street)?)),
            RowType::Queue => Ok(reference(grids::queue(tx, street, &id.into())?)),
            RowType::Grid => Ok(reference(grids::get(tx, street, &id.into())?)),
            RowType::Case => self.of_case(parsed(id)?),
            RowType::CaseOutline => self.of_outline(parsed(id)?),
            RowType::Household => self.of_home(parsed(id)?),
            RowType::Resident => match households::resident(tx, street, parsed(id)?)? {
                Some(row) => self.of_home(row.resident.household),
                None => Ok(Vec::new()),
            },
            RowType::Visit => match visits::get(tx, street, parsed(id)?)? {
                Some(record) => self.of_home(record.visit.household),
                None => Ok(Vec::new()),
            },
            RowType::Reflection => Ok(visits::author_of_reflection(tx, street, parsed(id)?)?
                .map(|author| scope::me(&author))
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

    fn of_home(&self, household: HouseholdId) -> Result<Vec<Bucket>, StoreError> {
        Ok(households::grid(self.edit.tx, &self.edit.street, household)?
            .map(|grid| scope::home(&grid))
            .into_iter()
            .collect())
    }

    fn case(&mut self, id: CaseId) -> Result<Option<&(CaseRow, Option<HouseholdId>)>, StoreError> {
        if self.case.as_ref().is_none_or(|(case, _)| case.id != id) {
            let record = match self.edit.opened_case(id) {
                Some(opened) => Some(opened),
                None => cases::get(self.edit.tx, &self.edit.street, id)?,
            };
            self.case = record.map(|record| {
                let household = record.household;
                (rows::bare(record), household)
            });
        }
        Ok(self.case.as_ref())
    }

    /// Every reporter of a case has it among the own ones, its first one also after a merge, because the case names that
    /// person itself; a case from a household stays with the home as well.
    fn of_case(&mut self, id: CaseId) -> Result<Vec<Bucket>, StoreError> {
        let (tx, street) = (self.edit.tx, &self.edit.street);
        // Whatever was ordered of a case that is new, its lead and its assists have, and nobody but its reporter reported it.
        let new = self.edit.is_new(RowType::Case, &id.to_string());
        let past = if new {
            Vec::new()
        } else {
            orders::queues_of_case(tx, street, id)?
        };
        let Some((case, household)) = self.case(id)? else {
            return Ok(Vec::new());
        };
        let (mut buckets, household) = (scope::buckets_of_case(case, &past), *household);
        if !new {
            let sql = "SELECT author_id FROM reports WHERE street_id = $1 AND case_id = $2";
            let authors: Vec<UserId> = tx.query(sql, args![street, id], |row| row.get("author_id"))?;
            buckets.extend(authors.iter().map(scope::me));
        }
        if let Some(household) = household {
            buckets.extend(self.of_home(household)?);
        }
        Ok(buckets)
    }

    fn of_outline(&mut self, id: CaseId) -> Result<Vec<Bucket>, StoreError> {
        let edit = self.edit;
        let Some((case, _)) = self.case(id)? else {
            return Ok(Vec::new());
        };
        let grid = match &case.place.grid {
            Some(grid) => edit.known.grid(grid)?,
            None => None,
        };
        let grids = grid.as_deref().map_or(&[][..], std::slice::from_ref);
        Ok(scope::bucket_of_outline(case, grids).into_iter().collect())
    }
}

fn parsed<T: FromColumn>(id: &str) -> Result<T, StoreError> {
    T::from_column(Value::from(id)).ok_or_else(|| StoreError::Column("id".to_owned()))
}

fn reference<T>(row: Option<T>) -> Vec<Bucket> {
    row.map(|_| scope::reference()).into_iter().collect()
}
