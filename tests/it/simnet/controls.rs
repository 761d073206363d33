//! Known-bad servers. The same histories and the same checker must catch each of them.

use xunge_tests::fuse::Fuse;
use xunge_tests::gates::{ForgetsWhatItHas, HidesRestore, KeepsScope, KnowsNumbersOnly, SaysStored, SkipsRows};
use xunge_tests::server::Gate;

use super::history::History;
use super::plan::{Act, Plan};
use super::template::Template;

/// A control must be caught within so many histories.
const TRIES: u64 = 12;

/// The first seed at which a bad server is caught, and what was said of it.
fn caught<G: Gate + 'static>(often: &[Act], gate: impl Fn() -> G) -> Option<(u64, Vec<String>)> {
    Fuse::keep_quiet();
    let template = Template::make();
    (1..=TRIES).find_map(|seed| {
        let mut plan = Plan::of(seed).with(often);
        plan.rates.lost_back = plan.rates.lost_back.max(100);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let outcome = runtime.block_on(async { History::begin(&template, &plan).with_gate(gate()).play().await });
        (!outcome.breaches.is_empty()).then_some((seed, outcome.breaches))
    })
}

/// How a bad server is caught; the breach that gives it away says `words`.
fn how_caught<G: Gate + 'static>(often: &[Act], gate: impl Fn() -> G, words: &str) -> String {
    let (seed, breaches) = caught(often, gate).expect("a known-bad server went unnoticed");
    assert!(breaches.iter().any(|breach| breach.contains(words)), "{breaches:#?}");
    format!("control caught at seed {seed}: {}", breaches[0])
}

#[test]
fn a_server_without_idempotency_is_caught() {
    println!("{}", how_caught(&[], ForgetsWhatItHas::default, "nobody made it"));
}

#[test]
fn a_server_that_knows_numbers_only_is_caught() {
    let often = [Act::ClonePhone, Act::CopyPhone, Act::RestorePhone, Act::Capture];
    println!(
        "{}",
        how_caught(&often, KnowsNumbersOnly::default, "is not on the server",)
    );
}

#[test]
fn a_server_that_hides_a_restore_is_caught() {
    let often = [Act::BackUpServer, Act::RestoreServer, Act::Capture];
    println!("{}", how_caught(&often, HidesRestore::default, "is not on the server"));
}

#[test]
fn a_server_that_skips_rows_is_caught() {
    println!(
        "{}",
        how_caught(&[Act::Capture], SkipsRows::default, "is not on the phone",)
    );
}

#[test]
fn a_server_that_takes_no_scope_back_is_caught() {
    println!(
        "{}",
        how_caught(&[Act::MoveWorker], KeepsScope::default, "not the phone's to see",)
    );
}

#[test]
fn a_server_that_thanks_for_photos_it_throws_away_is_caught() {
    println!(
        "{}",
        how_caught(&[Act::Capture], SaysStored::default, "is not on the server as it was",)
    );
}
