//! The clocks of a case: one row per stage and start.

use domain::clock::Stage;
use domain::{CaseId, ReceivedAt, StreetId};

use super::{StoreError, Tx, code};
use crate::{args, row};

/// A clock as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRecord {
    /// Its place in the case's sequence of clocks, from 1.
    pub n: u32,
    /// What it measures.
    pub stage: Stage,
    /// When it began.
    pub started_at: ReceivedAt,
    /// When it runs out.
    pub due_at: ReceivedAt,
    /// When it was met.
    pub done_at: Option<ReceivedAt>,
    /// When it ended without having been met.
    pub ended_at: Option<ReceivedAt>,
    /// Since when it is stopped.
    pub paused_at: Option<ReceivedAt>,
}

impl ClockRecord {
    /// True while it is neither met nor ended; it may be stopped.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.done_at.is_none() && self.ended_at.is_none()
    }

    /// True while it counts.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.is_open() && self.paused_at.is_none()
    }
}

/// Every clock of a case, in the order they began.
///
/// # Errors
/// What the engine reports.
pub fn of_case(tx: &Tx<'_>, street: &StreetId, case: CaseId) -> Result<Vec<ClockRecord>, StoreError> {
    let sql = "SELECT n, stage, started_at, due_at, done_at, ended_at, paused_at FROM clocks
         WHERE street_id = $1 AND case_id = $2 ORDER BY n";
    tx.query(sql, args![street, case], |row| {
        Ok(ClockRecord {
            n: row.get("n")?,
            stage: row.code("stage")?,
            started_at: row.get("started_at")?,
            due_at: row.get("due_at")?,
            done_at: row.get("done_at")?,
            ended_at: row.get("ended_at")?,
            paused_at: row.get("paused_at")?,
        })
    })
}

/// Writes a clock, new or changed.
///
/// # Errors
/// What the engine reports.
pub fn put(tx: &Tx<'_>, street: &StreetId, case: CaseId, clock: &ClockRecord) -> Result<(), StoreError> {
    tx.insert(
        "INSERT INTO clocks (street_id, case_id, n, stage, started_at, due_at, done_at, ended_at, paused_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (street_id, case_id, n) DO UPDATE SET due_at = excluded.due_at, done_at = excluded.done_at,
            ended_at = excluded.ended_at, paused_at = excluded.paused_at",
        row![
            street,
            case,
            clock.n,
            code(&clock.stage)?,
            clock.started_at,
            clock.due_at,
            clock.done_at,
            clock.ended_at,
            clock.paused_at,
        ],
    )?;
    Ok(())
}
