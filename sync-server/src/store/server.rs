//! What concerns the whole deployment: its epoch and its key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::protocol::{BundleKey, ServerKey};
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

/// The identity of this unbroken history; absent before the first start.
///
/// # Errors
/// What the engine reports.
pub fn epoch(tx: &Tx<'_>) -> Result<Option<Epoch>, StoreError> {
    text(tx, "epoch")?
        .map(|text| {
            text.parse()
                .map(Epoch)
                .map_err(|_odd| StoreError::Column("value".to_owned()))
        })
        .transpose()
}

/// Notes that somebody waits for copies of everything up to now.
///
/// # Errors
/// What the engine reports.
pub fn set_marked(tx: &Tx<'_>, now: ReceivedAt) -> Result<(), StoreError> {
    keep(tx, "marked_at", &now.0.to_string())
}

/// Begins a history of its own: nothing is known of copies elsewhere, and no street is closed to writing.
///
/// # Errors
/// What the engine reports.
pub fn begin_epoch(tx: &Tx<'_>, ids: &dyn Ids) -> Result<Epoch, StoreError> {
    let epoch = Epoch(ids.uuid());
    keep(tx, "epoch", &epoch.to_string())?;
    tx.execute(
        "UPDATE streets SET durable_rev = NULL, backed_up_at = NULL, read_only_at = NULL",
        &[],
    )?;
    Ok(epoch)
}

/// Notes which cluster of PostgreSQL holds this database, on which of its timelines. True when it was another one before.
///
/// # Errors
/// What the engine reports.
pub fn changed_cluster(tx: &Tx<'_>) -> Result<bool, StoreError> {
    let Some(now) = tx.cluster()? else { return Ok(false) };
    let before = text(tx, "cluster")?;
    if before.as_ref() == Some(&now) {
        return Ok(false);
    }
    keep(tx, "cluster", &now)?;
    Ok(before.is_some())
}

/// True while this is the history that a server began with: the same epoch, and PostgreSQL's same cluster and timeline.
///
/// # Errors
/// What the engine reports.
pub fn is_still(tx: &Tx<'_>, began: Epoch) -> Result<bool, StoreError> {
    Ok(epoch(tx)? == Some(began) && tx.cluster()? == text(tx, "cluster")?)
}

/// The key that answers are signed with; made at the first start.
///
/// # Errors
/// What the engine reports.
pub fn key(tx: &Tx<'_>, ids: &dyn Ids) -> Result<ServerKey, StoreError> {
    Ok(ServerKey::from_seed(&seed(tx, "signing_key", ids)?))
}

/// The key that phones seal bundles for; made at the first start.
///
/// # Errors
/// What the engine reports.
pub fn bundle_key(tx: &Tx<'_>, ids: &dyn Ids) -> Result<BundleKey, StoreError> {
    Ok(BundleKey::from_seed(&seed(tx, "bundle_key", ids)?))
}

fn seed(tx: &Tx<'_>, name: &str, ids: &dyn Ids) -> Result<[u8; 32], StoreError> {
    let odd = || StoreError::Column("value".to_owned());
    let Some(text) = text(tx, name)? else {
        let seed = ids.secret();
        keep(tx, name, &URL_SAFE_NO_PAD.encode(seed))?;
        return Ok(seed);
    };
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(odd)
}

fn text(tx: &Tx<'_>, name: &str) -> Result<Option<String>, StoreError> {
    tx.query_opt("SELECT value FROM server WHERE name = $1", args![name], |row| {
        row.get("value")
    })
}

fn keep(tx: &Tx<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO server (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.execute(sql, args![name, value])?;
    Ok(())
}
