//! Every value that the fields of household files ever had, and which of them wait for a person. Personal data: nothing
//! here is logged.

use domain::merge::{Maker, Merge, Past};
use domain::{DeviceId, Hlc, HouseholdId, MutationId, ReceivedAt, StreetId, UserId};
use uuid::Uuid;

use super::{StoreError, Tx, json};
use crate::args;

/// A value of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct PastRecord {
    /// The household or resident.
    pub entity: Uuid,
    /// The value with its maker.
    pub past: Past,
    /// When the server learned of it.
    pub received_at: ReceivedAt,
}

/// A field that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRecord {
    /// The household.
    pub household: HouseholdId,
    /// The household or one of its residents.
    pub entity: Uuid,
    /// Name of the field.
    pub field: String,
    /// Since when.
    pub opened_at: ReceivedAt,
}

/// Keeps what a merge left: values for the history, and fields for a person.
///
/// # Errors
/// What the engine reports.
pub fn keep(
    tx: &Tx<'_>,
    street: &StreetId,
    (household, entity): (HouseholdId, Uuid),
    merge: &Merge,
    now: ReceivedAt,
) -> Result<(), StoreError> {
    for Past { field, value, maker } in &merge.past {
        tx.execute(
            "INSERT INTO field_history (street_id, entity_id, field, mutation_id, household_id, value, rev, author_id,
                device_id, received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (street_id, entity_id, field, mutation_id) DO NOTHING",
            args![
                street,
                entity,
                field,
                maker.mutation,
                household,
                json(value)?,
                maker.hlc.0,
                maker.author,
                maker.device,
                now
            ],
        )?;
    }
    for field in &merge.review {
        tx.execute(
            "INSERT INTO field_reviews (street_id, entity_id, field, household_id, opened_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (street_id, entity_id, field) DO NOTHING",
            args![street, entity, field, household, now],
        )?;
    }
    Ok(())
}

/// Every value of the fields of a household and its residents, field by field, the newest first.
///
/// # Errors
/// What the engine reports.
pub fn of_household(tx: &Tx<'_>, street: &StreetId, household: HouseholdId) -> Result<Vec<PastRecord>, StoreError> {
    let sql = "SELECT entity_id, field, mutation_id, value, rev, author_id, device_id, received_at FROM field_history
         WHERE street_id = $1 AND household_id = $2 ORDER BY entity_id, field, rev DESC, mutation_id DESC";
    tx.query(sql, args![street, household], |row| {
        let maker = Maker {
            mutation: row.get::<MutationId>("mutation_id")?,
            author: row.get::<Option<UserId>>("author_id")?,
            device: row.get::<Option<DeviceId>>("device_id")?,
            hlc: Hlc(row.get("rev")?),
        };
        let (field, value) = (row.get("field")?, row.json("value")?);
        Ok(PastRecord {
            entity: row.get("entity_id")?,
            past: Past { field, value, maker },
            received_at: row.get("received_at")?,
        })
    })
}

/// What waits, of one household or of all, the oldest first.
///
/// # Errors
/// What the engine reports.
pub fn reviews(
    tx: &Tx<'_>,
    street: &StreetId,
    household: Option<HouseholdId>,
) -> Result<Vec<ReviewRecord>, StoreError> {
    let sql = "SELECT household_id, entity_id, field, opened_at FROM field_reviews
         WHERE street_id = $1 AND (household_id = $2 OR $2 IS NULL) ORDER BY opened_at, entity_id, field";
    tx.query(sql, args![street, household], |row| {
        Ok(ReviewRecord {
            household: row.get("household_id")?,
            entity: row.get("entity_id")?,
            field: row.get("field")?,
            opened_at: row.get("opened_at")?,
        })
    })
}

/// Notes that a person has chosen. False when nothing waited.
///
/// # Errors
/// What the engine reports.
pub fn close_review(tx: &Tx<'_>, street: &StreetId, entity: Uuid, field: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM field_reviews WHERE street_id = $1 AND entity_id = $2 AND field = $3";
    Ok(tx.execute(sql, args![street, entity, field])? > 0)
}
