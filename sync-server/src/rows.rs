//! Rows as they are handed out, put together from the tables. What many rows need of a table is read by one statement.

mod cases;
mod visits;

use std::collections::{BTreeMap, HashMap};

use domain::protocol::{RowBody, RowType};
use domain::view::OriginalRequest;
use domain::{Sha256Hex, StreetId, UserId};
use serde::Serialize;

use crate::store::{self, FromColumn, StoreError, Tx, grids, households, streets};

pub use cases::{bare, case_rows};
pub use visits::visit_rows;

/// The bodies of rows, by kind and name.
pub type Bodies = HashMap<(RowType, String), RowBody>;

/// The bodies of these rows for the phone of `viewer`; one that does not exist (any more) is left out.
///
/// # Errors
/// What the engine reports.
pub fn bodies<'r>(
    tx: &Tx<'_>,
    street: &StreetId,
    viewer: UserId,
    rows: impl IntoIterator<Item = (RowType, &'r str)>,
) -> Result<Bodies, StoreError> {
    let mut named: BTreeMap<RowType, Vec<&str>> = BTreeMap::new();
    for (kind, id) in rows {
        named.entry(kind).or_default().push(id);
    }
    let mut bodies = Bodies::new();
    for (kind, ids) in named {
        bodies.extend(of_kind(tx, street, viewer, kind, &ids)?);
    }
    Ok(bodies)
}

fn of_kind(tx: &Tx<'_>, street: &StreetId, viewer: UserId, kind: RowType, ids: &[&str]) -> Result<Bodies, StoreError> {
    match kind {
        RowType::Street => texts(kind, streets::get(tx, street)?, |row| row.id.0.clone()),
        RowType::Queue => texts(kind, grids::queues_among(tx, street, &parsed(ids)?)?, |row| {
            row.id.0.clone()
        }),
        RowType::Grid => texts(kind, grids::among(tx, street, &parsed(ids)?)?, |row| row.id.0.clone()),
        RowType::Case => {
            let records = store::cases::among(tx, street, &parsed(ids)?)?;
            let rows = case_rows(tx, street, records)?;
            let rows = rows.into_iter().map(|row| cases::for_phone(row, viewer));
            texts(kind, rows, |row| row.id.to_string())
        }
        RowType::CaseOutline => texts(kind, store::cases::outlines(tx, street, &parsed(ids)?)?, |row| {
            row.id.to_string()
        }),
        RowType::Household => {
            let rows = households::among(tx, street, &parsed(ids)?)?;
            texts(kind, rows, |row| row.household.id.to_string())
        }
        RowType::Resident => {
            let rows = households::residents_among(tx, street, &parsed(ids)?)?;
            texts(kind, rows, |row| row.resident.id.to_string())
        }
        RowType::Visit => {
            let records = store::visits::among(tx, street, &parsed(ids)?)?;
            texts(kind, visit_rows(tx, street, records)?, |row| row.visit.id.to_string())
        }
        RowType::Reflection => {
            let rows = store::visits::reflections(tx, street, viewer, &parsed(ids)?)?;
            texts(kind, rows, |row| row.visit.to_string())
        }
        RowType::OriginalRequest => {
            let asked = parsed::<Sha256Hex>(ids)?;
            let rows = asked.into_iter().map(|sha256| OriginalRequest { sha256 });
            texts(kind, rows, |row| row.sha256.0.clone())
        }
    }
}

fn parsed<T: FromColumn>(ids: &[&str]) -> Result<Vec<T>, StoreError> {
    let one = |id: &&str| T::from_column((*id).into()).ok_or_else(|| StoreError::Column("id".to_owned()));
    ids.iter().map(one).collect()
}

fn texts<T: Serialize>(
    kind: RowType,
    rows: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> String,
) -> Result<Bodies, StoreError> {
    let one = |row: T| Ok(((kind, name(&row)), RowBody::of(&row)?));
    rows.into_iter().map(one).collect()
}
