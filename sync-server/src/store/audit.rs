//! Two logs that are kept: who looked at personal data, and what administrators did. Ids and codes, never names.

use domain::{HouseholdId, ReceivedAt, StreetId, UserId};
use uuid::Uuid;

use super::{StoreError, Tx};
use crate::args;
use crate::routes::access_log::view::AccessEntry;
use crate::routes::households::view::Look;

/// One look at personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLook<'a> {
    /// Id of the entry.
    pub id: Uuid,
    /// When.
    pub at: ReceivedAt,
    /// Who.
    pub user: UserId,
    /// `open`, `reveal`, `history` or `settle`.
    pub what: &'a str,
    /// `household` or `resident`.
    pub subject_kind: &'a str,
    /// Id of the household or resident.
    pub subject: String,
    /// The field unmasked.
    pub field: Option<&'a str>,
    /// The reason given.
    pub reason: Option<&'a str>,
}

/// Writes a look.
///
/// # Errors
/// What the engine reports.
pub fn look(tx: &Tx<'_>, street: &StreetId, look: &NewLook<'_>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO access_log (street_id, id, at, user_id, what, subject_kind, subject_id, field, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            street,
            look.id,
            look.at,
            look.user,
            look.what,
            look.subject_kind,
            &look.subject,
            look.field,
            look.reason
        ],
    )?;
    Ok(())
}

/// Looks before an instant, the newest first.
///
/// # Errors
/// What the engine reports.
pub fn looks(
    tx: &Tx<'_>,
    street: &StreetId,
    user: Option<UserId>,
    before: ReceivedAt,
    limit: u32,
) -> Result<Vec<AccessEntry>, StoreError> {
    let sql = "SELECT at, user_id, COALESCE(people.name, '') AS name, what, subject_kind, subject_id, field, reason
         FROM access_log
         LEFT JOIN people ON people.street_id = access_log.street_id AND people.id = access_log.user_id
         WHERE access_log.street_id = $1 AND at < $2 AND (user_id = $3 OR $3 IS NULL)
         ORDER BY at DESC, access_log.id DESC LIMIT $4";
    tx.query(sql, args![street, before, user, limit], |row| {
        Ok(AccessEntry {
            at: row.get("at")?,
            user: row.get("user_id")?,
            name: row.get("name")?,
            what: row.get("what")?,
            subject_kind: row.get("subject_kind")?,
            subject: row.get("subject_id")?,
            field: row.get("field")?,
            reason: row.get("reason")?,
        })
    })
}

/// Who looked at a household or one of its residents, the newest first.
///
/// # Errors
/// What the engine reports.
pub fn looks_at(tx: &Tx<'_>, street: &StreetId, household: HouseholdId) -> Result<Vec<Look>, StoreError> {
    let sql = "SELECT at, user_id, COALESCE(people.name, '') AS name, what, field, reason FROM access_log
         LEFT JOIN people ON people.street_id = access_log.street_id AND people.id = access_log.user_id
         WHERE access_log.street_id = $1 AND (subject_id = $2
            OR subject_id IN (SELECT id FROM residents WHERE street_id = $1 AND household_id = $2))
         ORDER BY at DESC, access_log.id DESC LIMIT 50";
    tx.query(sql, args![street, household], |row| {
        Ok(Look {
            at: row.get("at")?,
            user: row.get("user_id")?,
            name: row.get("name")?,
            what: row.get("what")?,
            field: row.get("field")?,
            reason: row.get("reason")?,
        })
    })
}

/// Notes what an administrator (or the machine's owner, when `by` is absent) did.
///
/// # Errors
/// What the engine reports.
pub fn note(
    tx: &Tx<'_>,
    street: &StreetId,
    entry: (Uuid, ReceivedAt),
    by: Option<UserId>,
    what: &str,
    subject: (&str, &dyn ToString),
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO audit_log (street_id, id, at, user_id, what, subject_kind, subject_id, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7, '{}')",
        args![street, entry.0, entry.1, by, what, subject.0, subject.1.to_string()],
    )?;
    Ok(())
}
