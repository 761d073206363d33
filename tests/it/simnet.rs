//! Simulated histories. One seed owns everything: several phones with the real engine, the real server, what their people
//! do, what the network does, kills, restores, clones, clock jumps and moves, on virtual time. Then everything calms down
//! and the checker asks both sides what they hold.
//!
//! `PROVE_SCALE=n` runs n times as many histories, `PROVE_FROM=k` begins at seed k, `PROVE_SEED=k` tells one history.

mod actions;
mod controls;
mod history;
mod plan;
mod template;
mod weather;

use std::time::Instant;

use history::{History, Outcome, WORTH_COUNTING};
use plan::Plan;
use template::Template;
use xunge_tests::fuse::Fuse;

/// Histories in a daily run.
const DAILY: u64 = 60;

/// Seeds that once broke a promise. Each has its own reason, told beside it.
const REGRESSIONS: &[(u64, &str)] = &[(11, "rows of a lost history hid the rows of the restored one")];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

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

/// What a person types to see a history again.
fn replay(seed: u64) -> String {
    format!(
        "PROVE_SEED={seed} cargo nextest run --workspace --features field-app/custom-protocol --test it \
         --no-capture simnet::histories"
    )
}

fn hold(template: &Template, seed: u64) -> Outcome {
    let outcome = run(template, &Plan::of(seed));
    let told = outcome.trace.join("\n");
    assert!(
        outcome.breaches.is_empty(),
        "seed {seed} broke {:#?}\n{told}\nsee it again with\n  {}",
        outcome.breaches,
        replay(seed)
    );
    outcome
}

#[test]
fn histories_of_every_kind_keep_every_promise() {
    let template = Template::make();
    if let Some(seed) = number("PROVE_SEED") {
        let outcome = hold(&template, seed);
        println!("{}", outcome.trace.join("\n"));
        return;
    }
    let first = number("PROVE_FROM").unwrap_or(1);
    let count = DAILY * number("PROVE_SCALE").unwrap_or(1);
    let (began, mut sum) = (Instant::now(), Outcome::default());
    for seed in first..first + count {
        sum.add(&hold(&template, seed));
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "simnet: {count} histories, 0 violations, 0 stuck; {:.1} a second; {} requests, {} mutations, {} photo files, \
         {:.0} hours of virtual time",
        f64::from(u32::try_from(count).unwrap()) / seconds,
        sum.requests,
        sum.mutations,
        sum.photos,
        sum.virtual_hours
    );
    for (what, times) in WORTH_COUNTING.iter().zip(sum.happened) {
        println!("  {times:>6} {what}");
        assert!(
            times > 0,
            "{what} never happened: these histories prove nothing about it"
        );
    }
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
    for (seed, why) in REGRESSIONS {
        hold(&template, *seed);
        println!("seed {seed} holds: {why}");
    }
}
