//! One thread's work: take a job, run it in a transaction, and again where another transaction was in its way.

use std::time::Duration;

use tokio::sync::broadcast;

use super::connect::Url;
use super::error::{PostgresError, Remedy};
use super::news::Told;
use super::session::Session;
use crate::live::Poke;
use crate::store::Tx;
use crate::store::job::Job;

/// A transaction that met others this often is answered with "busy".
const ATTEMPTS: u32 = 6;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Transactions that write. Each statement sees what was committed before it; rows that are changed by what was
    /// read are locked by the reading statement.
    Write,
    /// Snapshots.
    Read,
}

impl Kind {
    pub(super) const fn begin(self) -> &'static str {
        match self {
            Self::Write => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
            Self::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

/// How one attempt ended.
enum End {
    /// The job can be answered by what it made; whoever watches learns of these.
    Done(Vec<Poke>),
    /// Nothing of it stands and nothing was asked to be committed.
    InTheWay(PostgresError),
    /// It is not known whether it was committed, or it never will be.
    Broken(PostgresError),
}

pub(super) struct Line {
    url: Url,
    kind: Kind,
    session: Option<Session>,
    told: Told,
    pokes: broadcast::Sender<Poke>,
}

impl Line {
    pub(super) fn new(url: Url, kind: Kind, told: Told, pokes: broadcast::Sender<Poke>) -> Self {
        Self {
            url,
            kind,
            session: None,
            told,
            pokes,
        }
    }

    /// Runs a job to its answer.
    pub(super) fn serve(&mut self, mut job: Box<dyn Job>) {
        for attempt in 1..=ATTEMPTS {
            match self.attempt(job.as_mut(), attempt) {
                End::Done(reached) => {
                    self.told.note(&reached);
                    job.answer(Ok(()));
                    // Nobody watching is not an error.
                    reached.into_iter().for_each(|poke| drop(self.pokes.send(poke)));
                    return;
                }
                End::InTheWay(error) if attempt < ATTEMPTS => {
                    metrics::counter!("store_runs_again").increment(1);
                    tracing::debug!(%error, attempt, "transaction runs again");
                    std::thread::sleep(pause(attempt));
                }
                End::InTheWay(error) | End::Broken(error) => {
                    tracing::error!(%error, "transaction failed");
                    return job.answer(Err(error.code()));
                }
            }
        }
    }

    fn attempt(&mut self, job: &mut dyn Job, attempt: u32) -> End {
        let session = match self.session.take().filter(|session| !session.is_lost()) {
            Some(session) => session,
            None => match Session::connect(&self.url) {
                Ok(session) => session,
                Err(error) => return End::InTheWay(error),
            },
        };
        let again = attempt < ATTEMPTS && self.kind == Kind::Write;
        let whole = attempt == 1 && again;
        let end = match session.begin(self.kind.begin()) {
            Ok(()) => perform(&session, self.kind, job, again, whole),
            Err(error) => End::InTheWay(error),
        };
        // A connection that could not leave its transaction is dropped; the next job opens a fresh one.
        if !matches!(end, End::Broken(_)) && !session.is_lost() {
            self.session = Some(session);
        }
        end
    }
}

fn perform(session: &Session, kind: Kind, job: &mut dyn Job, again: bool, whole: bool) -> End {
    let tx = Tx::postgres(session, kind == Kind::Write);
    tx.run_whole(whole);
    let stands = job.run(&tx, again);
    if session.is_lost() {
        let gone = PostgresError::lost();
        return if again { End::InTheWay(gone) } else { End::Broken(gone) };
    }
    if again && (session.must_run_again() || tx.must_run_again()) {
        return match session.rollback() {
            Ok(()) => End::InTheWay(PostgresError::overtaken()),
            Err(error) => End::InTheWay(error),
        };
    }
    if !stands || kind == Kind::Read {
        // What it answers stands, whatever becomes of the connection.
        drop(session.rollback());
        return End::Done(Vec::new());
    }
    match session.commit() {
        Ok(()) => End::Done(tx.take_pokes()),
        Err(error) if again && error.remedy() == Remedy::Again => {
            drop(session.rollback());
            End::InTheWay(error)
        }
        Err(error) => End::Broken(error),
    }
}

/// The second run follows at once; then it grows, and differs from thread to thread, so that two that met do not meet
/// again.
fn pause(attempt: u32) -> Duration {
    let mut random = [0; 1];
    getrandom::fill(&mut random).unwrap_or_default();
    let before = attempt - 1;
    Duration::from_micros(u64::from(random[0]) * 100 * u64::from(before * before))
}
