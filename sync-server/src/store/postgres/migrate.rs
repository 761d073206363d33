//! Upgrades of the database. The same numbers as on SQLite, each in one transaction; processes that start
//! together wait for each other.

use super::error::PostgresError;
use super::session::Session;
use crate::store::{StoreError, Tx, migrate};

/// Any number, as long as it is always the same: whoever holds this lock upgrades, or settles which history is served.
pub(in crate::store) const LOCK: &str = "SELECT pg_advisory_xact_lock(7106423)";
/// Into how many parts a big table is split.
const PARTS: usize = 8;
/// The oldest release that is served.
const OLDEST: i64 = 150_000;

pub(super) fn to_latest(session: &Session) -> Result<(), StoreError> {
    let served = alone(session, |tx| {
        tx.number("SELECT CAST(current_setting('server_version_num') AS BIGINT)", &[])
    })?;
    if served < OLDEST {
        return Err(PostgresError::usage("PostgreSQL 15 or newer is needed").into());
    }
    // Waiting for another process that upgrades may take long; nothing else waits for this connection.
    session.batch("SET lock_timeout = 0; SET statement_timeout = 0")?;
    while step(session, migrate::UPGRADES)? {}
    Ok(())
}

/// Runs the next of these migrations. Returns whether there may be another one.
fn step(session: &Session, upgrades: &[migrate::Upgrade]) -> Result<bool, StoreError> {
    alone(session, |tx| {
        session.batch(LOCK)?;
        session.batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")?;
        let done = tx.number("SELECT COALESCE(MAX(version), 0) FROM schema_version", &[])?;
        let done = usize::try_from(done).unwrap_or(usize::MAX);
        if done > upgrades.len() {
            return Err(StoreError::Newer);
        }
        let Some(upgrade) = upgrades.get(done) else {
            return Ok(false);
        };
        session.batch(&translated(upgrade.postgres))?;
        split(session, tx)?;
        let next = (done + 1).into();
        tx.execute("INSERT INTO schema_version (version) VALUES ($1)", &[next])?;
        Ok(true)
    })
}

fn alone<T>(session: &Session, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
    session.begin("BEGIN")?;
    match work(&Tx::postgres(session, true)) {
        Ok(done) => {
            session.commit()?;
            Ok(done)
        }
        Err(error) => {
            drop(session.rollback());
            Err(error)
        }
    }
}

/// What is written between `/*pg` and `*/` in a migration is for PostgreSQL alone. Text is compared byte by byte, as
/// SQLite does it, whatever language the database was made for.
fn translated(file: &str) -> String {
    let code: Vec<&str> = file
        .lines()
        .map(|line| line.split_once("--").map_or(line, |(code, _comment)| code))
        .collect();
    code.join("\n")
        .replace("/*pg", "")
        .replace("*/", "")
        .replace(" TEXT", " TEXT COLLATE \"C\"")
}

/// Makes the parts of every table that is declared as split and has none yet.
fn split(session: &Session, tx: &Tx<'_>) -> Result<(), StoreError> {
    let sql = "SELECT CAST(relname AS TEXT) AS name FROM pg_class
         WHERE relkind = 'p' AND relnamespace = CAST('public' AS regnamespace)
            AND NOT EXISTS (SELECT 1 FROM pg_inherits WHERE inhparent = pg_class.oid) ORDER BY relname";
    for table in tx.query(sql, &[], |row| row.get::<String>("name"))? {
        for part in 0..PARTS {
            session.batch(&format!(
                "CREATE TABLE {table}_p{part} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
            ))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use cluster::Cluster;

    use super::*;
    use crate::store::migrate::tests::{BEFORE, ROWS, check};

    #[test]
    fn an_upgrade_keeps_the_rows() {
        let database = Cluster::shared().empty();
        let session = Session::connect(&database.url().parse().unwrap()).unwrap();
        while step(&session, &migrate::UPGRADES[..BEFORE]).unwrap() {}
        session.batch(ROWS).unwrap();
        to_latest(&session).unwrap();
        alone(&session, |tx| {
            check(tx);
            Ok(())
        })
        .unwrap();
    }
}
