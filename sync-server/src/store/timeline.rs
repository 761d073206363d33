//! What happened to a case, step by step.

use std::collections::HashMap;

use domain::view::TimelineEntry;
use domain::{CaseId, MutationId, ReportId, StreetId};

use super::{Row, StoreError, Tx, code, json};
use crate::{args, row};

/// The step with which a report opens its case. Its text and photos are the report's, and are kept there alone.
const REPORTED: &str = "report";

/// A step as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The step; text and photos are missing where a report says them.
    pub entry: TimelineEntry,
    /// The report that says them.
    pub said_by: Option<ReportId>,
}

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
    // The report says it itself.
    let (text, photos): (&str, &[_]) = match report {
        Some(_) if entry.what == REPORTED => ("", &[]),
        Some(_) | None => (&entry.text, &entry.photos),
    };
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
            text,
            entry.reason.clone(),
            entry.suggested.clone(),
            json(photos)?,
            report,
            mutation,
        ],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Step, StoreError> {
    let entry = TimelineEntry {
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
    };
    let report: Option<ReportId> = row.get("report_id")?;
    Ok(Step {
        said_by: report.filter(|_| entry.what == REPORTED),
        entry,
    })
}

/// Every step of many cases, each case's oldest first.
///
/// # Errors
/// What the engine reports.
pub fn of_cases(tx: &Tx<'_>, street: &StreetId, cases: &[CaseId]) -> Result<HashMap<CaseId, Vec<Step>>, StoreError> {
    let sql = format!(
        "SELECT case_id, what, actor_id, actor_label, queue_id, at, captured_at, state, text, reason, suggested, photos,
            report_id
         FROM timeline WHERE street_id = $1 AND {} ORDER BY case_id, n",
        tx.among("case_id", 2)
    );
    tx.grouped(&sql, args![street, json(cases)?], |row| {
        Ok((row.get("case_id")?, read(row)?))
    })
}
