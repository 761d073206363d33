//! What concerns the whole deployment: its epoch.

use domain::{Epoch, ReceivedAt};

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Ids;

/// True when everything in this database was moved to another one, see [`super::copy_all`].
///
/// # Errors
/// What the engine reports.
pub fn is_moved(tx: &Tx<'_>) -> Result<bool, StoreError> {
    Ok(tx.number("SELECT COUNT(*) FROM server WHERE name = 'moved'", &[])? > 0)
}

/// Notes that everything was moved: no server starts on this database any more.
///
/// # Errors
/// What the engine reports.
pub fn set_moved(tx: &Tx<'_>, now: ReceivedAt) -> Result<(), StoreError> {
    let sql = "INSERT INTO server (name, value) VALUES ('moved', $1)";
    tx.execute(sql, args![now.0.to_string()])?;
    Ok(())
}

/// The identity of this unbroken history; made at the first start.
///
/// # Errors
/// What the engine reports.
pub fn epoch(tx: &Tx<'_>, ids: &dyn Ids) -> Result<Epoch, StoreError> {
    let known = tx.query_opt("SELECT value FROM server WHERE name = 'epoch'", &[], |row| {
        row.get("value")
    })?;
    if let Some(epoch) = known {
        return Ok(epoch);
    }
    let epoch = Epoch(ids.uuid());
    tx.execute("INSERT INTO server (name, value) VALUES ('epoch', $1)", args![epoch])?;
    Ok(epoch)
}
