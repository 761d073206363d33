//! The one writer: callers queue closures, a thread runs as many as wait in one transaction, and each is answered
//! after the commit has reached the disk. One slow disk flush then serves many pushes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use domain::ErrorCode;
use rusqlite::Connection;
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};

use super::{StoreError, Tx};
use crate::live::Poke;
use crate::{Failure, Outcome};

/// At most this many closures share one commit; it bounds how long the first one waits.
const MAX_GROUP: usize = 64;
/// Callers beyond this many wait before they may queue.
const QUEUE: usize = 256;

#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::UnboundedSender<Box<dyn Job>>,
    places: Arc<Semaphore>,
}

impl Writer {
    pub(super) fn start(connection: Connection, pokes: broadcast::Sender<Poke>) -> Result<Self, StoreError> {
        let (queue, waiting) = mpsc::unbounded_channel();
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || serve(&connection, waiting, &pokes))?;
        Ok(Self {
            queue,
            places: Arc::new(Semaphore::new(QUEUE)),
        })
    }

    pub(super) async fn write<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Send + 'static,
    {
        let _place = self.places.acquire().await.map_err(|_closed| StoreError::Closed)?;
        let (caller, answer) = oneshot::channel();
        // A caller that went away no longer wants the answer; the commit stands.
        self.send(work, move |outcome| drop(caller.send(outcome)))?;
        answer.await.map_err(|_closed| StoreError::Closed)?
    }

    pub(super) fn write_blocking<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Send + 'static,
    {
        let (caller, answer) = std::sync::mpsc::sync_channel(1);
        self.send(work, move |outcome| drop(caller.send(outcome)))?;
        answer.recv().map_err(|_closed| StoreError::Closed)?
    }

    fn send<T, F, R>(&self, work: F, reply: R) -> Result<(), StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Outcome<T> + Send + 'static,
        R: FnOnce(Outcome<T>) + Send + 'static,
    {
        let job = Box::new(Queued {
            work: Some(work),
            outcome: None,
            reply,
        });
        self.queue.send(job).map_err(|_closed| StoreError::Closed)
    }
}

/// A queued closure together with the caller who waits for it.
trait Job: Send {
    /// Runs inside the shared transaction; its own failure undoes its own writes only.
    fn run(&mut self, tx: &Tx<'_>);
    /// Answers the caller, after the commit succeeded or failed with a code.
    fn answer(self: Box<Self>, committed: Result<(), ErrorCode>);
}

struct Queued<T, F, R> {
    work: Option<F>,
    outcome: Option<Outcome<T>>,
    reply: R,
}

impl<T, F, R> Job for Queued<T, F, R>
where
    T: Send,
    F: FnOnce(&Tx<'_>) -> Outcome<T> + Send,
    R: FnOnce(Outcome<T>) + Send,
{
    fn run(&mut self, tx: &Tx<'_>) {
        if let Some(work) = self.work.take() {
            self.outcome = Some(tx.savepoint(|| guarded(|| work(tx))));
        }
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

/// Turns a panic of `work` into a failure, so that one bad request cannot end the writer.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Failure::Panicked))
}

fn serve(connection: &Connection, mut waiting: mpsc::UnboundedReceiver<Box<dyn Job>>, pokes: &broadcast::Sender<Poke>) {
    while let Some(first) = waiting.blocking_recv() {
        let mut group = Vec::new();
        let committed = commit_group(connection, first, &mut waiting, &mut group);
        metrics::histogram!("store_group_size").record(u32::try_from(group.len()).unwrap_or(u32::MAX));
        match committed {
            Ok(reached) => {
                group.into_iter().for_each(|job| job.answer(Ok(())));
                // Nobody watching is not an error.
                reached.into_iter().for_each(|poke| drop(pokes.send(poke)));
            }
            Err(error) => {
                tracing::error!(error = error.log_text(), "commit failed");
                group.into_iter().for_each(|job| job.answer(Err(error.code())));
            }
        }
    }
}

fn commit_group(
    connection: &Connection,
    first: Box<dyn Job>,
    waiting: &mut mpsc::UnboundedReceiver<Box<dyn Job>>,
    group: &mut Vec<Box<dyn Job>>,
) -> Result<Vec<Poke>, StoreError> {
    group.push(first);
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let tx = Tx::new(connection);
    let mut next = 0;
    while let Some(job) = group.get_mut(next) {
        job.run(&tx);
        next += 1;
        if connection.is_autocommit() {
            // The engine ended the transaction by itself, as it does on a full disk: nothing of it stands.
            return Err(StoreError::NotCommitted(ErrorCode::DiskFull));
        }
        if group.len() < MAX_GROUP
            && let Ok(job) = waiting.try_recv()
        {
            group.push(job);
        }
    }
    if let Err(error) = connection.execute_batch("COMMIT") {
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
        return Err(error.into());
    }
    Ok(tx.take_pokes())
}
