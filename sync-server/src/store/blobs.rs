//! Which photo files lie on the disk, and the chunks of those on the way.

use domain::{DeviceId, ReceivedAt, Sha256Hex, StreetId};

use super::{StoreError, Tx};
use crate::args;

/// Size of a stored file; absent while it is not stored.
///
/// # Errors
/// What the engine reports.
pub fn stored(tx: &Tx<'_>, street: &StreetId, sha256: &Sha256Hex) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT size FROM blobs WHERE street_id = $1 AND sha256 = $2";
    tx.query_opt(sql, args![street, sha256], |row| row.get("size"))
}

/// Notes that a file is stored. Returns false when that was known.
///
/// # Errors
/// What the engine reports.
pub fn insert(
    tx: &Tx<'_>,
    street: &StreetId,
    sha256: &Sha256Hex,
    size: u64,
    by: Option<DeviceId>,
    now: ReceivedAt,
) -> Result<bool, StoreError> {
    let added = tx.execute(
        "INSERT INTO blobs (street_id, sha256, size, stored_at, stored_by) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (street_id, sha256) DO NOTHING",
        args![street, sha256, size, now, by],
    )?;
    Ok(added > 0)
}

/// Every stored file.
///
/// # Errors
/// What the engine reports.
pub fn all(tx: &Tx<'_>) -> Result<Vec<(StreetId, Sha256Hex)>, StoreError> {
    tx.query(
        "SELECT street_id, sha256 FROM blobs ORDER BY street_id, sha256",
        &[],
        |row| Ok((row.get("street_id")?, row.get("sha256")?)),
    )
}

/// Forgets that a file is stored, because it is not there any more: phones that keep it send it again.
///
/// # Errors
/// What the engine reports.
pub fn forget(tx: &Tx<'_>, street: &StreetId, sha256: &Sha256Hex) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM blobs WHERE street_id = $1 AND sha256 = $2",
        args![street, sha256],
    )?;
    Ok(())
}

/// How many bytes of an upload have arrived.
///
/// # Errors
/// What the engine reports.
pub fn arrived(tx: &Tx<'_>, street: &StreetId, sha256: &Sha256Hex) -> Result<u64, StoreError> {
    let sql = "SELECT CAST(SUM(size) AS BIGINT) FROM upload_chunks WHERE street_id = $1 AND sha256 = $2";
    Ok(u64::try_from(tx.number(sql, args![street, sha256])?).unwrap_or(0))
}

/// Keeps the next chunk of an upload.
///
/// # Errors
/// What the engine reports; a second chunk at one offset breaks a constraint.
pub fn append(
    tx: &Tx<'_>,
    street: &StreetId,
    sha256: &Sha256Hex,
    offset: u64,
    bytes: Vec<u8>,
    now: ReceivedAt,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO upload_chunks (street_id, sha256, at_offset, size, bytes, received_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![street, sha256, offset, bytes.len(), bytes, now],
    )?;
    Ok(())
}

/// The chunks of an upload, in order.
///
/// # Errors
/// What the engine reports.
pub fn chunks(tx: &Tx<'_>, street: &StreetId, sha256: &Sha256Hex) -> Result<Vec<Vec<u8>>, StoreError> {
    let sql = "SELECT bytes FROM upload_chunks WHERE street_id = $1 AND sha256 = $2 ORDER BY at_offset";
    tx.query(sql, args![street, sha256], |row| row.get("bytes"))
}

/// Forgets the chunks of an upload.
///
/// # Errors
/// What the engine reports.
pub fn drop_chunks(tx: &Tx<'_>, street: &StreetId, sha256: &Sha256Hex) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM upload_chunks WHERE street_id = $1 AND sha256 = $2",
        args![street, sha256],
    )?;
    Ok(())
}

/// Forgets uploads of which nothing arrived since `before`.
///
/// # Errors
/// What the engine reports.
pub fn drop_abandoned(tx: &Tx<'_>, before: ReceivedAt) -> Result<usize, StoreError> {
    tx.execute(
        "DELETE FROM upload_chunks WHERE (street_id, sha256) IN (SELECT street_id, sha256 FROM upload_chunks
            GROUP BY street_id, sha256 HAVING MAX(received_at) < $1)",
        args![before],
    )
}
