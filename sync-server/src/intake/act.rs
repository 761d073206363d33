//! Acts on cases, from the field and from the office.

use domain::protocol::{Mutation, RowType};
use domain::{CaseId, CaseState, CloseReason};

use super::Intake;
use crate::Outcome;
use crate::store::cases::{self, CaseRecord};
use crate::store::orders;

impl Intake<'_, '_> {
    /// Ends a case whose last report was taken back; one that somebody has dealt with already stays as it is.
    pub(super) fn void_by_author(&self, case: CaseId, _reason: &str, _mutation: &Mutation) -> Outcome<()> {
        let edit = self.edit;
        let Some(case) = cases::get(edit.tx, &edit.street, case)?.filter(|case| case.state < CaseState::Resolved) else {
            return Ok(());
        };
        let case = CaseRecord {
            state: CaseState::Void,
            state_rev: case.state_rev + 1,
            close_reason: Some(CloseReason::Withdrawn),
            stage_due: None,
            closed_at: Some(edit.now),
            ..case
        };
        cases::update(edit.tx, &edit.street, &case)?;
        orders::close(edit.tx, &edit.street, case.id, None, "withdraw", edit.now)?;
        edit.touch(RowType::CaseOutline, case.id);
        Ok(())
    }
}
