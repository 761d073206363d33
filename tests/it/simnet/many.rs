//! Many histories, on every processor, and what they come to for each promise.

use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::history::{Outcome, WORTH_COUNTING};
use super::plan::Plan;
use super::template::Template;
use super::{run, told};

/// So many histories that break a promise are told; then the rest is not run any more.
const ENOUGH: usize = 3;

/// What a history says about each promise: its number, the name of the row, and what must have happened in it; nothing
/// where every history counts.
const PROMISES: [(u8, &str, &[&str]); 15] = [
    (1, "histories_with_kills", &["KillPhone", "the power goes"]),
    (2, "histories", &[]),
    (3, "histories", &[]),
    (
        5,
        "histories_with_server_faults",
        &["cannot carry it out", "fails on every push"],
    ),
    (6, "histories", &[]),
    (7, "histories_with_a_restored_server", &["the server is set back"]),
    (
        8,
        "histories_with_cloned_or_restored_phones",
        &["the phone is set back", "a second phone"],
    ),
    (9, "histories_with_photos", &["blobs/"]),
    (10, "histories_with_household_edits", &["edits a household"]),
    (11, "histories_with_moves", &["works in another grid"]),
    (11, "histories_with_changes_of_hands", &["'s now"]),
    (11, "histories_with_revoked_phones", &["the office revokes it"]),
    (12, "histories_with_full_phones", &["says that it is full"]),
    (12, "histories_with_a_full_server", &["ServerFills"]),
    (13, "histories_with_clock_jumps", &["clock is wrong"]),
];

/// What they come to.
#[derive(Default)]
pub(super) struct Many {
    histories: u64,
    sum: Outcome,
    /// For each of [`PROMISES`]: histories that bear on it, and those of them that broke something.
    about: [(u64, u64); PROMISES.len()],
    /// Each with its trace.
    pub(super) broken: Vec<String>,
    took: Duration,
}

impl Many {
    /// Runs a history for each seed.
    pub(super) fn run(template: &Template, seeds: Range<u64>) -> Self {
        let began = Instant::now();
        let (next, all) = (AtomicU64::new(seeds.start), Mutex::new(Self::default()));
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while all.lock().unwrap().broken.len() < ENOUGH {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if !seeds.contains(&seed) {
                            break;
                        }
                        let outcome = outcome_of(template, seed);
                        all.lock().unwrap().add(seed, &outcome);
                    }
                });
            }
        });
        let mut all = all.into_inner().unwrap();
        all.took = began.elapsed();
        all
    }

    fn add(&mut self, seed: u64, outcome: &Outcome) {
        self.histories += 1;
        self.sum.add(outcome);
        let broke = !outcome.breaches.is_empty();
        for ((runs, violations), (_, _, words)) in self.about.iter_mut().zip(&PROMISES) {
            let bears = |word: &&str| outcome.trace.iter().any(|line| line.contains(word));
            if words.is_empty() || words.iter().any(bears) {
                *runs += 1;
                *violations += u64::from(broke);
            }
        }
        if broke {
            self.broken.push(told(seed, outcome));
        }
    }

    /// Kinds of misfortune that no history met.
    pub(super) fn never_happened(&self) -> Vec<&'static str> {
        let counted = WORTH_COUNTING.iter().zip(&self.sum.happened);
        counted
            .filter(|(_, times)| **times == 0)
            .map(|(what, _)| *what)
            .collect()
    }
}

/// A panic is a breach like any other: its seed is told, and the histories beside it go on.
fn outcome_of(template: &Template, seed: u64) -> Outcome {
    let played = catch_unwind(AssertUnwindSafe(|| run(template, &Plan::of(seed))));
    played.unwrap_or_else(|_printed| Outcome {
        breaches: vec!["it panicked, as printed above".to_owned()],
        ..Outcome::default()
    })
}

impl fmt::Display for Many {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((runs, violations), (promise, name, _)) in self.about.iter().zip(&PROMISES) {
            writeln!(f, "PROVE P{promise} {name} runs={runs} violations={violations}")?;
        }
        let per_second = self.histories as f64 / self.took.as_secs_f64();
        writeln!(
            f,
            "{} histories, {} of them broke a promise; {per_second:.1} a second; {} requests, {} mutations, {} photo files, \
             {:.0} hours of virtual time",
            self.histories,
            self.broken.len(),
            self.sum.requests,
            self.sum.mutations,
            self.sum.photos,
            self.sum.virtual_hours
        )?;
        for (what, times) in WORTH_COUNTING.iter().zip(&self.sum.happened) {
            writeln!(f, "  {times:>6} {what}")?;
        }
        Ok(())
    }
}
