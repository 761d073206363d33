//! What the phone called saved survives a power cut at any call of the disk, and a full disk loses nothing.
//!
//! One simulated disk lies under SQLite and under the photo files, and counts their calls together, so the power is cut
//! between any two of them, torn writes included. `PROVE_SCALE=n` cuts n times as often.

mod capture;
mod check;
mod moving;

use std::sync::Arc;

use capture::{Said, capture};
use check::breaches;
use domain::ErrorCode;
use xunge_tests::World;
use xunge_tests::crash::{Disk, Lie, phone};

use crate::scale;

/// Cuts at each call of a save in a daily run; each leaves something else of what was not synced.
const EACH: u64 = 3;
/// Days of several captures, each cut at a random call, in a daily run.
const DAYS: u64 = 150;

/// The disk of an enrolled phone that has pulled its street.
fn enrolled() -> Disk {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let world = World::new();
        let mut li = world.worker("li").await;
        li.kill();
        Disk::of_folder(li.folder())
    })
}

/// Captures on a copy of the disk, cuts the power at a call, and looks at what is left.
fn cut(base: &Disk, lie: Option<Lie>, call: u64, seed: u64) -> Vec<String> {
    let disk = Arc::new(base.fork());
    if let Some(lie) = lie {
        disk.lie(lie);
    }
    disk.cut_at(call);
    let mut said = Said::default();
    if let Ok(device) = phone::open(&disk, 1) {
        // The failure is the cut; what counts is what had been said before.
        drop(capture(&device, &mut said, seed));
    }
    assert!(disk.is_off(), "call {call} was never reached");
    breaches(&disk.after_the_cut(seed), &[said])
        .into_iter()
        .map(|breach| format!("call {call}, seed {seed}: {breach}"))
        .collect()
}

/// Calls of opening the app and saving one report with a photo.
fn calls(base: &Disk) -> u64 {
    let disk = Arc::new(base.fork());
    let device = phone::open(&disk, 1).unwrap();
    capture(&device, &mut Said::default(), 0).unwrap();
    disk.calls()
}

fn every_call(base: &Disk, lie: Option<Lie>, each: u64) -> (u64, Vec<String>) {
    let last = calls(base);
    let mut found = Vec::new();
    for call in 1..=last {
        for seed in 0..each {
            found.extend(cut(base, lie, call, call * 1_000 + seed));
        }
    }
    (last * each, found)
}

#[test]
fn a_power_cut_at_any_call_of_a_save_loses_nothing_that_was_called_saved() {
    let base = enrolled();
    let (runs, found) = every_call(&base, None, EACH * scale());
    let controls = [Lie::LogNotSynced, Lie::PhotosNotSynced].map(|lie| every_call(&base, Some(lie), EACH).1.len());
    println!(
        "PROVE P1 power_cut_at_every_call runs={runs} violations={} control={}",
        found.len(),
        caught(&controls)
    );
    println!(
        "the log not synced: {} breaches; photos not synced: {}",
        controls[0], controls[1]
    );
    assert!(found.is_empty(), "{found:#?}");
    assert!(
        controls.iter().all(|count| *count > 0),
        "a disk that lies must be caught: {controls:?}"
    );
}

#[test]
fn a_day_of_captures_with_the_power_going_at_random_loses_nothing() {
    let base = enrolled();
    let most = calls(&base) * 4;
    let mut found = Vec::new();
    let runs = DAYS * scale();
    for seed in 0..runs {
        let mut disk = base.fork();
        let mut said = Vec::new();
        for life in 1..=3 {
            let running = Arc::new(disk);
            running.cut_at(1 + (seed * 7_919 + life * 104_729) % most);
            if let Ok(device) = phone::open(&running, life) {
                for n in 0..4 {
                    let mut one = Said::default();
                    let done = capture(&device, &mut one, seed * 100 + life * 10 + n);
                    said.push(one);
                    if done.is_err() {
                        break;
                    }
                }
            }
            disk = running.after_the_cut(seed * 31 + life);
        }
        found.extend(
            breaches(&disk, &said)
                .into_iter()
                .map(|breach| format!("seed {seed}: {breach}")),
        );
    }
    println!(
        "PROVE P1 power_cut_under_load runs={} violations={}",
        runs * 3,
        found.len()
    );
    assert!(found.is_empty(), "{found:#?}");
}

/// What is wrong after a disk was full from this call on and then had space again; true when the phone had felt it.
fn full_from(base: &Disk, lie: Option<Lie>, call: u64) -> (Vec<String>, bool) {
    let disk = Arc::new(base.fork());
    if let Some(lie) = lie {
        disk.lie(lie);
    }
    disk.full_at(call);
    let (mut said, mut found) = (Said::default(), Vec::new());
    let opened = phone::open(&disk, 1).or_else(|error| {
        // SQLite says only that it cannot make its log, not that the disk is full.
        let known = [ErrorCode::PhoneFull, ErrorCode::PhoneWrite].contains(&error.code);
        found.extend((!known).then(|| format!("opening says {error:?}")));
        disk.full_at(0);
        phone::open(&disk, 1)
    });
    let Ok(device) = opened else {
        return (vec!["the app does not start any more".to_owned()], false);
    };
    let refused = capture(&device, &mut said, call);
    if let Err(error) = &refused {
        found.extend((error.code != ErrorCode::PhoneFull).then(|| format!("{error:?}")));
    }
    disk.full_at(0);
    // The same app, not started again, goes on.
    let mut again = Said::default();
    if let Err(error) = capture(&device, &mut again, call + 50_000) {
        found.push(format!("with space again, {error:?}"));
    }
    drop(device);
    found.extend(breaches(&disk.after_the_cut(call), &[said, again]));
    (found, refused.is_err())
}

#[test]
fn a_disk_that_fills_up_at_any_call_is_said_and_work_goes_on_when_there_is_space() {
    let base = enrolled();
    let last = calls(&base);
    let (mut found, mut refused) = (Vec::new(), 0);
    for call in 1..=last {
        let (wrong, felt) = full_from(&base, None, call);
        found.extend(wrong.into_iter().map(|what| format!("call {call}: {what}")));
        refused += u64::from(felt);
    }
    let silent = (1..=last).any(|call| !full_from(&base, Some(Lie::FullUnsaid), call).0.is_empty());
    println!(
        "PROVE P12 phone_full_at_every_call runs={last} violations={} refused={refused} control={}",
        found.len(),
        caught(&[usize::from(silent)])
    );
    assert!(found.is_empty(), "{found:#?}");
    assert!(refused > 0, "a full disk must be felt");
    assert!(silent, "a full disk that says nothing must be caught");
}

fn caught(controls: &[usize]) -> &'static str {
    if controls.iter().all(|count| *count > 0) {
        "caught"
    } else {
        "missed"
    }
}
