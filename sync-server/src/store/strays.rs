//! Copies of mutations about something outside their author's scope, for the office to look at.

use domain::protocol::Mutation;
use domain::{DeviceId, ErrorCode, ReceivedAt, StreetId, UserId};

use super::{StoreError, Tx, code, json};
use crate::args;

/// A stray.
#[derive(Debug, Clone, PartialEq)]
pub struct StrayRecord {
    /// The phone.
    pub device: DeviceId,
    /// Who made it.
    pub author: UserId,
    /// Why it was not taken.
    pub code: ErrorCode,
    /// The mutation, whole.
    pub mutation: Mutation,
    /// When it came.
    pub at: ReceivedAt,
    /// When somebody dealt with it.
    pub handled_at: Option<ReceivedAt>,
}

/// Keeps a copy of a mutation.
///
/// # Errors
/// What the engine reports.
pub fn insert(
    tx: &Tx<'_>,
    street: &StreetId,
    device: DeviceId,
    mutation: &Mutation,
    why: ErrorCode,
    now: ReceivedAt,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO strays (street_id, mutation_id, device_id, author_id, kind, code, mutation, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (street_id, mutation_id) DO NOTHING",
        args![
            street,
            mutation.id,
            device,
            mutation.author,
            &mutation.kind,
            code(&why)?,
            json(mutation)?,
            now
        ],
    )?;
    Ok(())
}

/// Every stray of a street, the newest first.
///
/// # Errors
/// What the engine reports.
pub fn all(tx: &Tx<'_>, street: &StreetId) -> Result<Vec<StrayRecord>, StoreError> {
    let sql = "SELECT device_id, author_id, code, mutation, at, handled_at FROM strays WHERE street_id = $1
         ORDER BY at DESC, mutation_id";
    tx.query(sql, args![street], |row| {
        Ok(StrayRecord {
            device: row.get("device_id")?,
            author: row.get("author_id")?,
            code: row.code("code")?,
            mutation: row.json("mutation")?,
            at: row.get("at")?,
            handled_at: row.get("handled_at")?,
        })
    })
}
