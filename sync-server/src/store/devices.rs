//! Phones.

use std::collections::BTreeMap;

use domain::protocol::{Announcement, RevokeOrder};
use domain::{DeviceId, ReceivedAt, StreetId, UserId};

use super::{Row, StoreError, Tx, code, json};
use crate::args;

/// A phone as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// The street.
    pub street: StreetId,
    /// Name.
    pub id: DeviceId,
    /// Whose phone it is.
    pub user: UserId,
    /// SHA-256 of its token, hexadecimal.
    pub token_hash: String,
    /// What it calls itself.
    pub name: String,
    /// Version of its app.
    pub app_version: String,
    /// True after an administrator revoked it.
    pub revoked: bool,
    /// What it is to do once it is revoked.
    pub order: RevokeOrder,
    /// When it said that it removes everything.
    pub wiped_at: Option<ReceivedAt>,
    /// The last number of a mutation it pushed.
    pub last_seq: u64,
    /// The device it was split from.
    pub forked_from: Option<DeviceId>,
    /// What it last said about itself.
    pub announce: Option<Announcement>,
    /// When it said so.
    pub announced_at: Option<ReceivedAt>,
    /// When it was enrolled.
    pub enrolled_at: ReceivedAt,
    /// When it was last heard of.
    pub last_seen_at: Option<ReceivedAt>,
}

const COLUMNS: &str = "street_id, id, user_id, token_hash, name, app_version, status, last_seq, forked_from, announce,
    announced_at, enrolled_at, last_seen_at, revoke_order, wiped_at";

fn read(row: &Row<'_>) -> Result<DeviceRecord, StoreError> {
    Ok(DeviceRecord {
        street: row.get("street_id")?,
        id: row.get("id")?,
        user: row.get("user_id")?,
        token_hash: row.get("token_hash")?,
        name: row.get("name")?,
        app_version: row.get("app_version")?,
        revoked: row.get::<String>("status")? == "revoked",
        order: row.code("revoke_order")?,
        wiped_at: row.get("wiped_at")?,
        last_seq: row.get("last_seq")?,
        forked_from: row.get("forked_from")?,
        announce: row
            .get::<Option<String>>("announce")?
            .map(|text| serde_json::from_str(&text))
            .transpose()?,
        announced_at: row.get("announced_at")?,
        enrolled_at: row.get("enrolled_at")?,
        last_seen_at: row.get("last_seen_at")?,
    })
}

/// Writes a new phone.
///
/// # Errors
/// What the engine reports, such as an id or token that is known already.
pub fn insert(tx: &Tx<'_>, device: &DeviceRecord) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO devices (street_id, id, user_id, token_hash, name, app_version, status, last_seq, forked_from,
            enrolled_at) VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, $8, $9)",
        args![
            &device.street,
            device.id,
            device.user,
            &device.token_hash,
            &device.name,
            &device.app_version,
            device.last_seq,
            device.forked_from,
            device.enrolled_at,
        ],
    )?;
    sign_in(tx, &device.street, device.id, device.user, device.enrolled_at)
}

/// Notes whose phone it is now; it may push the work of all who ever signed in on it.
///
/// # Errors
/// What the engine reports.
pub fn sign_in(
    tx: &Tx<'_>,
    street: &StreetId,
    device: DeviceId,
    user: UserId,
    now: ReceivedAt,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO device_users (street_id, device_id, user_id, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT (street_id, device_id, user_id) DO NOTHING",
        args![street, device, user, now],
    )?;
    let sql = "UPDATE devices SET user_id = $3 WHERE street_id = $1 AND id = $2";
    tx.execute(sql, args![street, device, user])?;
    Ok(())
}

/// Everybody who ever signed in on a phone.
///
/// # Errors
/// What the engine reports.
pub fn users(tx: &Tx<'_>, street: &StreetId, device: DeviceId) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT user_id FROM device_users WHERE street_id = $1 AND device_id = $2 ORDER BY since, user_id";
    tx.query(sql, args![street, device], |row| row.get("user_id"))
}

/// Everybody who ever signed in on the phones of a street, by phone, in the order of [`users`].
///
/// # Errors
/// What the engine reports.
pub fn users_of_all(tx: &Tx<'_>, street: &StreetId) -> Result<BTreeMap<DeviceId, Vec<UserId>>, StoreError> {
    let sql = "SELECT device_id, user_id FROM device_users WHERE street_id = $1 ORDER BY since, user_id";
    let mut known = BTreeMap::<_, Vec<_>>::new();
    for (device, user) in tx.query(sql, args![street], |row| {
        Ok((row.get("device_id")?, row.get("user_id")?))
    })? {
        known.entry(device).or_default().push(user);
    }
    Ok(known)
}

/// The phone a token belongs to.
///
/// # Errors
/// What the engine reports.
pub fn by_token(tx: &Tx<'_>, token_hash: &str) -> Result<Option<DeviceRecord>, StoreError> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM devices WHERE token_hash = $1"),
        args![token_hash],
        read,
    )
}

/// One phone by its name, in whatever street.
///
/// # Errors
/// What the engine reports.
pub fn by_id(tx: &Tx<'_>, device: DeviceId) -> Result<Option<DeviceRecord>, StoreError> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM devices WHERE id = $1{}", tx.lock()),
        args![device],
        read,
    )
}

/// Every phone of a street, the newest first.
///
/// # Errors
/// What the engine reports.
pub fn all(tx: &Tx<'_>, street: &StreetId) -> Result<Vec<DeviceRecord>, StoreError> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM devices WHERE street_id = $1 ORDER BY enrolled_at DESC"),
        args![street],
        read,
    )
}

/// Keeps the last number pushed.
///
/// # Errors
/// What the engine reports.
pub fn numbered(tx: &Tx<'_>, street: &StreetId, device: DeviceId, last_seq: u64) -> Result<(), StoreError> {
    let sql = "UPDATE devices SET last_seq = $3 WHERE street_id = $1 AND id = $2";
    tx.execute(sql, args![street, device, last_seq])?;
    Ok(())
}

/// Revokes a phone, or orders a revoked one to do something else. Returns false when there is none of that name.
///
/// # Errors
/// What the engine reports.
pub fn revoke(
    tx: &Tx<'_>,
    street: &StreetId,
    (device, order): (DeviceId, RevokeOrder),
    by: UserId,
    now: ReceivedAt,
) -> Result<bool, StoreError> {
    let sql = "UPDATE devices SET status = 'revoked', revoked_at = $3, revoked_by = $4, revoke_order = $5
         WHERE street_id = $1 AND id = $2";
    Ok(tx.execute(sql, args![street, device, now, by, code(&order)?])? > 0)
}

/// Revokes a phone that was split from a revoked one, as that one was; only that it is never to remove everything at once:
/// nobody ordered it of this phone, and it may hold what it alone has. It is locked instead.
///
/// # Errors
/// What the engine reports.
pub fn revoke_twin(tx: &Tx<'_>, street: &StreetId, revoked: DeviceId, twin: DeviceId) -> Result<(), StoreError> {
    let sql = "UPDATE devices SET (status, revoked_at, revoked_by, revoke_order) =
             (SELECT old.status, old.revoked_at, old.revoked_by,
                     CASE WHEN old.revoke_order = $4 THEN $5 ELSE old.revoke_order END
              FROM devices old WHERE old.street_id = $1 AND old.id = $2)
         WHERE street_id = $1 AND id = $3";
    let (at_once, lock) = (code(&RevokeOrder::Wipe)?, code(&RevokeOrder::Lock)?);
    tx.execute(sql, args![street, revoked, twin, at_once, lock])?;
    Ok(())
}

/// Notes that a phone removes everything.
///
/// # Errors
/// What the engine reports.
pub fn wiped(tx: &Tx<'_>, street: &StreetId, device: DeviceId, now: ReceivedAt) -> Result<(), StoreError> {
    let sql = "UPDATE devices SET wiped_at = $3
         WHERE street_id = $1 AND id = $2 AND wiped_at IS NULL AND status = 'revoked'";
    tx.execute(sql, args![street, device, now])?;
    Ok(())
}

/// Notes that a phone was heard of, and what it said about itself, if anything.
///
/// # Errors
/// What the engine reports.
pub fn heard(
    tx: &Tx<'_>,
    street: &StreetId,
    device: DeviceId,
    announce: Option<&Announcement>,
    now: ReceivedAt,
) -> Result<(), StoreError> {
    let sql = "UPDATE devices SET last_seen_at = $3 WHERE street_id = $1 AND id = $2";
    tx.execute(sql, args![street, device, now])?;
    if let Some(said) = announce {
        let sql =
            "UPDATE devices SET announce = $3, app_version = $4, announced_at = $5 WHERE street_id = $1 AND id = $2";
        tx.execute(sql, args![street, device, json(said)?, &said.app_version, now])?;
    }
    Ok(())
}
