//! One-time links: the first administrator, and new passwords. Only their hashes are stored.

use domain::{ErrorCode, ReceivedAt, StreetId, UserId};

use super::{StoreError, Tx, people, sessions};
use crate::auth::secret;
use crate::{Outcome, args};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Makes the first administrator.
    Setup,
    /// Sets a person's password.
    PasswordReset,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::PasswordReset => "password_reset",
        }
    }
}

/// A link to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// The street.
    pub street: StreetId,
    /// What it is for.
    pub purpose: Purpose,
    /// Whose password it sets.
    pub user: Option<UserId>,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// Until when it works.
    pub expires_at: ReceivedAt,
}

/// Writes a link; earlier links of the same purpose and person stop working.
///
/// # Errors
/// What the engine reports.
pub fn insert(tx: &Tx<'_>, link: &NewLink, token: &str, now: ReceivedAt) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM links WHERE street_id = $1 AND purpose = $2 AND used_at IS NULL
            AND COALESCE(user_id, '') = COALESCE($3, '')",
        args![&link.street, link.purpose.name(), link.user],
    )?;
    tx.execute(
        "INSERT INTO links (street_id, token_hash, purpose, user_id, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            &link.street,
            secret::hash(token),
            link.purpose.name(),
            link.user,
            link.created_by,
            now,
            link.expires_at
        ],
    )?;
    Ok(())
}

/// Uses a link up; returns its street and person.
///
/// # Errors
/// [`ErrorCode::LinkInvalid`] when it is unknown, used, expired or for something else.
pub fn take(tx: &Tx<'_>, token: &str, purpose: Purpose, now: ReceivedAt) -> Outcome<(StreetId, Option<UserId>)> {
    let sql = "UPDATE links SET used_at = $3
         WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 RETURNING street_id, user_id";
    let taken = tx.query_opt(sql, args![secret::hash(token), purpose.name(), now], |row| {
        Ok((row.get("street_id")?, row.get("user_id")?))
    })?;
    taken.ok_or_else(|| ErrorCode::LinkInvalid.into())
}

/// Sets a password through a link; every session of the person ends.
///
/// # Errors
/// [`ErrorCode::LinkInvalid`].
pub fn reset_password(tx: &Tx<'_>, token: &str, password_hash: &str, now: ReceivedAt) -> Outcome<()> {
    let (street, user) = take(tx, token, Purpose::PasswordReset, now)?;
    let user = user.ok_or(ErrorCode::LinkInvalid)?;
    let person = people::get(tx, &street, user)?.ok_or(ErrorCode::LinkInvalid)?;
    people::update(
        tx,
        &people::PersonRecord {
            password_hash: Some(password_hash.to_owned()),
            ..person
        },
    )?;
    sessions::delete_all_of(tx, &street, user)?;
    Ok(())
}
