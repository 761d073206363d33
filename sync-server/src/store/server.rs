//! What concerns the whole deployment: its epoch.

use domain::Epoch;

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Ids;

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
