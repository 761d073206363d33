//! Cases as the server last told of them.

use domain::protocol::RowType;
use domain::view::CaseRow;
use domain::{CaseState, GridId};

use crate::device::Device;
use crate::failure::Result;
use crate::store::row;

impl Device {
    pub(crate) fn cases(&self) -> Result<Vec<CaseRow>> {
        self.store.cache(|cache| row::all(cache, RowType::Case))
    }
}

/// True while somebody still has to do something.
pub(crate) const fn is_open(state: CaseState) -> bool {
    !matches!(
        state,
        CaseState::Closed | CaseState::Rejected | CaseState::Merged | CaseState::Void
    )
}

/// Address of a place, or its grid's name.
pub(crate) fn place_label(place: &domain::Place, grid_name: impl Fn(&GridId) -> Option<String>) -> String {
    let grid = || {
        place
            .grid
            .as_ref()
            .map(|grid| grid_name(grid).unwrap_or_else(|| grid.0.clone()))
    };
    place.address.clone().or_else(grid).unwrap_or_default()
}
