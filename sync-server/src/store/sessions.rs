//! Sessions of the office, named by the hash of their token.

use domain::{ReceivedAt, StreetId, UserId};

use super::{StoreError, Tx, people};
use crate::auth::{Person, cookie};
use crate::server::Server;
use crate::{Outcome, args};

/// A session's last use is written at most this often, in milliseconds, so that reading stays reading.
const TOUCH_EVERY_MS: i64 = 5 * 60_000;

/// Begins a session. Dead sessions are swept out on this occasion.
///
/// # Errors
/// What the engine reports.
pub fn insert(tx: &Tx<'_>, street: &StreetId, hash: &str, user: UserId, now: ReceivedAt) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM sessions WHERE street_id = $1 AND (expires_at < $2 OR last_seen_at < $3)",
        args![street, now, now.0 - cookie::IDLE_MS],
    )?;
    tx.execute(
        "INSERT INTO sessions (street_id, token_hash, user_id, created_at, last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $4, $5)",
        args![street, hash, user, now, now.0 + cookie::LIFETIME_MS],
    )?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// What the engine reports.
pub fn delete(tx: &Tx<'_>, hash: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM sessions WHERE token_hash = $1", args![hash])?;
    Ok(())
}

/// Ends every session of a person.
///
/// # Errors
/// What the engine reports.
pub fn delete_all_of(tx: &Tx<'_>, street: &StreetId, user: UserId) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM sessions WHERE street_id = $1 AND user_id = $2",
        args![street, user],
    )?;
    Ok(())
}

/// The person of a live session, and whether its last use is due to be written.
///
/// # Errors
/// What the engine reports.
pub fn find(tx: &Tx<'_>, hash: &str, now: ReceivedAt) -> Result<Option<(Person, bool)>, StoreError> {
    let sql = "SELECT street_id, user_id, last_seen_at FROM sessions
         WHERE token_hash = $1 AND expires_at > $2 AND last_seen_at > $3";
    let session = tx.query_opt(sql, args![hash, now, now.0 - cookie::IDLE_MS], |row| {
        Ok((
            row.get::<StreetId>("street_id")?,
            row.get::<UserId>("user_id")?,
            row.get::<ReceivedAt>("last_seen_at")?,
        ))
    })?;
    let Some((street, user, seen)) = session else {
        return Ok(None);
    };
    let Some(record) = people::get(tx, &street, user)?.filter(|record| record.active) else {
        return Ok(None);
    };
    Ok(Some((
        people::person(tx, &record, now)?,
        now.0 - seen.0 > TOUCH_EVERY_MS,
    )))
}

/// The person of a live session; its last use is written now and then.
///
/// # Errors
/// What the engine reports.
pub async fn resume(server: &Server, hash: String) -> Outcome<Option<Person>> {
    let now = server.now();
    let wanted = hash.clone();
    let Some((person, touch)) = server.store.read(move |tx| Ok(find(tx, &wanted, now)?)).await? else {
        return Ok(None);
    };
    if touch {
        let sql = "UPDATE sessions SET last_seen_at = $2 WHERE token_hash = $1";
        server
            .store
            .write(move |tx| Ok(tx.execute(sql, args![hash, now])?))
            .await?;
    }
    Ok(Some(person))
}
