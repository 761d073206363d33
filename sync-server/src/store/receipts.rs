//! The stored answers to mutations: written once, replayed for ever.

use std::collections::HashMap;

use domain::protocol::{Receipt, Verdict};
use domain::{DeviceId, MutationId, ReceivedAt, StreetId, UserId};
use uuid::Uuid;

use super::{Row, StoreError, Tx, Value, json};
use crate::{args, row};

/// What is kept about a mutation beside its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceiptRecord {
    /// The mutation.
    pub mutation: MutationId,
    /// The phone; absent for an act of the office.
    pub device: Option<DeviceId>,
    /// Who made it.
    pub author: UserId,
    /// The device's number for it; absent for an act of the office.
    pub seq: Option<u64>,
    /// Its kind.
    pub kind: String,
    /// What it is about.
    pub entity: Uuid,
    /// Hash of its canonical body.
    pub body_hash: String,
    /// The answer.
    pub verdict: Verdict,
    /// The whole mutation as JSON, kept where it was rejected.
    pub kept: Option<String>,
}

/// What [`insert`] runs.
pub(super) const INSERT: &str =
    "INSERT INTO receipts (street_id, mutation_id, device_id, author_id, seq, kind, entity, body_hash,
        verdict, received_at, kept, rev) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
/// Where the mutation and the revision stand in its row.
const MUTATION: usize = 1;
const REV: usize = 11;

/// Writes an answer. Its revision follows when the transaction is sealed.
///
/// # Errors
/// What the engine reports; a second answer to one mutation breaks a constraint.
pub fn insert(tx: &Tx<'_>, street: &StreetId, receipt: &ReceiptRecord, now: ReceivedAt) -> Result<(), StoreError> {
    tx.insert(
        INSERT,
        row![
            street,
            receipt.mutation,
            receipt.device,
            receipt.author,
            receipt.seq,
            &receipt.kind,
            receipt.entity,
            &receipt.body_hash,
            json(&receipt.verdict)?,
            now,
            receipt.kept.clone(),
            None::<u64>,
        ],
    )?;
    Ok(())
}

/// The answer to a mutation, if it was given.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, street: &StreetId, mutation: MutationId) -> Result<Option<Receipt>, StoreError> {
    let sql = "SELECT verdict, rev, body_hash FROM receipts WHERE street_id = $1 AND mutation_id = $2";
    tx.query_opt(sql, args![street, mutation], |row| read(row, mutation))
}

/// The answers to those of these mutations that were answered.
///
/// # Errors
/// What the engine reports.
pub fn of_these(
    tx: &Tx<'_>,
    street: &StreetId,
    mutations: &[MutationId],
) -> Result<HashMap<MutationId, Receipt>, StoreError> {
    let sql = format!(
        "SELECT mutation_id, verdict, rev, body_hash FROM receipts WHERE street_id = $1 AND {}",
        tx.among("mutation_id", 2)
    );
    let found = tx.query(&sql, args![street, json(mutations)?], |row| {
        let mutation = row.get("mutation_id")?;
        Ok((mutation, read(row, mutation)?))
    })?;
    Ok(found.into_iter().collect())
}

fn read(row: &Row<'_>, id: MutationId) -> Result<Receipt, StoreError> {
    Ok(Receipt {
        id,
        verdict: row.json("verdict")?,
        rev: row.get("rev")?,
        body_hash: row.get("body_hash")?,
    })
}

/// True when a mutation of these kinds about a thing was refused.
///
/// # Errors
/// What the engine reports.
pub fn refused(tx: &Tx<'_>, street: &StreetId, entity: Uuid, kinds: &[&str]) -> Result<bool, StoreError> {
    let sql = "SELECT kind FROM receipts WHERE street_id = $1 AND entity = $2 AND kept IS NOT NULL";
    let found: Vec<String> = tx.query(sql, args![street, entity], |row| row.get("kind"))?;
    Ok(found.iter().any(|kind| kinds.contains(&kind.as_str())))
}

/// Completes an answer with the revision at which it took effect.
///
/// # Errors
/// What the engine reports.
pub fn set_rev(tx: &Tx<'_>, street: &StreetId, mutation: MutationId, rev: u64) -> Result<(), StoreError> {
    let value = Value::from(mutation);
    if tx.amend(INSERT, |row| {
        let found = row.get(MUTATION) == Some(&value);
        if found {
            row[REV] = rev.into();
        }
        found
    }) {
        return Ok(());
    }
    let sql = "UPDATE receipts SET rev = $3 WHERE street_id = $1 AND mutation_id = $2";
    tx.execute(sql, args![street, mutation, rev])?;
    Ok(())
}
