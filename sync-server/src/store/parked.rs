//! Mutations that wait for a person, for their author or for the thing they are about, kept whole.

use std::collections::BTreeMap;

use domain::protocol::Mutation;
use domain::{DeviceId, ErrorCode, MutationId, ReceivedAt, StreetId};
use uuid::Uuid;

use super::{Row, StoreError, Tx, code, json};
use crate::args;

const COLUMNS: &str = "code, body_hash, device_id, parked_at, mutation";

/// Keeps a mutation whole; a repeat changes nothing.
///
/// # Errors
/// What the engine reports.
pub fn insert(
    tx: &Tx<'_>,
    street: &StreetId,
    device: DeviceId,
    mutation: &Mutation,
    body_hash: &str,
    why: ErrorCode,
    now: ReceivedAt,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO parked (street_id, mutation_id, device_id, author_id, entity, code, body_hash, mutation, parked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (street_id, mutation_id) DO NOTHING",
        args![street, mutation.id, device, mutation.author, mutation.entity, code(&why)?, body_hash, json(mutation)?, now],
    )?;
    Ok(())
}

/// A mutation that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct ParkedRecord {
    /// Why.
    pub code: ErrorCode,
    /// Hash of its canonical body.
    pub body_hash: String,
    /// The phone that pushed it.
    pub device: DeviceId,
    /// When it came.
    pub parked_at: ReceivedAt,
    /// The mutation.
    pub mutation: Mutation,
}

/// A mutation that waits, by its name.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, street: &StreetId, mutation: MutationId) -> Result<Option<ParkedRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM parked WHERE street_id = $1 AND mutation_id = $2 AND settled_at IS NULL{}",
        tx.lock()
    );
    tx.query_opt(&sql, args![street, mutation], read)
}

fn read(row: &Row<'_>) -> Result<ParkedRecord, StoreError> {
    Ok(ParkedRecord {
        code: row.code("code")?,
        body_hash: row.get("body_hash")?,
        device: row.get("device_id")?,
        parked_at: row.get("parked_at")?,
        mutation: row.json("mutation")?,
    })
}

/// The mutations about one thing that wait, in the order of their coming.
///
/// # Errors
/// What the engine reports.
pub fn about(tx: &Tx<'_>, street: &StreetId, entity: Uuid) -> Result<Vec<ParkedRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM parked WHERE street_id = $1 AND entity = $2 AND settled_at IS NULL");
    let mut waiting: Vec<ParkedRecord> = tx.query(&sql, args![street, entity], read)?;
    // What came in a bundle has no numbers.
    waiting.sort_by_key(|waits| {
        let made = &waits.mutation;
        (waits.parked_at, made.seq, made.wall_ms, made.id)
    });
    Ok(waiting)
}

/// True when any mutation of the street waits.
///
/// # Errors
/// What the engine reports.
pub fn any(tx: &Tx<'_>, street: &StreetId) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM parked WHERE street_id = $1 AND settled_at IS NULL)";
    Ok(tx.number(sql, args![street])? > 0)
}

/// How many mutations of each phone wait for somebody: those that wait for a record of another phone wait for nobody.
///
/// # Errors
/// What the engine reports.
pub fn of_devices(tx: &Tx<'_>, street: &StreetId) -> Result<BTreeMap<DeviceId, u32>, StoreError> {
    let sql = "SELECT device_id, COUNT(*) AS waiting FROM parked
         WHERE street_id = $1 AND settled_at IS NULL AND code <> $2 GROUP BY device_id";
    let counted = tx.query(sql, args![street, code(&ErrorCode::NotFound)?], |row| {
        Ok((row.get("device_id")?, row.get::<u64>("waiting")?))
    })?;
    Ok(counted
        .into_iter()
        .map(|(device, waiting)| (device, u32::try_from(waiting).unwrap_or(u32::MAX)))
        .collect())
}

/// Every mutation that waits, oldest first.
///
/// # Errors
/// What the engine reports.
pub fn waiting(tx: &Tx<'_>, street: &StreetId) -> Result<Vec<MutationId>, StoreError> {
    let sql =
        "SELECT mutation_id FROM parked WHERE street_id = $1 AND settled_at IS NULL ORDER BY parked_at, mutation_id";
    tx.query(sql, args![street], |row| row.get("mutation_id"))
}

/// Notes that a mutation no longer waits.
///
/// # Errors
/// What the engine reports.
pub fn settle(tx: &Tx<'_>, street: &StreetId, mutation: MutationId, now: ReceivedAt) -> Result<(), StoreError> {
    let sql = "UPDATE parked SET settled_at = $3 WHERE street_id = $1 AND mutation_id = $2";
    tx.execute(sql, args![street, mutation, now])?;
    Ok(())
}

/// Lets a mutation wait again, for this reason.
///
/// # Errors
/// What the engine reports.
pub fn unsettle(tx: &Tx<'_>, street: &StreetId, mutation: MutationId, why: ErrorCode) -> Result<(), StoreError> {
    let sql = "UPDATE parked SET settled_at = NULL, code = $3 WHERE street_id = $1 AND mutation_id = $2";
    tx.execute(sql, args![street, mutation, code(&why)?])?;
    Ok(())
}
