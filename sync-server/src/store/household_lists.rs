//! Lists of households for the office: only those in a person's grids and communities.

use domain::role::Permission;
use domain::view::HouseholdRow;
use domain::{CommunityId, GridId, HouseholdId, QueueId, StreetId};

use super::{StoreError, Tx, Value, households};
use crate::args;
use crate::auth::Person;

/// Which households a person may see.
#[derive(Debug, Clone)]
pub struct HouseholdSight {
    street: StreetId,
    communities: Vec<CommunityId>,
    grids: Vec<GridId>,
}

impl HouseholdSight {
    /// What this person may see.
    #[must_use]
    pub fn of(person: &Person) -> Self {
        let communities = if person.may(Permission::SeeCommunityHouseholds) {
            person.communities.clone()
        } else {
            Vec::new()
        };
        let grids = if person.may(Permission::SeeGridHouseholds) {
            person.grids.clone()
        } else {
            Vec::new()
        };
        Self {
            street: person.street.clone(),
            communities,
            grids,
        }
    }

    /// Those of the communities the person answers for, without the grids the person merely works in.
    #[must_use]
    pub fn of_communities(person: &Person) -> Self {
        Self {
            grids: Vec::new(),
            ..Self::of(person)
        }
    }

    /// SQL over `households` with its parameters; `$1` is the street.
    fn condition(&self) -> (String, Vec<Value>) {
        let mut args = vec![Value::from(&self.street)];
        let grids = names(&mut args, self.grids.iter().map(Value::from));
        let communities = names(&mut args, self.communities.iter().map(Value::from));
        let sql = format!(
            "street_id = $1 AND (grid_id IN {grids}
                OR grid_id IN (SELECT id FROM grids WHERE street_id = $1 AND community_id IN {communities}))"
        );
        (sql, args)
    }
}

fn names(args: &mut Vec<Value>, values: impl Iterator<Item = Value>) -> String {
    let names: Vec<String> = values
        .map(|value| {
            args.push(value);
            format!("${}", args.len())
        })
        .collect();
    if names.is_empty() {
        "(NULL)".to_owned()
    } else {
        format!("({})", names.join(", "))
    }
}

/// A page by estate, building, unit and door, and how many there are altogether. Each word must occur in the address, in
/// a resident's name or at the end of a phone number.
///
/// # Errors
/// What the engine reports.
pub fn page(
    tx: &Tx<'_>,
    sight: &HouseholdSight,
    grid: Option<&GridId>,
    words: &[String],
    (limit, offset): (u32, u32),
) -> Result<(Vec<HouseholdRow>, u32), StoreError> {
    let (mut sql, mut args) = sight.condition();
    if let Some(grid) = grid {
        args.push(grid.into());
        sql.push_str(&format!(" AND grid_id = ${}", args.len()));
    }
    let like = tx.like();
    for word in words {
        let word = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        args.push(format!("%{word}%").into());
        let anywhere = format!("${}", args.len());
        args.push(format!("%{word}").into());
        let tail = format!("${}", args.len());
        sql.push_str(&format!(
            " AND (estate || building || unit || room {like} {anywhere} ESCAPE '\\' OR phone {like} {tail} ESCAPE '\\'
                OR EXISTS (SELECT 1 FROM residents WHERE residents.street_id = households.street_id
                    AND residents.household_id = households.id
                    AND (residents.name {like} {anywhere} ESCAPE '\\' OR residents.phone {like} {tail} ESCAPE '\\')))"
        ));
    }
    let total = tx.number(&format!("SELECT COUNT(*) FROM households WHERE {sql}"), &args)?;
    args.push(limit.into());
    args.push(offset.into());
    let order = format!(
        "{sql} ORDER BY estate, building, unit, room, id LIMIT ${} OFFSET ${}",
        args.len() - 1,
        args.len()
    );
    Ok((
        households::find(tx, &order, &args)?,
        u32::try_from(total).unwrap_or(u32::MAX),
    ))
}

/// One household, when the person may see it.
///
/// # Errors
/// What the engine reports.
pub fn one(tx: &Tx<'_>, sight: &HouseholdSight, id: HouseholdId) -> Result<Option<HouseholdRow>, StoreError> {
    let (mut sql, mut args) = sight.condition();
    args.push(id.into());
    sql.push_str(&format!(" AND id = ${}", args.len()));
    Ok(households::find(tx, &sql, &args)?.pop())
}

/// True when one of these queues has taken an order about the household and not given it away or finished it long ago.
///
/// # Errors
/// What the engine reports.
pub fn has_accepted_order(
    tx: &Tx<'_>,
    street: &StreetId,
    household: HouseholdId,
    queues: &[QueueId],
) -> Result<bool, StoreError> {
    let sql =
        "SELECT COUNT(*) FROM orders JOIN cases ON cases.street_id = orders.street_id AND cases.id = orders.case_id
         WHERE orders.street_id = $1 AND cases.household_id = $2 AND orders.queue_id = $3
            AND orders.accepted_at IS NOT NULL AND orders.closed_at IS NULL";
    for queue in queues {
        if tx.number(sql, args![street, household, queue])? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
