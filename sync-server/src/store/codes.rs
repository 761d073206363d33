//! One-time enrolment codes. Only their hashes are stored.

use domain::{DeviceId, ReceivedAt, StreetId, UserId};

use super::{StoreError, Tx};
use crate::args;

/// A code as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRecord {
    /// The street.
    pub street: StreetId,
    /// SHA-256 of the code, see [`hash`].
    pub code_hash: String,
    /// Whose phone it enrols.
    pub user: UserId,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// Until when it counts.
    pub expires_at: ReceivedAt,
    /// The phone that used it.
    pub used_device: Option<DeviceId>,
}

/// The hash under which a code is stored; case, dashes and blanks do not matter, nor do I/1, L/1 and O/0.
#[must_use]
pub fn hash(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    crate::hash::of(plain)
}

/// Writes a new code.
///
/// # Errors
/// What the engine reports.
pub fn insert(tx: &Tx<'_>, code: &CodeRecord, now: ReceivedAt) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO codes (street_id, code_hash, user_id, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![
            &code.street,
            &code.code_hash,
            code.user,
            code.created_by,
            now,
            code.expires_at
        ],
    )?;
    Ok(())
}

/// The code with a hash.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, code_hash: &str) -> Result<Option<CodeRecord>, StoreError> {
    let sql = format!(
        "SELECT street_id, code_hash, user_id, created_by, expires_at, used_device FROM codes WHERE code_hash = $1{}",
        tx.lock()
    );
    tx.query_opt(&sql, args![code_hash], |row| {
        Ok(CodeRecord {
            street: row.get("street_id")?,
            code_hash: row.get("code_hash")?,
            user: row.get("user_id")?,
            created_by: row.get("created_by")?,
            expires_at: row.get("expires_at")?,
            used_device: row.get("used_device")?,
        })
    })
}

/// Notes which phone used a code.
///
/// # Errors
/// What the engine reports.
pub fn used(tx: &Tx<'_>, code_hash: &str, device: DeviceId, now: ReceivedAt) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE codes SET used_device = $2, used_at = $3 WHERE code_hash = $1",
        args![code_hash, device, now],
    )?;
    Ok(())
}
