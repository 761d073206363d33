//! How closures reach the threads that own connections, and how many may wait.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, oneshot};

use super::StoreError;
use super::job::{Job, Work, queued};
use crate::Outcome;

/// Callers beyond this many wait before they may queue.
const PLACES: usize = 256;

/// The callers' end. Clones share it; the threads end when the last one is gone.
#[derive(Clone)]
pub(super) struct Queue {
    jobs: mpsc::UnboundedSender<Box<dyn Job>>,
    places: Arc<Semaphore>,
}

impl Queue {
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<Box<dyn Job>>) {
        let (jobs, waiting) = mpsc::unbounded_channel();
        let places = Arc::new(Semaphore::new(PLACES));
        (Self { jobs, places }, waiting)
    }

    pub(super) async fn run<T: Send + 'static>(&self, work: impl Work<T> + 'static) -> Outcome<T> {
        let _place = self.places.acquire().await.map_err(|_closed| StoreError::Closed)?;
        let (caller, answer) = oneshot::channel();
        // A caller that went away no longer wants the answer; the commit stands.
        self.send(queued::<T, _, _>(work, move |outcome| drop(caller.send(outcome))))?;
        answer.await.map_err(|_closed| StoreError::Closed)?
    }

    pub(super) fn run_blocking<T: Send + 'static>(&self, work: impl Work<T> + 'static) -> Outcome<T> {
        let (caller, answer) = std::sync::mpsc::sync_channel(1);
        self.send(queued::<T, _, _>(work, move |outcome| drop(caller.send(outcome))))?;
        answer.recv().map_err(|_closed| StoreError::Closed)?
    }

    fn send(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        self.jobs.send(job).map_err(|_closed| StoreError::Closed)
    }
}
