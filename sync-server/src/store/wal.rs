//! Copies that PostgreSQL keeps elsewhere by itself: its log, as standbys and the archive have it.

use super::{StoreError, Tx};
use crate::args;

/// What keeps a copy of PostgreSQL's log on another machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopiedBy {
    /// Standbys, or `pg_receivewal`: everything that streams, because any of them may have to take over.
    Standby,
    /// `archive_command` or `archive_library`.
    Archive,
}

/// The end of the log now. Everything that this transaction has read lies before it.
///
/// # Errors
/// What the engine reports.
pub fn position(tx: &Tx<'_>) -> Result<Option<String>, StoreError> {
    let sql = "SELECT CAST(pg_current_wal_insert_lsn() AS TEXT) AS position";
    tx.query_opt(sql, &[], |row| row.get("position"))
}

/// True when a copy elsewhere is flushed up to `position`. False as well while nothing copies, or this role may not see who
/// does.
///
/// # Errors
/// What the engine reports.
pub fn reached(tx: &Tx<'_>, by: CopiedBy, position: &str) -> Result<bool, StoreError> {
    let sql = match by {
        // A logical subscriber has some tables of it, which is no copy.
        CopiedBy::Standby => {
            "SELECT CASE WHEN COALESCE(bool_and(COALESCE(flush_lsn >= CAST(CAST($1 AS TEXT) AS pg_lsn), FALSE)), FALSE) THEN 1 ELSE 0 END
             FROM pg_stat_replication WHERE pid NOT IN
                (SELECT active_pid FROM pg_replication_slots WHERE slot_type = 'logical' AND active_pid IS NOT NULL)"
        }
        // Files of the log are archived in their order, and named so; histories and labels of back-ups are none of them.
        CopiedBy::Archive => {
            "SELECT COUNT(*) FROM pg_stat_archiver WHERE last_archived_wal ~ '^[0-9A-F]{24}$'
                AND last_archived_wal COLLATE \"C\" >= pg_walfile_name(CAST(CAST($1 AS TEXT) AS pg_lsn)) COLLATE \"C\""
        }
    };
    Ok(tx.number(sql, args![position])? > 0)
}
