//! The stored answers to mutations: written once, replayed for ever.

use domain::protocol::{Receipt, Verdict};
use domain::{DeviceId, MutationId, ReceivedAt, StreetId, UserId};
use uuid::Uuid;

use super::{StoreError, Tx, json};
use crate::args;

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

/// Writes an answer. Its revision follows when the transaction is sealed.
///
/// # Errors
/// What the engine reports; a second answer to one mutation breaks a constraint.
pub fn insert(tx: &Tx<'_>, street: &StreetId, receipt: &ReceiptRecord, now: ReceivedAt) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO receipts (street_id, mutation_id, device_id, author_id, seq, kind, entity, body_hash, verdict,
            received_at, kept) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
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
    tx.query_opt(sql, args![street, mutation], |row| {
        Ok(Receipt {
            id: mutation,
            verdict: row.json("verdict")?,
            rev: row.get("rev")?,
            body_hash: row.get("body_hash")?,
        })
    })
}

/// Completes an answer with the revision at which it took effect.
///
/// # Errors
/// What the engine reports.
pub fn set_rev(tx: &Tx<'_>, street: &StreetId, mutation: MutationId, rev: u64) -> Result<(), StoreError> {
    let sql = "UPDATE receipts SET rev = $3 WHERE street_id = $1 AND mutation_id = $2";
    tx.execute(sql, args![street, mutation, rev])?;
    Ok(())
}
