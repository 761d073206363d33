//! What happened to a case, step by step.

use domain::view::TimelineEntry;
use domain::{CaseId, MutationId, ReportId, StreetId};

use super::{Row, StoreError, Tx, code, json};
use crate::args;

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
    tx.execute(
        "INSERT INTO timeline (street_id, case_id, n, what, actor_id, actor_label, queue_id, at, captured_at, state, text,
            reason, photos, report_id, mutation_id)
         SELECT $1, $2, COALESCE(MAX(n), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
         FROM timeline WHERE street_id = $1 AND case_id = $2",
        args![
            street,
            case,
            &entry.what,
            entry.actor,
            &entry.actor_label,
            entry.queue.clone(),
            entry.at,
            entry.captured_at,
            code(&entry.state)?,
            &entry.text,
            entry.reason.clone(),
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
        photos: row.json("photos")?,
    })
}

/// Every step of a case, oldest first.
///
/// # Errors
/// What the engine reports.
pub fn of_case(tx: &Tx<'_>, street: &StreetId, case: CaseId) -> Result<Vec<TimelineEntry>, StoreError> {
    let sql = "SELECT what, actor_id, actor_label, queue_id, at, captured_at, state, text, reason, photos
         FROM timeline WHERE street_id = $1 AND case_id = $2 ORDER BY n";
    tx.query(sql, args![street, case], read)
}
