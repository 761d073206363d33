//! Upgrades of the database, each in one transaction. Released ones are never edited.

use rusqlite::Connection;
use rusqlite_migration::{Error, M, MigrationDefinitionError, Migrations};

use super::StoreError;

/// One upgrade, in the words of each engine.
pub(super) struct Upgrade {
    sqlite: &'static str,
    pub(super) postgres: &'static str,
}

/// An upgrade that both engines understand.
const fn both(file: &'static str) -> Upgrade {
    Upgrade {
        sqlite: file,
        postgres: file,
    }
}

/// The upgrades in their order.
pub(super) const UPGRADES: &[Upgrade] = &[
    both(include_str!("../../migrations/0001_start.sql")),
    both(include_str!("../../migrations/0002_household_edits.sql")),
    both(include_str!("../../migrations/0003_suggested_owner.sql")),
    both(include_str!("../../migrations/0004_orders_of_a_case.sql")),
    both(include_str!("../../migrations/0005_trust.sql")),
    both(include_str!("../../migrations/0006_fleet.sql")),
    both(include_str!("../../migrations/0007_shared_phones.sql")),
    both(include_str!("../../migrations/0008_found_by_name.sql")),
    Upgrade {
        sqlite: include_str!("../../migrations/0009_said_once.sqlite.sql"),
        postgres: include_str!("../../migrations/0009_said_once.postgres.sql"),
    },
    both(include_str!("../../migrations/0010_refused_things.sql")),
];

pub(super) fn sqlite(connection: &mut Connection) -> Result<(), StoreError> {
    let steps = UPGRADES.iter().map(|upgrade| M::up(upgrade.sqlite)).collect();
    match Migrations::new(steps).to_latest(connection) {
        Ok(()) => Ok(()),
        Err(Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead)) => Err(StoreError::Newer),
        Err(error) => Err(StoreError::Migration(error)),
    }
}

/// Differs from one state of the upgrades to the next, for tests that keep a database ready.
#[must_use]
pub fn fingerprint() -> String {
    let files = UPGRADES.iter().flat_map(|upgrade| [upgrade.sqlite, upgrade.postgres]);
    crate::hash::of(files.collect::<String>())
}

#[cfg(test)]
pub(super) mod tests {
    use domain::protocol::RowType;

    use super::*;
    use crate::store::{Tx, bucket_rows};

    /// So many upgrades there were when a street looked like [`ROWS`].
    pub(in crate::store) const BEFORE: usize = 8;

    /// A reported step that repeats its report, and others that look like it.
    pub(in crate::store) const ROWS: &str = r#"
        INSERT INTO reports (street_id, id, case_id, first_case_id, author_id, device_id, category, captured_at, received_at, body)
        VALUES ('s', 'r1', 'c1', 'c1', 'u', 'd', 'manhole', 1, 2, '{"text":"松了","photos":[{"a":1}],"source":"patrol"}'),
               ('s', 'r2', 'c2', 'c2', 'u', 'd', 'manhole', 1, 2, '{"text":"\"松\"了","photos":[],"source":"patrol"}');
        INSERT INTO timeline (street_id, case_id, n, what, actor_id, actor_label, at, state, text, photos, report_id)
        VALUES ('s', 'c1', 1, 'report', 'u', 'U', 2, 'submitted', '松了', '[{"a":1}]', 'r1'),
               ('s', 'c1', 2, 'note', 'u', 'U', 3, 'submitted', '松了', '[{"a":1}]', 'r1'),
               ('s', 'c2', 1, 'report', 'u', 'U', 2, 'submitted', '"松"了', '[{"b":1}]', 'r2'),
               ('s', 'c3', 1, 'need', 'u', 'U', 2, 'submitted', '松了', '[]', NULL);
        INSERT INTO photos (street_id, sha256, subject_kind, subject_id, copy, role, size, width, height, mime, author_id, wanted)
        VALUES ('s', 'f1', 'case', 'c1', 'preview', 'wide', 5, 320, 240, 'image/jpeg', 'u', 1),
               ('s', 'f1', 'case', 'c2', 'preview', 'wide', 5, 320, 240, 'image/jpeg', 'u', 1),
               ('s', 'f2', 'visit', 'v1', 'original', 'close', 9, 4000, 3000, 'image/heic', NULL, 0);
        INSERT INTO bucket_rows (street_id, bucket, kind, id, rev, gone, at)
        VALUES ('s', 'grid:1', 'case', 'c1', 7, 0, 2), ('s', 'grid:1', 'case', 'c2', 6, 1, 2), ('s', 'me:u', 'case', 'c1', 7, 0, 2);
    "#;

    /// Everything is there that the newest tables hold of it.
    pub(in crate::store) fn check(tx: &Tx<'_>) {
        let texts = |sql: &str| tx.query(sql, &[], |row| row.get::<String>("found")).unwrap();
        let steps = texts("SELECT what || ' ' || text || ' ' || photos AS found FROM timeline ORDER BY case_id, n");
        let kept = [
            "report  []",
            r#"note 松了 [{"a":1}]"#,
            r#"report "松"了 [{"b":1}]"#,
            "need 松了 []",
        ];
        assert_eq!(steps, kept, "what a report does not say itself stays with the step");
        let files = texts(
            "SELECT sha256 || subject_id || copy || CAST(size AS TEXT) || mime || COALESCE(author_id, '-')
                || CAST(wanted AS TEXT) AS found FROM photos ORDER BY sha256, subject_id",
        );
        let kept = [
            "f1c1preview5image/jpegu1",
            "f1c2preview5image/jpegu1",
            "f2v1original9image/heic-0",
        ];
        assert_eq!(files, kept);
        let members = bucket_rows::after(tx, &"s".into(), &"grid:1".into(), 0, false, 9).unwrap();
        let members = members.iter().map(|one| (one.kind, one.id.as_str(), one.rev, one.gone));
        let kept = [(RowType::Case, "c2", 6, true), (RowType::Case, "c1", 7, false)];
        assert_eq!(members.collect::<Vec<_>>(), kept);
    }

    #[test]
    fn an_upgrade_keeps_the_rows() {
        let mut connection = Connection::open_in_memory().unwrap();
        let steps = UPGRADES[..BEFORE].iter().map(|upgrade| M::up(upgrade.sqlite));
        Migrations::new(steps.collect()).to_latest(&mut connection).unwrap();
        connection.execute_batch(ROWS).unwrap();
        sqlite(&mut connection).unwrap();
        check(&Tx::sqlite(&connection));
    }
}
