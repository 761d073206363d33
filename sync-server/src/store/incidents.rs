//! Protocol errors that a person should know of.

use domain::{DeviceId, MutationId, ReceivedAt, StreetId};
use uuid::Uuid;

use super::{StoreError, Tx, json};
use crate::args;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// A different body came under a known mutation id.
    MutationIdConflict,
    /// A phone used a number twice: restored or cloned.
    Fork,
    /// A mutation could not be applied because of a fault of the server.
    Fault,
    /// A phone's cursor is ahead of the server: the server was restored unnoticed.
    CursorAhead,
    /// A new history began, because the database was restored or moved.
    NewHistory,
}

/// An incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// What happened.
    pub kind: IncidentKind,
    /// The phone.
    pub device: Option<DeviceId>,
    /// The mutation.
    pub mutation: Option<MutationId>,
    /// Whatever helps to find the cause.
    pub details: serde_json::Value,
}

/// Writes an incident. What a phone repeats about the same mutation is told once.
///
/// # Errors
/// What the engine reports.
pub fn insert(
    tx: &Tx<'_>,
    street: &StreetId,
    id: Uuid,
    incident: &Incident,
    now: ReceivedAt,
) -> Result<(), StoreError> {
    let known = "SELECT 1 FROM incidents WHERE street_id = $1 AND kind = $2 AND device_id = $3 AND mutation_id = $4
         LIMIT 1";
    let kind = super::code(&incident.kind)?;
    if let (Some(device), Some(mutation)) = (incident.device, incident.mutation)
        && tx
            .query_opt(known, args![street, &kind, device, mutation], |_| Ok(()))?
            .is_some()
    {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO incidents (street_id, id, at, kind, device_id, mutation_id, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            street,
            id,
            now,
            kind,
            incident.device,
            incident.mutation,
            json(&incident.details)?,
        ],
    )?;
    Ok(())
}

/// How many incidents of a kind a street has.
///
/// # Errors
/// What the engine reports.
pub fn count(tx: &Tx<'_>, street: &StreetId, kind: IncidentKind) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM incidents WHERE street_id = $1 AND kind = $2";
    tx.number(sql, args![street, super::code(&kind)?])
}
