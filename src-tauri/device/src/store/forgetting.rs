//! Rows of somebody who is signed in here no more. Two databases are not changed in one step: that the rows have to go is written
//! together with who is signed in, and they are gone before the next look at them, whatever happens in between.

use rusqlite::Connection;

use super::changes::Changes;
use super::{bucket, setting};
use crate::failure::Result;

/// Stands in the settings until they are gone.
const FORGETTING: &str = "forgetting-rows";

/// Stands in the settings until the photos that were fetched with them are gone, which lie in files.
const FETCHED: &str = "forgetting-photos";

/// The rows that are here have to go, and the photos that were fetched with them; to be written with the change that makes it so.
pub(crate) fn begin(outbox: &Connection) -> Result<()> {
    begin_photos(outbox)?;
    setting::put(outbox, FORGETTING, &true)
}

/// Fetched photos may be of what this phone may not see any more; to be written with the change that makes it so.
pub(crate) fn begin_photos(outbox: &Connection) -> Result<()> {
    setting::put(outbox, FETCHED, &true)
}

/// True until the fetched photos are gone.
pub(crate) fn are_photos_due(outbox: &Connection) -> Result<bool> {
    setting::get(outbox, FETCHED)
}

/// The fetched photos are gone.
pub(crate) fn end_photos(outbox: &Connection) -> Result<()> {
    setting::put(outbox, FETCHED, &false)
}

/// True until they are gone.
pub(crate) fn is_due(outbox: &Connection) -> Result<bool> {
    setting::get(outbox, FORGETTING)
}

/// They are gone.
pub(super) fn end(outbox: &Connection) -> Result<()> {
    setting::put(outbox, FORGETTING, &false)
}

/// Removes everything the server sent.
pub(super) fn remove_rows(cache: &Connection) -> Result<()> {
    // Also what was on its way here.
    let mut changes = Changes::default();
    for bucket in bucket::held(cache)? {
        bucket::remove(cache, &bucket, &mut changes)?;
    }
    changes.settle(cache)
}
