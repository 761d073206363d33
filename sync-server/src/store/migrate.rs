//! Upgrades of the database, each in one transaction. Released ones are never edited.

use rusqlite::Connection;
use rusqlite_migration::{Error, M, MigrationDefinitionError, Migrations};

use super::StoreError;

const STEPS: &[M<'static>] = &[M::up(include_str!("../../migrations/0001_start.sql"))];

pub(super) fn to_latest(connection: &mut Connection) -> Result<(), StoreError> {
    match Migrations::from_slice(STEPS).to_latest(connection) {
        Ok(()) => Ok(()),
        Err(Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead)) => Err(StoreError::Newer),
        Err(error) => Err(StoreError::Migration(error)),
    }
}

/// The number of the newest migration this program knows.
#[cfg(test)]
pub(super) fn newest() -> usize {
    STEPS.len()
}
