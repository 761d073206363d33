//! What a push asks of every one of its mutations, asked once for all of them. Each answer is good for the first one who asks:
//! what the push itself then writes changes it.

use std::cell::RefCell;
use std::collections::HashMap;

use domain::protocol::{Mutation, Receipt, kind};
use domain::{MutationId, ReportId, StreetId};

use super::{StoreError, Tx, receipts, reports};

/// The answers that are known ahead.
#[derive(Default)]
pub struct Ahead {
    receipts: RefCell<HashMap<MutationId, Option<Receipt>>>,
    reports: RefCell<HashMap<ReportId, bool>>,
}

impl Ahead {
    /// Asks for mutations that are about to be taken.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn look(&self, tx: &Tx<'_>, street: &StreetId, mutations: &[Mutation]) -> Result<(), StoreError> {
        if mutations.is_empty() {
            return Ok(());
        }
        let ids: Vec<MutationId> = mutations.iter().map(|mutation| mutation.id).collect();
        let mut answered = receipts::of_these(tx, street, &ids)?;
        self.receipts
            .replace(ids.iter().map(|id| (*id, answered.remove(id))).collect());
        let new = mutations.iter().filter(|mutation| mutation.kind == kind::REPORT_CREATE);
        let new: Vec<ReportId> = new.map(|mutation| ReportId(mutation.entity)).collect();
        if !new.is_empty() {
            let stored = reports::stored(tx, street, &new)?;
            self.reports
                .replace(new.iter().map(|id| (*id, stored.contains(id))).collect());
        }
        Ok(())
    }

    /// The answer to a mutation, if it was given.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn receipt(&self, tx: &Tx<'_>, street: &StreetId, mutation: MutationId) -> Result<Option<Receipt>, StoreError> {
        let known = self.receipts.borrow_mut().remove(&mutation);
        known.map_or_else(|| receipts::get(tx, street, mutation), Ok)
    }

    /// Lets go of what was known of a mutation that has been answered since.
    pub fn forget(&self, mutation: MutationId) {
        self.receipts.borrow_mut().remove(&mutation);
    }

    /// True when a report is stored.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn has_report(&self, tx: &Tx<'_>, street: &StreetId, report: ReportId) -> Result<bool, StoreError> {
        let known = self.reports.borrow_mut().remove(&report);
        known.map_or_else(|| reports::exists(tx, street, report), Ok)
    }
}
