//! What every new street begins with.

use domain::StreetId;
use domain::catalog::{TRIAGE, queues};

use crate::store::{StoreError, Tx, grids};

/// Writes the default queues. Only triage is staffed; the others are as soon as somebody is assigned.
///
/// # Errors
/// What the engine reports.
pub fn default_queues(tx: &Tx<'_>, street: &StreetId) -> Result<(), StoreError> {
    queues()
        .iter()
        .enumerate()
        .try_for_each(|(position, queue)| grids::put_queue(tx, street, &queue.row(queue.id == TRIAGE), position))
}
