//! Upgrades of the database, each in one transaction. Released ones are never edited. Both engines run the same files.

use rusqlite::Connection;
use rusqlite_migration::{Error, M, MigrationDefinitionError, Migrations};

use super::StoreError;

/// The upgrades in their order.
pub(super) const FILES: &[&str] = &[
    include_str!("../../migrations/0001_start.sql"),
    include_str!("../../migrations/0002_household_edits.sql"),
    include_str!("../../migrations/0003_suggested_owner.sql"),
    include_str!("../../migrations/0004_orders_of_a_case.sql"),
    include_str!("../../migrations/0005_trust.sql"),
    include_str!("../../migrations/0006_fleet.sql"),
    include_str!("../../migrations/0007_shared_phones.sql"),
    include_str!("../../migrations/0008_found_by_name.sql"),
];

pub(super) fn sqlite(connection: &mut Connection) -> Result<(), StoreError> {
    let steps = FILES.iter().copied().map(M::up).collect();
    match Migrations::new(steps).to_latest(connection) {
        Ok(()) => Ok(()),
        Err(Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead)) => Err(StoreError::Newer),
        Err(error) => Err(StoreError::Migration(error)),
    }
}

/// Differs from one state of the upgrades to the next, for tests that keep a database ready.
#[must_use]
pub fn fingerprint() -> String {
    crate::hash::of(FILES.concat())
}
