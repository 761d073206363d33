//! Visits, the needs raised in them, and the private reflections.

use std::collections::HashMap;

use domain::view::{NeedCase, Reflection};
use domain::{CaseId, DeviceId, HouseholdId, Need, NeedId, ReceivedAt, StreetId, UserId, Visit, VisitId};

use super::{Row, StoreError, Tx, code, json};
use crate::args;

/// A visit as it is stored; its reflection lies apart.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitRecord {
    /// The visit without its reflection.
    pub visit: Visit,
    /// Who made it.
    pub author: UserId,
    /// The phone.
    pub device: DeviceId,
    /// When the server received it.
    pub received_at: ReceivedAt,
}

fn read(row: &Row<'_>) -> Result<VisitRecord, StoreError> {
    Ok(VisitRecord {
        visit: row.json("body")?,
        author: row.get("author_id")?,
        device: row.get("device_id")?,
        received_at: row.get("received_at")?,
    })
}

/// Writes a new visit; a reflection in it goes to its own table.
///
/// # Errors
/// What the engine reports.
pub fn insert(tx: &Tx<'_>, street: &StreetId, record: &VisitRecord) -> Result<(), StoreError> {
    let body = Visit {
        reflection: None,
        ..record.visit.clone()
    };
    tx.execute(
        "INSERT INTO visits (street_id, id, household_id, author_id, device_id, outcome, ended_at, received_at, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            street,
            body.id,
            body.household,
            record.author,
            record.device,
            code(&body.outcome)?,
            body.ended_at,
            record.received_at,
            json(&body)?,
        ],
    )?;
    if let Some(text) = record.visit.reflection.as_ref().filter(|text| !text.is_empty()) {
        let sql = "INSERT INTO reflections (street_id, visit_id, author_id, text) VALUES ($1, $2, $3, $4)";
        tx.execute(sql, args![street, body.id, record.author, text])?;
    }
    Ok(())
}

/// One visit.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, street: &StreetId, visit: VisitId) -> Result<Option<VisitRecord>, StoreError> {
    let sql = "SELECT body, author_id, device_id, received_at FROM visits WHERE street_id = $1 AND id = $2";
    tx.query_opt(sql, args![street, visit], read)
}

/// Visits by their names, in any order; those that do not exist are left out.
///
/// # Errors
/// What the engine reports.
pub fn among(tx: &Tx<'_>, street: &StreetId, visits: &[VisitId]) -> Result<Vec<VisitRecord>, StoreError> {
    let sql = format!(
        "SELECT body, author_id, device_id, received_at FROM visits WHERE street_id = $1 AND {}",
        tx.among("id", 2)
    );
    tx.query(&sql, args![street, json(visits)?], read)
}

/// The visits of a household, the latest first.
///
/// # Errors
/// What the engine reports.
pub fn of_household(tx: &Tx<'_>, street: &StreetId, household: HouseholdId) -> Result<Vec<VisitRecord>, StoreError> {
    let sql = "SELECT body, author_id, device_id, received_at FROM visits WHERE street_id = $1 AND household_id = $2
         ORDER BY ended_at DESC, id";
    tx.query(sql, args![street, household], read)
}

/// The private reflection of a visit.
///
/// # Errors
/// What the engine reports.
pub fn reflection(tx: &Tx<'_>, street: &StreetId, visit: VisitId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT text FROM reflections WHERE street_id = $1 AND visit_id = $2";
    tx.query_opt(sql, args![street, visit], |row| row.get("text"))
}

/// Whose a private reflection is.
///
/// # Errors
/// What the engine reports.
pub fn author_of_reflection(tx: &Tx<'_>, street: &StreetId, visit: VisitId) -> Result<Option<UserId>, StoreError> {
    let sql = "SELECT author_id FROM reflections WHERE street_id = $1 AND visit_id = $2";
    tx.query_opt(sql, args![street, visit], |row| row.get("author_id"))
}

/// The reflections of one author about these visits, in any order.
///
/// # Errors
/// What the engine reports.
pub fn reflections(
    tx: &Tx<'_>,
    street: &StreetId,
    author: UserId,
    visits: &[VisitId],
) -> Result<Vec<Reflection>, StoreError> {
    let sql = format!(
        "SELECT visit_id, text FROM reflections WHERE street_id = $1 AND author_id = $2 AND {}",
        tx.among("visit_id", 3)
    );
    tx.query(&sql, args![street, author, json(visits)?], |row| {
        Ok(Reflection {
            visit: row.get("visit_id")?,
            text: row.get("text")?,
        })
    })
}

/// Writes a need and the case it became.
///
/// # Errors
/// What the engine reports.
pub fn insert_need(tx: &Tx<'_>, street: &StreetId, visit: &Visit, need: &Need, case: CaseId) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO needs (street_id, id, visit_id, household_id, case_id, category, text)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            street,
            need.id,
            visit.id,
            visit.household,
            case,
            &need.category,
            &need.text
        ],
    )?;
    Ok(())
}

/// What became of the needs of many visits.
///
/// # Errors
/// What the engine reports.
pub fn need_cases(
    tx: &Tx<'_>,
    street: &StreetId,
    visits: &[VisitId],
) -> Result<HashMap<VisitId, Vec<NeedCase>>, StoreError> {
    let sql = format!(
        "SELECT needs.visit_id AS visit_id, needs.id AS need_id, cases.id AS case_id, number, state, lead_queue, due_at
         FROM needs JOIN cases ON cases.street_id = needs.street_id AND cases.id = needs.case_id
         WHERE needs.street_id = $1 AND {} ORDER BY needs.visit_id, needs.id",
        tx.among("needs.visit_id", 2)
    );
    tx.grouped(&sql, args![street, json(visits)?], |row| {
        let case = NeedCase {
            need: row.get("need_id")?,
            case: row.get("case_id")?,
            number: row.get::<Option<String>>("number")?.unwrap_or_default(),
            state: row.code("state")?,
            queue: row.get("lead_queue")?,
            due_at: row.get("due_at")?,
        };
        Ok((row.get("visit_id")?, case))
    })
}

/// The visit a need was raised in.
///
/// # Errors
/// What the engine reports.
pub fn of_need(tx: &Tx<'_>, street: &StreetId, need: NeedId) -> Result<Option<VisitId>, StoreError> {
    let sql = "SELECT visit_id FROM needs WHERE street_id = $1 AND id = $2";
    tx.query_opt(sql, args![street, need], |row| row.get("visit_id"))
}
