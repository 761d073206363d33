//! Known-bad servers and phones. The same histories and the same checker must catch each of them.

use xunge_tests::fuse::Fuse;
use xunge_tests::gates::{
    ForgetsWhatItHas, HidesRestore, Ignores, IgnoresFormer, KeepsScope, KnowsNumbersOnly, RefusesWrongClocks,
    SaysStored, SkipsRows, ThanksWhenFull, WipesAtOnce,
};
use xunge_tests::server::Gate;

use super::history::History;
use super::plan::{Act, Plan};
use super::template::Template;

/// A control must be caught within so many histories.
const TRIES: u64 = 12;

/// The first seed at which something bad is caught, and what was said of it.
fn caught(often: &[Act], spoil: impl Fn(History) -> History) -> Option<(u64, Vec<String>)> {
    Fuse::keep_quiet();
    let template = Template::make();
    (1..=TRIES).find_map(|seed| {
        // What happens by chance besides must not hide what is bad.
        let mut plan = Plan::with_copies(seed).with(often);
        plan.rates.lost_back = plan.rates.lost_back.max(100);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let outcome = runtime.block_on(async { spoil(History::begin(&template, &plan)).play().await });
        (!outcome.breaches.is_empty()).then_some((seed, outcome.breaches))
    })
}

/// What is bad must be caught; the breach that gives it away says `words`. `row` is the promise that it breaks, and the
/// name of its row.
fn control<G: Gate + 'static>(row: &str, often: &[Act], gate: impl Fn() -> G, words: &str) {
    control_of(row, often, |history| history.with_gate(gate()), words);
}

fn control_of(row: &str, often: &[Act], spoil: impl Fn(History) -> History, words: &str) {
    let found = caught(often, spoil);
    let word = if found.is_some() { "caught" } else { "missed" };
    println!("PROVE {row} control={word}");
    let (seed, breaches) = found.expect("what is known to be bad went unnoticed");
    assert!(breaches.iter().any(|breach| breach.contains(words)), "{breaches:#?}");
    println!("caught at seed {seed}: {}", breaches[0]);
}

#[test]
fn a_phone_that_says_too_early_that_a_report_is_saved_is_caught() {
    control_of(
        "P1 histories_with_kills",
        &[Act::Capture, Act::KillPhone],
        History::with_hasty_phones,
        "was said to be saved",
    );
}

#[test]
fn a_restore_from_an_older_copy_than_the_one_that_counted_is_caught() {
    control_of(
        "P7 histories_with_a_restored_server",
        &[Act::Capture, Act::BackUpServer, Act::NightFalls, Act::RestoreServer],
        History::with_any_back_up,
        "was saved and never answered",
    );
}

#[test]
fn a_server_without_idempotency_is_caught() {
    control("P2 histories", &[], ForgetsWhatItHas::default, "nobody made it");
}

#[test]
fn a_server_that_skips_rows_is_caught() {
    control(
        "P3 histories",
        &[Act::Capture],
        SkipsRows::default,
        "is not on the phone",
    );
}

#[test]
fn a_server_that_never_answers_some_of_the_work_is_caught() {
    control(
        "P6 histories",
        &[Act::Capture],
        Ignores::default,
        "has no verdict on its phone",
    );
}

#[test]
fn a_server_that_hides_a_restore_is_caught() {
    control(
        "P7 histories_with_a_restored_server",
        &[Act::BackUpServer, Act::RestoreServer, Act::Capture],
        HidesRestore::default,
        "is not on the server",
    );
}

#[test]
fn a_server_that_knows_numbers_only_is_caught() {
    control(
        "P8 histories_with_cloned_or_restored_phones",
        &[Act::ClonePhone, Act::CopyPhone, Act::RestorePhone, Act::Capture],
        KnowsNumbersOnly::default,
        "is not on the server",
    );
}

#[test]
fn a_server_that_thanks_for_photos_it_throws_away_is_caught() {
    control(
        "P9 histories_with_photos",
        &[Act::Capture],
        SaysStored::default,
        "is not on the server as it was",
    );
}

#[test]
fn a_server_that_takes_no_scope_back_is_caught() {
    control(
        "P11 histories_with_moves",
        &[Act::MoveWorker],
        KeepsScope::default,
        "not the phone's to see",
    );
}

#[test]
fn a_server_that_wants_the_phones_clock_to_be_right_is_caught() {
    control(
        "P13 histories_with_clock_jumps",
        &[Act::ClockJumps, Act::Capture],
        RefusesWrongClocks::default,
        "has no verdict on its phone",
    );
}

#[test]
fn a_server_that_stays_stuck_on_what_it_failed_on_once_is_caught() {
    control_of(
        "P5 histories_with_server_faults",
        &[Act::ServerFaults, Act::Capture],
        History::with_faults_for_good,
        "has no verdict on its phone",
    );
}

#[test]
fn a_server_that_does_not_take_what_a_former_worker_left_is_caught() {
    control(
        "P11 histories_with_changes_of_hands",
        &[Act::ChangeHands, Act::Capture],
        IgnoresFormer::default,
        "has no verdict on its phone",
    );
}

#[test]
fn a_server_that_has_phones_wiped_before_they_sent_all_is_caught() {
    control(
        "P11 histories_with_revoked_phones",
        &[Act::Revoke, Act::Capture, Act::NetworkChanges],
        WipesAtOnce::default,
        "was removed from its phone before it was sent",
    );
}

#[test]
fn a_server_that_forgets_what_gave_way_is_caught() {
    control_of(
        "P10 histories_with_household_edits",
        &[Act::EditHousehold, Act::JoinColleague, Act::NetworkChanges],
        |history| {
            history.server.keep_newest_values_only();
            history
        },
        "cannot be found",
    );
}

#[test]
fn a_server_that_lets_the_clock_decide_numbers_is_caught() {
    control_of(
        "P10 histories_with_household_edits",
        &[Act::EditHousehold, Act::JoinColleague, Act::NetworkChanges],
        |history| {
            history.server.ask_nobody();
            history
        },
        "nobody is asked",
    );
}

#[test]
fn a_phone_that_says_too_early_that_a_report_is_saved_is_caught_when_it_is_full() {
    control_of(
        "P12 histories_with_full_phones",
        &[Act::Capture, Act::PhoneFills],
        History::with_hasty_phones,
        "was said to be saved",
    );
}

#[test]
fn a_server_that_thanks_for_what_it_has_no_room_for_is_caught() {
    control(
        "P12 histories_with_a_full_server",
        &[Act::Capture, Act::ServerFills, Act::ServerHasRoom],
        ThanksWhenFull::default,
        "is not on the server",
    );
}
