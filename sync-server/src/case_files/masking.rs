//! What of a case its viewer may know: the domain decides, this file tells it who looks.

use domain::privacy::{CaseViewer, case_for};
use domain::view::CaseRow;
use domain::{QueueId, StreetId};

use crate::auth::Person;
use crate::store::{StoreError, Tx, grids};

/// The row as the person may see it; nothing for a case that the person may not see. `queues` are those in whose name
/// the person looks.
pub(super) fn seen_by(
    tx: &Tx<'_>,
    street: &StreetId,
    person: &Person,
    queues: &[QueueId],
    row: CaseRow,
) -> Result<Option<CaseRow>, StoreError> {
    let viewer = CaseViewer {
        user: person.user,
        roles: &person.roles,
        queues,
        grids: &person.grids,
        communities: &person.communities,
    };
    let grid = match &row.place.grid {
        Some(grid) => grids::get(tx, street, grid)?,
        None => None,
    };
    Ok(case_for(&viewer, row, grid.as_ref()))
}
