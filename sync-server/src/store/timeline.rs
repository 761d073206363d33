//! What happened to a case, step by step.

use domain::view::TimelineEntry;
use domain::{CaseId, MutationId, ReportId, StreetId};

use super::{Row, StoreError, Tx, code, json};
use crate::{args, row};

/// Adds the next step of a case.
///
/// # Errors
/// What the engine reports.
pub fn append(
    tx: &Tx<'_>,
    street: &StreetId,
    case: CaseId,
    entry: &TimelineEntry,
    report: Option<ReportId>,
    mutation: Option<MutationId>,
) -> Result<(), StoreError> {
    let n = count(tx, street, case)? + 1;
    insert(tx, street, case, n, entry, report, mutation)
}

/// How many steps a case has; they are numbered from 1 without a gap.
///
/// # Errors
/// What the engine reports.
pub fn count(tx: &Tx<'_>, street: &StreetId, case: CaseId) -> Result<u32, StoreError> {
    let sql = "SELECT MAX(n) FROM timeline WHERE street_id = $1 AND case_id = $2";
    Ok(u32::try_from(tx.number(sql, args![street, case])?).unwrap_or(u32::MAX))
}

/// Adds the `n`th step.
///
/// # Errors
/// What the engine reports.
pub fn insert(
    tx: &Tx<'_>,
    street: &StreetId,
    case: CaseId,
    n: u32,
    entry: &TimelineEntry,
    report: Option<ReportId>,
    mutation: Option<MutationId>,
) -> Result<(), StoreError> {
    tx.insert(
        "INSERT INTO timeline (street_id, case_id, n, what, actor_id, actor_label, queue_id, at, captured_at, state, text,
            reason, suggested, photos, report_id, mutation_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        row![
            street,
            case,
            n,
            &entry.what,
            entry.actor,
            &entry.actor_label,
            entry.queue.clone(),
            entry.at,
            entry.captured_at,
            code(&entry.state)?,
            &entry.text,
            entry.reason.clone(),
            entry.suggested.clone(),
            json(&entry.photos)?,
            report,
            mutation,
        ],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<TimelineEntry, StoreError> {
    Ok(TimelineEntry {
        what: row.get("what")?,
        actor: row.get("actor_id")?,
        actor_label: row.get("actor_label")?,
        queue: row.get("queue_id")?,
        at: row.get("at")?,
        captured_at: row.get("captured_at")?,
        state: row.code("state")?,
        text: row.get("text")?,
        reason: row.get("reason")?,
        suggested: row.get("suggested")?,
        photos: row.json("photos")?,
    })
}

/// Every step of a case, oldest first.
///
/// # Errors
/// What the engine reports.
pub fn of_case(tx: &Tx<'_>, street: &StreetId, case: CaseId) -> Result<Vec<TimelineEntry>, StoreError> {
    let sql = "SELECT what, actor_id, actor_label, queue_id, at, captured_at, state, text, reason, suggested, photos
         FROM timeline WHERE street_id = $1 AND case_id = $2 ORDER BY n";
    tx.query(sql, args![street, case], read)
}
