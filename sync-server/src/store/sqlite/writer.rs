//! The one writer: callers queue closures, a thread runs as many as wait in one transaction, and each is answered
//! after the commit has reached the disk. One slow disk flush then serves many pushes.

use domain::ErrorCode;
use rusqlite::Connection;
use tokio::sync::{broadcast, mpsc};

use crate::live::Poke;
use crate::store::job::Job;
use crate::store::queue::Queue;
use crate::store::{StoreError, Tx};

/// At most this many closures share one commit; it bounds how long the first one waits.
const MAX_GROUP: usize = 64;

pub(super) fn start(connection: Connection, pokes: broadcast::Sender<Poke>) -> Result<Queue, StoreError> {
    let (queue, waiting) = Queue::new();
    std::thread::Builder::new()
        .name("store-writer".to_owned())
        .spawn(move || serve(&connection, waiting, &pokes))?;
    Ok(queue)
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
    let tx = Tx::sqlite(connection);
    let mut next = 0;
    while let Some(job) = group.get_mut(next) {
        tx.run_whole(true);
        job.run(&tx, true);
        if tx.must_run_again() && !connection.is_autocommit() {
            metrics::counter!("store_runs_again").increment(1);
            tx.run_whole(false);
            job.run(&tx, false);
        }
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
