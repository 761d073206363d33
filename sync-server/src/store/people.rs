//! People with an account.

use std::collections::BTreeMap;

use domain::role::Role;
use domain::{ReceivedAt, StreetId, UserId};

use super::{Row, StoreError, Tx, areas, json};
use crate::args;
use crate::auth::Person;

/// A person as stored; where the person works lies in [`areas`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// The street.
    pub street: StreetId,
    /// Name in the system.
    pub id: UserId,
    /// What the person signs in with; lower case.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Absent until a password was set.
    pub password_hash: Option<String>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Language of the interface.
    pub language: String,
    /// False when the account is switched off.
    pub active: bool,
}

const COLUMNS: &str = "street_id, id, login, name, password_hash, roles, language, active";

fn read(row: &Row<'_>) -> Result<PersonRecord, StoreError> {
    Ok(PersonRecord {
        street: row.get("street_id")?,
        id: row.get("id")?,
        login: row.get("login")?,
        name: row.get("name")?,
        password_hash: row.get("password_hash")?,
        roles: row.json("roles")?,
        language: row.get("language")?,
        active: row.get("active")?,
    })
}

/// Writes a new person.
///
/// # Errors
/// What the engine reports; [`is_login_taken`] asks first.
pub fn insert(tx: &Tx<'_>, person: &PersonRecord, now: ReceivedAt) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO people (street_id, id, login, name, password_hash, roles, language, active, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            &person.street,
            person.id,
            &person.login,
            &person.name,
            person.password_hash.clone(),
            json(&person.roles)?,
            &person.language,
            person.active,
            now,
        ],
    )?;
    Ok(())
}

/// Writes everything about a person that may change.
///
/// # Errors
/// What the engine reports.
pub fn update(tx: &Tx<'_>, person: &PersonRecord) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE people SET name = $3, password_hash = $4, roles = $5, language = $6, active = $7
         WHERE street_id = $1 AND id = $2",
        args![
            &person.street,
            person.id,
            &person.name,
            person.password_hash.clone(),
            json(&person.roles)?,
            &person.language,
            person.active,
        ],
    )?;
    Ok(())
}

/// One person.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, street: &StreetId, user: UserId) -> Result<Option<PersonRecord>, StoreError> {
    tx.query_opt(
        &format!(
            "SELECT {COLUMNS} FROM people WHERE street_id = $1 AND id = $2{}",
            tx.lock()
        ),
        args![street, user],
        read,
    )
}

/// The names of everybody in a street.
///
/// # Errors
/// What the engine reports.
pub fn names(tx: &Tx<'_>, street: &StreetId) -> Result<BTreeMap<UserId, String>, StoreError> {
    let sql = "SELECT id, name FROM people WHERE street_id = $1";
    let found = tx.query(sql, args![street], |row| Ok((row.get("id")?, row.get("name")?)))?;
    Ok(found.into_iter().collect())
}

/// The person with a login; without a street only when the login exists in one street alone.
///
/// # Errors
/// What the engine reports.
pub fn by_login(tx: &Tx<'_>, login: &str, street: Option<&StreetId>) -> Result<Option<PersonRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM people WHERE login = $1 AND (street_id = $2 OR $2 IS NULL)");
    let mut found = tx.query(&sql, args![login, street.cloned()], read)?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// Everybody of a street, by login.
///
/// # Errors
/// What the engine reports.
pub fn all(tx: &Tx<'_>, street: &StreetId) -> Result<Vec<PersonRecord>, StoreError> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM people WHERE street_id = $1 ORDER BY login"),
        args![street],
        read,
    )
}

/// Everybody of every street, by login.
///
/// # Errors
/// What the engine reports.
pub fn everybody(tx: &Tx<'_>) -> Result<Vec<PersonRecord>, StoreError> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM people ORDER BY street_id, login"),
        &[],
        read,
    )
}

/// True when somebody of the street has this login.
///
/// # Errors
/// What the engine reports.
pub fn is_login_taken(tx: &Tx<'_>, street: &StreetId, login: &str) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM people WHERE street_id = $1 AND login = $2";
    Ok(tx.number(sql, args![street, login])? > 0)
}

/// The person with where it works now, as handlers see it.
///
/// # Errors
/// What the engine reports.
pub fn person(tx: &Tx<'_>, record: &PersonRecord, now: ReceivedAt) -> Result<Person, StoreError> {
    Ok(Person {
        street: record.street.clone(),
        user: record.id,
        login: record.login.clone(),
        name: record.name.clone(),
        roles: record.roles.clone(),
        queues: areas::queues(tx, &record.street, record.id, now)?,
        communities: areas::communities(tx, &record.street, record.id, now)?,
        grids: areas::grids(tx, &record.street, record.id, now)?,
        language: record.language.clone(),
    })
}
