//! Simulated histories. One seed owns everything: several phones with the real engine, the real server, what their people
//! do, what the network does, kills, restores, clones, clock jumps and moves, on virtual time. Then everything calms down
//! and the checker asks both sides what they hold.
//!
//! `PROVE_SCALE=n` runs n times as many histories, `PROVE_FROM=k` begins at seed k, `PROVE_SEED=k` tells one history.

mod actions;
mod carried;
mod controls;
mod faults;
mod history;
mod homes;
mod many;
mod people;
mod plan;
mod room;
mod template;
mod weather;

use history::{History, Outcome};
use many::Many;
use plan::Plan;
use template::Template;
use xunge_tests::fuse::Fuse;

use crate::{number, scale};

/// Histories in a daily run.
const DAILY: u64 = 90;

/// What a seed decides.
type PlanOf = fn(u64) -> Plan;

/// Seeds that once broke a promise, with the plan of then. Each has its own reason, told beside it. A seed is another history
/// once there are more acts, so what is found is kept as a story beside it, as in `leaving_phones` and `trouble`.
const REGRESSIONS: &[(PlanOf, u64, &str)] = &[
    (
        Plan::at_first,
        11,
        "rows of a lost history hid the rows of the restored one",
    ),
    (
        Plan::at_first,
        1_787,
        "a restored server had forgotten a fork, and its phone was stuck",
    ),
    (
        Plan::at_first,
        3_142,
        "a restored server had forgotten a fork, and its phone was stuck",
    ),
    (
        Plan::of,
        300_024_078,
        "the twin of a lost phone removed what nobody had ordered it to",
    ),
    (
        Plan::of,
        500_001_428,
        "a phone that was signed out of removed what a restore had lost",
    ),
    (
        Plan::of,
        800_028_413,
        "a worker who got the phone back was shown nothing: an old pull was taken for an answer",
    ),
];

/// Runs one history to its end.
fn run(template: &Template, plan: &Plan) -> Outcome {
    Fuse::keep_quiet();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async { History::begin(template, plan).play().await })
}

/// Everything about a history that broke a promise, and what a person types to see it again.
fn told(seed: u64, outcome: &Outcome) -> String {
    format!(
        "seed {seed} broke {:#?}\n{}\nsee it again with\n  PROVE_SEED={seed} cargo xtask prove simnet",
        outcome.breaches,
        outcome.trace.join("\n")
    )
}

fn hold(template: &Template, plan: &Plan) -> Outcome {
    let outcome = run(template, plan);
    assert!(outcome.breaches.is_empty(), "{}", told(plan.seed, &outcome));
    outcome
}

#[test]
fn histories_of_every_kind_keep_every_promise() {
    let template = Template::make();
    if let Some(seed) = number("PROVE_SEED") {
        let outcome = hold(&template, &Plan::of(seed));
        println!("{}", outcome.trace.join("\n"));
        return;
    }
    let first = number("PROVE_FROM").unwrap_or(1);
    let seeds = first..first + DAILY * scale();
    let many = Many::run(&template, seeds);
    println!("{many}");
    assert!(many.broken.is_empty(), "{}", many.broken.join("\n\n"));
    assert_eq!(
        many.never_happened(),
        [""; 0],
        "these histories prove nothing about what never happened"
    );
}

#[test]
fn a_seed_is_one_history() {
    let template = Template::make();
    for seed in [3, 14, 15] {
        let (first, again) = (run(&template, &Plan::of(seed)), run(&template, &Plan::of(seed)));
        assert_eq!(first.trace, again.trace, "seed {seed}");
    }
}

#[test]
fn what_once_went_wrong_stays_mended() {
    let template = Template::make();
    for (plan, seed, why) in REGRESSIONS {
        hold(&template, &plan(*seed));
        println!("seed {seed} holds: {why}");
    }
}
