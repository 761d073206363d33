//! The histories of servers that this phone was ever enrolled in, and which street each is of.

use domain::{Epoch, StreetId};
use rusqlite::{Connection, params};

use super::cached::Cached as _;
use crate::failure::Result;

/// Remembers whose history it is.
pub(super) fn note(outbox: &Connection, epoch: Epoch, street: &StreetId) -> Result<()> {
    outbox.run(
        "insert or ignore into history (epoch, street) values (?1, ?2)",
        params![epoch.to_string(), street.as_str()],
    )?;
    Ok(())
}

/// The condition that what `column` says was answered in is a history which the street `?2` has lost: it goes on in the history
/// `?1`. What another street has answered is none of its business; where nobody knows whose a history is, it counts as lost,
/// because to offer again what has arrived does no harm.
pub(super) fn lost(column: &str) -> String {
    format!("({column} is null or ({column} <> ?1 and {column} not in (select epoch from history where street <> ?2)))")
}
