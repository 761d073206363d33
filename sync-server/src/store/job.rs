//! A closure on its way to a connection, together with the caller who waits for its outcome.

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::ErrorCode;

use super::{StoreError, Tx};
use crate::{Failure, Outcome};

/// A queued closure together with its caller.
pub(super) trait Job: Send {
    /// Runs inside a transaction; with `again` it can be run once more. True when what it wrote should stand.
    fn run(&mut self, tx: &Tx<'_>, again: bool) -> bool;
    /// Answers the caller, after the transaction ended.
    fn answer(self: Box<Self>, committed: Result<(), ErrorCode>);
}

/// What is queued.
pub(super) trait Work<T>: Send {
    fn run(&mut self, tx: &Tx<'_>, again: bool) -> Outcome<T>;
}

/// A closure that runs once.
pub(super) struct Once<F>(Option<F>);

/// A closure that can run again: of each of its runs only the last one counts.
pub(super) struct Repeat<F>(Option<F>);

impl<F> Once<F> {
    pub(super) fn new(work: F) -> Self {
        Self(Some(work))
    }
}

impl<F> Repeat<F> {
    pub(super) fn new(work: F) -> Self {
        Self(Some(work))
    }
}

impl<T, F: FnOnce(&Tx<'_>) -> Outcome<T> + Send> Work<T> for Once<F> {
    fn run(&mut self, tx: &Tx<'_>, _again: bool) -> Outcome<T> {
        let work = self.0.take().ok_or(StoreError::Closed)?;
        work(tx)
    }
}

impl<T, F: FnOnce(&Tx<'_>) -> Outcome<T> + Clone + Send> Work<T> for Repeat<F> {
    fn run(&mut self, tx: &Tx<'_>, again: bool) -> Outcome<T> {
        let work = if again { self.0.clone() } else { self.0.take() };
        work.ok_or(StoreError::Closed)?(tx)
    }
}

struct Queued<T, W, R> {
    work: W,
    outcome: Option<Outcome<T>>,
    reply: R,
}

/// A job that tells its outcome to `reply`.
pub(super) fn queued<T, W, R>(work: W, reply: R) -> Box<dyn Job>
where
    T: Send + 'static,
    W: Work<T> + 'static,
    R: FnOnce(Outcome<T>) + Send + 'static,
{
    Box::new(Queued {
        work,
        outcome: None,
        reply,
    })
}

impl<T, W, R> Job for Queued<T, W, R>
where
    T: Send,
    W: Work<T>,
    R: FnOnce(Outcome<T>) + Send,
{
    fn run(&mut self, tx: &Tx<'_>, again: bool) -> bool {
        let outcome = tx.alone(|| guarded(|| self.work.run(tx, again)));
        let stands = outcome.is_ok();
        self.outcome = Some(outcome);
        stands
    }

    fn answer(self: Box<Self>, committed: Result<(), ErrorCode>) {
        let outcome = match (self.outcome, committed) {
            (Some(Ok(done)), Ok(())) => Ok(done),
            (Some(Ok(_)) | None, Err(code)) => Err(StoreError::NotCommitted(code).into()),
            (Some(Err(failure)), _) => Err(failure),
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        (self.reply)(outcome);
    }
}

/// Turns a panic of `work` into a failure, so that one bad request cannot end a connection's thread.
pub(super) fn guarded<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Failure::Panicked))
}
