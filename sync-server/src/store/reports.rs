//! Reports, immutable once accepted.

use std::collections::{HashMap, HashSet};

use domain::{CaseId, DeviceId, PhotoManifest, ReceivedAt, Report, ReportId, StreetId, UserId};
use serde::Deserialize;

use super::{Row, StoreError, Tx, json};
use crate::{args, row};

/// A report as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRecord {
    /// The report.
    pub report: Report,
    /// The case it belongs to now.
    pub case: CaseId,
    /// The case it opened; differs after a merge.
    pub first_case: CaseId,
    /// Who captured it.
    pub author: UserId,
    /// The phone.
    pub device: DeviceId,
    /// When the server received it.
    pub received_at: ReceivedAt,
    /// When it was taken back.
    pub withdrawn_at: Option<ReceivedAt>,
}

fn read(row: &Row<'_>) -> Result<ReportRecord, StoreError> {
    Ok(ReportRecord {
        report: row.json("body")?,
        case: row.get("case_id")?,
        first_case: row.get("first_case_id")?,
        author: row.get("author_id")?,
        device: row.get("device_id")?,
        received_at: row.get("received_at")?,
        withdrawn_at: row.get("withdrawn_at")?,
    })
}

const COLUMNS: &str = "body, case_id, first_case_id, author_id, device_id, received_at, withdrawn_at";

/// Writes a new report.
///
/// # Errors
/// What the engine reports.
pub fn insert(tx: &Tx<'_>, street: &StreetId, record: &ReportRecord) -> Result<(), StoreError> {
    tx.insert(
        "INSERT INTO reports (street_id, id, case_id, first_case_id, author_id, device_id, category, captured_at,
            received_at, withdrawn_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        row![
            street,
            record.report.id,
            record.case,
            record.first_case,
            record.author,
            record.device,
            &record.report.category,
            record.report.captured_at,
            record.received_at,
            record.withdrawn_at,
            json(&record.report)?,
        ],
    )?;
    Ok(())
}

/// True when the report is stored.
///
/// # Errors
/// What the engine reports.
pub fn exists(tx: &Tx<'_>, street: &StreetId, report: ReportId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM reports WHERE street_id = $1 AND id = $2";
    Ok(tx.number(sql, args![street, report])? > 0)
}

/// Those of these reports that are stored.
///
/// # Errors
/// What the engine reports.
pub fn stored(tx: &Tx<'_>, street: &StreetId, reports: &[ReportId]) -> Result<HashSet<ReportId>, StoreError> {
    let sql = format!("SELECT id FROM reports WHERE street_id = $1 AND {}", tx.among("id", 2));
    let found = tx.query(&sql, args![street, json(reports)?], |row| row.get("id"))?;
    Ok(found.into_iter().collect())
}

/// One report.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, street: &StreetId, report: ReportId) -> Result<Option<ReportRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM reports WHERE street_id = $1 AND id = $2");
    tx.query_opt(&sql, args![street, report], read)
}

/// The reports of a case, in the order received.
///
/// # Errors
/// What the engine reports.
pub fn of_case(tx: &Tx<'_>, street: &StreetId, case: CaseId) -> Result<Vec<ReportRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM reports WHERE street_id = $1 AND case_id = $2 ORDER BY received_at, id");
    tx.query(&sql, args![street, case], read)
}

/// What the row of a case shows of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The report.
    pub id: ReportId,
    /// What it says.
    pub said: Said,
}

/// What a report says of itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Said {
    /// Its text.
    #[serde(default)]
    pub text: String,
    /// Its photos.
    #[serde(default)]
    pub photos: Vec<PhotoManifest>,
}

fn read_shown(row: &Row<'_>) -> Result<Shown, StoreError> {
    Ok(Shown {
        id: row.get("id")?,
        said: row.json("body")?,
    })
}

/// The reports of many cases, each in the order received.
///
/// # Errors
/// What the engine reports.
pub fn of_cases(tx: &Tx<'_>, street: &StreetId, cases: &[CaseId]) -> Result<HashMap<CaseId, Vec<Shown>>, StoreError> {
    let sql = format!(
        "SELECT case_id, id, body FROM reports WHERE street_id = $1 AND {} ORDER BY received_at, id",
        tx.among("case_id", 2)
    );
    tx.grouped(&sql, args![street, json(cases)?], |row| {
        Ok((row.get("case_id")?, read_shown(row)?))
    })
}

/// Reports by their names, in any order; those that do not exist are left out.
///
/// # Errors
/// What the engine reports.
pub fn among(tx: &Tx<'_>, street: &StreetId, reports: &[ReportId]) -> Result<Vec<Shown>, StoreError> {
    let sql = format!(
        "SELECT id, body FROM reports WHERE street_id = $1 AND {}",
        tx.among("id", 2)
    );
    tx.query(&sql, args![street, json(reports)?], read_shown)
}

/// Notes that a report was taken back.
///
/// # Errors
/// What the engine reports.
pub fn withdraw(tx: &Tx<'_>, street: &StreetId, report: ReportId, now: ReceivedAt) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE reports SET withdrawn_at = $3 WHERE street_id = $1 AND id = $2",
        args![street, report, now],
    )?;
    Ok(())
}

/// Puts the reports of a case under its main case.
///
/// # Errors
/// What the engine reports.
pub fn merge(tx: &Tx<'_>, street: &StreetId, case: CaseId, into: CaseId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE reports SET case_id = $3 WHERE street_id = $1 AND case_id = $2",
        args![street, case, into],
    )?;
    Ok(())
}

/// Gives a case back the reports it opened with, and those of the cases that were merged into it before it was merged itself.
///
/// # Errors
/// What the engine reports.
pub fn unmerge(tx: &Tx<'_>, street: &StreetId, case: CaseId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE reports SET case_id = $2 WHERE street_id = $1 AND first_case_id IN (
             WITH RECURSIVE under (id) AS (
                 SELECT id FROM cases WHERE street_id = $1 AND id = $2
                 UNION SELECT cases.id FROM cases JOIN under ON cases.merged_into = under.id WHERE cases.street_id = $1)
             SELECT id FROM under)",
        args![street, case],
    )?;
    Ok(())
}
