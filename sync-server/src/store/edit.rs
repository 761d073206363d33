//! A write transaction of one street. What it changed is collected, and sealed at its end: then the street's lock is
//! taken, new cases get their numbers, every changed row its revision, and the buckets learn of it.

use std::cell::RefCell;

use domain::protocol::RowType;
use domain::{CaseId, MutationId, ReceivedAt, StreetId};

use super::{StoreError, Tx, bucket_rows, cases, receipts, streets};
use crate::Outcome;
use crate::clock::Ids;

/// One transaction that changes rows of one street.
pub struct Edit<'t> {
    /// The transaction.
    pub tx: &'t Tx<'t>,
    /// The street.
    pub street: StreetId,
    /// The server's clock at its begin.
    pub now: ReceivedAt,
    /// Fresh ids.
    pub ids: &'t dyn Ids,
    pending: RefCell<Vec<Step>>,
}

/// What waits for the seal, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Number(CaseId),
    Touch(RowType, String),
    Receipt(MutationId),
}

impl<'t> Edit<'t> {
    /// Begins to collect changes of a street.
    #[must_use]
    pub fn new(tx: &'t Tx<'t>, street: StreetId, now: ReceivedAt, ids: &'t dyn Ids) -> Self {
        Self {
            tx,
            street,
            now,
            ids,
            pending: RefCell::default(),
        }
    }

    /// Notes that a row was written or removed: at the seal it gets a revision in every bucket it is in, and a
    /// tombstone in every bucket it has left.
    pub fn touch(&self, kind: RowType, id: impl ToString) {
        let step = Step::Touch(kind, id.to_string());
        let mut pending = self.pending.borrow_mut();
        // Touched twice before the next receipt is one change.
        let since = pending
            .iter()
            .rposition(|step| matches!(step, Step::Receipt(_)))
            .map_or(0, |at| at + 1);
        if !pending[since..].contains(&step) {
            pending.push(step);
        }
    }

    /// Notes that a case is new and needs a number.
    pub fn number(&self, case: CaseId) {
        self.pending.borrow_mut().push(Step::Number(case));
    }

    /// Notes that a receipt takes effect after what was touched so far.
    pub fn receipt(&self, mutation: MutationId) {
        self.pending.borrow_mut().push(Step::Receipt(mutation));
    }

    /// Runs `work` so that an error inside it undoes what it wrote and what it noted.
    ///
    /// # Errors
    /// The error of `work`; a panic inside it is [`crate::Failure::Panicked`].
    pub fn savepoint<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let noted = self.pending.borrow().len();
        let outcome = self.tx.savepoint(|| super::writer::guarded(work));
        if outcome.is_err() {
            self.pending.borrow_mut().truncate(noted);
        }
        outcome
    }

    /// Takes the street's lock and writes numbers, revisions, buckets and receipts. Returns the street's revision.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn seal(self) -> Result<u64, StoreError> {
        let steps = self.pending.take();
        let count = steps.iter().filter(|step| matches!(step, Step::Touch(..))).count();
        let last = streets::take_revs(self.tx, &self.street, u64::try_from(count).unwrap_or(u64::MAX))?;
        let mut rev = last - u64::try_from(count).unwrap_or(u64::MAX);
        for step in steps {
            match step {
                Step::Number(case) => cases::give_number(self.tx, &self.street, case, self.now)?,
                Step::Touch(kind, id) => {
                    rev += 1;
                    bucket_rows::place(&self, kind, &id, rev)?;
                }
                Step::Receipt(mutation) => receipts::set_rev(self.tx, &self.street, mutation, rev)?,
            }
        }
        Ok(last)
    }
}
