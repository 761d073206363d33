//! A write transaction of one street. What it changed is collected, and sealed at its end: then the street's lock is
//! taken, new cases get their numbers, every changed row its revision, and the buckets learn of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use domain::protocol::{RowDigest, RowType};
use domain::{Bucket, CaseId, MutationId, ReceivedAt, StreetId};

use super::ahead::Ahead;
use super::cases::CaseRecord;
use super::known::Known;
use super::scope::Scope;
use super::streets::Taken;
use super::{StoreError, Tx, bucket_rows, buckets, cases, receipts, streets};
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
    /// What this transaction does not change.
    pub known: Known<'t>,
    /// What was asked ahead for the mutations of a push.
    pub ahead: Ahead,
    pending: RefCell<Vec<Step>>,
    /// The cases that this transaction opened and has not touched since: what they are is known without reading them.
    opened: RefCell<HashMap<String, CaseRecord>>,
    /// How the digest of each bucket changes.
    digests: RefCell<BTreeMap<Bucket, RowDigest>>,
}

/// What waits for the seal, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Number(CaseId),
    Touch(RowType, String),
    Unseen,
    Receipt(MutationId),
}

impl<'t> Edit<'t> {
    /// Begins to collect changes of a street.
    #[must_use]
    pub fn new(tx: &'t Tx<'t>, street: StreetId, now: ReceivedAt, ids: &'t dyn Ids) -> Self {
        Self {
            known: Known::new(tx, street.clone()),
            tx,
            street,
            now,
            ids,
            ahead: Ahead::default(),
            pending: RefCell::default(),
            opened: RefCell::default(),
            digests: RefCell::default(),
        }
    }

    /// Notes that a row was written or removed: at the seal it gets a revision in every bucket it is in, and a
    /// tombstone in every bucket it has left.
    pub fn touch(&self, kind: RowType, id: impl ToString) {
        let id = id.to_string();
        if matches!(kind, RowType::Case | RowType::CaseOutline) {
            self.opened.borrow_mut().remove(&id);
        }
        let step = Step::Touch(kind, id);
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

    /// Notes a change that no row shows, but that a copy made later holds and an earlier one lacks: it takes a revision.
    pub fn unseen(&self) {
        self.pending.borrow_mut().push(Step::Unseen);
    }

    /// Notes that a case is new: it needs a number, and a revision in every bucket it is in.
    pub fn opened(&self, case: CaseRecord) {
        self.pending.borrow_mut().push(Step::Number(case.id));
        self.touch(RowType::Case, case.id);
        self.touch(RowType::CaseOutline, case.id);
        self.opened.borrow_mut().insert(case.id.to_string(), case);
    }

    /// A case that this transaction opened and nothing has touched since.
    pub(super) fn opened_case(&self, id: CaseId) -> Option<CaseRecord> {
        self.opened.borrow().get(&id.to_string()).cloned()
    }

    /// True for a row of a case that is in no bucket yet.
    pub(super) fn is_new(&self, kind: RowType, id: &str) -> bool {
        matches!(kind, RowType::Case | RowType::CaseOutline) && self.opened.borrow().contains_key(id)
    }

    /// Notes that a receipt takes effect after what was touched so far.
    pub fn receipt(&self, mutation: MutationId) {
        self.pending.borrow_mut().push(Step::Receipt(mutation));
    }

    /// Notes how the digest of a bucket changes.
    pub(super) fn counted(&self, bucket: &Bucket, change: impl FnOnce(&mut RowDigest)) {
        change(self.digests.borrow_mut().entry(bucket.clone()).or_default());
    }

    /// Runs `work` so that an error inside it undoes what it wrote and what it noted.
    ///
    /// # Errors
    /// The error of `work`; a panic inside it is [`crate::Failure::Panicked`].
    pub fn savepoint<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let noted = self.pending.borrow().len();
        let outcome = self.tx.savepoint(|| super::job::guarded(work));
        if outcome.is_err() {
            self.pending.borrow_mut().truncate(noted);
        }
        outcome
    }

    /// Takes the street's lock and writes numbers, revisions, buckets and receipts.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn seal(self) -> Result<Sealed, StoreError> {
        let steps = self.pending.take();
        if steps.is_empty() {
            // Nothing changed that anybody follows: others need not wait for the street.
            return Ok(Sealed {
                rev: streets::rev(self.tx, &self.street)?,
                durable_rev: streets::durable_rev(self.tx, &self.street)?,
                receipts: HashMap::new(),
            });
        }
        self.tx.sealing();
        // Others may have made the same rows: whoever waits for them must not hold the street. What waits on is completed below.
        self.tx.settle(&[cases::INSERT, receipts::INSERT])?;
        let count = steps
            .iter()
            .filter(|step| matches!(step, Step::Touch(..) | Step::Unseen))
            .count();
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let taken = self.take(&steps, count)?;
        let mut sealed = Sealed {
            rev: taken.rev,
            durable_rev: taken.durable_rev,
            receipts: HashMap::new(),
        };
        let mut scope = Scope::new(&self);
        let mut rev = sealed.rev - count;
        for step in steps {
            match step {
                Step::Number(_) => {}
                Step::Unseen => rev += 1,
                Step::Touch(kind, id) => {
                    rev += 1;
                    bucket_rows::place(&mut scope, kind, &id, rev)?;
                }
                Step::Receipt(mutation) => {
                    receipts::set_rev(self.tx, &self.street, mutation, rev)?;
                    sealed.receipts.insert(mutation, rev);
                }
            }
        }
        buckets::changed(self.tx, &self.street, &self.digests.take())?;
        Ok(sealed)
    }

    /// Takes the street's lock with so many revisions and a number for each new case, and writes the numbers.
    fn take(&self, steps: &[Step], revs: u64) -> Result<Taken, StoreError> {
        let new = steps.iter().filter_map(|step| match step {
            Step::Number(case) => Some(*case),
            Step::Touch(..) | Step::Unseen | Step::Receipt(_) => None,
        });
        let new: Vec<CaseId> = new.collect();
        let day = if new.is_empty() {
            String::new()
        } else {
            let zone = self.known.street()?.map_or("", |street| &street.time_zone);
            cases::local_day(zone, self.now)
        };
        let count = u32::try_from(new.len()).unwrap_or(u32::MAX);
        let taken = streets::take(self.tx, &self.street, revs, &day, count)?;
        for (case, number) in new.into_iter().zip(&taken.numbers) {
            cases::set_number(self.tx, &self.street, case, number)?;
        }
        Ok(taken)
    }
}

/// What a sealed transaction reached.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The street's revision.
    pub rev: u64,
    /// The revision up to which an off-machine copy exists.
    pub durable_rev: Option<u64>,
    /// Of every mutation answered in this transaction: the revision of its last change.
    pub receipts: HashMap<MutationId, u64>,
}
