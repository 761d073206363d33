//! A phone whose disk is not encrypted yet becomes one whose disk is, with the power cut at every call of it.

use std::sync::Arc;

use device::view::LockStanding;
use domain::protocol::ErrorCode;
use xunge_tests::World;
use xunge_tests::crash::{Disk, Lie, phone};

use super::capture::{Said, capture};
use super::check::broken;
use super::{caught, scale};

const PIN: &str = "260411";
/// What is searched for on the disk.
const WORDS: &[u8] = "第 7 条".as_bytes();

/// The disk of an enrolled phone of before: it has pulled its street, and holds a report and a draft with photos.
fn bare() -> (Disk, Vec<Said>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let disk = runtime.block_on(async {
        let world = World::new();
        let mut li = world.bare_worker("li").await;
        li.kill();
        Disk::of_folder(li.folder())
    });
    let disk = Arc::new(disk);
    let mut said = vec![Said::default(), Said::default()];
    {
        let device = phone::open_with(&disk, 1, None).unwrap();
        for (one, number) in said.iter_mut().zip([7, 8]) {
            capture(&device, one, number).unwrap();
        }
    }
    assert!(shows(&disk, WORDS), "the control: in the clear, the words are found");
    (disk.fork(), said)
}

fn shows(disk: &Disk, bytes: &[u8]) -> bool {
    disk.contents()
        .any(|file| file.windows(bytes.len()).any(|window| window == bytes))
}

/// Chooses a PIN, with the power going at this call, and looks at what is left.
fn cut(base: &Disk, said: &[Said], lie: Option<Lie>, call: u64, seed: u64) -> Vec<String> {
    let disk = Arc::new(base.fork());
    if let Some(lie) = lie {
        disk.lie(lie);
    }
    disk.cut_at(call);
    drop(phone::start(&disk, 2).set_pin(PIN));
    assert!(disk.is_off(), "call {call} was never reached");
    breaches(disk.after_the_cut(seed), said)
        .into_iter()
        .map(|breach| format!("call {call}, seed {seed}: {breach}"))
        .collect()
}

/// Starts again, with whatever the lock asks for, and compares with what was there before.
fn breaches(disk: Disk, said: &[Said]) -> Vec<String> {
    let disk = Arc::new(disk);
    let lock = phone::start(&disk, 3);
    let entered = match lock.view().standing {
        LockStanding::PinDue => lock.set_pin(PIN),
        LockStanding::Locked => lock.unlock(PIN),
        LockStanding::Open => return vec!["the phone is nobody's any more".to_owned()],
    };
    if let Err(error) = entered {
        return vec![format!("the PIN does not open it: {error:?}")];
    }
    let device = lock.device().unwrap();
    let mut found: Vec<String> = said.iter().flat_map(|one| broken(&device, one)).collect();
    let grids = device.get_map().map_or(0, |map| map.grids.len());
    found.extend((grids == 0).then(|| "the rows of the server are gone".to_owned()));
    drop(device);
    drop(lock);
    found.extend(shows(&disk, WORDS).then(|| "something lies in the clear".to_owned()));
    found
}

#[test]
fn a_power_cut_at_any_call_of_encrypting_a_phone_loses_nothing() {
    let (base, said) = bare();
    let last = {
        let disk = Arc::new(base.fork());
        phone::start(&disk, 2).set_pin(PIN).unwrap();
        assert!(!shows(&disk, WORDS));
        disk.calls()
    };
    let every = |lie: Option<Lie>, each: u64| -> Vec<String> {
        (1..=last)
            .flat_map(|call| (0..each).map(move |seed| (call, call * 1_000 + seed)))
            .flat_map(|(call, seed)| cut(&base, &said, lie, call, seed))
            .collect()
    };
    let each = scale();
    let found = every(None, each);
    let controls = [Lie::CopiesNotSynced, Lie::PhotosNotSynced].map(|lie| every(Some(lie), 1).len());
    println!(
        "PROVE P1 power_cut_while_encrypting runs={} violations={} control={}",
        last * each,
        found.len(),
        caught(&controls)
    );
    println!(
        "copies not synced: {} breaches; photos not synced: {}",
        controls[0], controls[1]
    );
    assert!(found.is_empty(), "{found:#?}");
    assert!(
        controls.iter().all(|count| *count > 0),
        "a disk that lies must be caught: {controls:?}"
    );
}

#[test]
fn a_disk_that_fills_up_while_a_phone_is_encrypted_loses_nothing() {
    let (base, said) = bare();
    let last = {
        let disk = Arc::new(base.fork());
        phone::start(&disk, 2).set_pin(PIN).unwrap();
        disk.calls()
    };
    let mut found = Vec::new();
    let mut refused = 0;
    for call in 1..=last {
        let disk = Arc::new(base.fork());
        disk.full_at(call);
        let lock = phone::start(&disk, 2);
        if let Err(error) = lock.set_pin(PIN) {
            refused += 1;
            let known = [ErrorCode::PhoneFull, ErrorCode::PhoneWrite].contains(&error.code);
            found.extend((!known).then(|| format!("call {call}: {error:?}")));
        }
        drop(lock);
        disk.full_at(0);
        let left = breaches(disk.after_the_cut(call), &said);
        found.extend(left.into_iter().map(|what| format!("call {call}: {what}")));
    }
    println!(
        "PROVE P12 phone_full_while_encrypting runs={last} violations={} refused={refused}",
        found.len()
    );
    assert!(found.is_empty(), "{found:#?}");
    assert!(refused > 0, "a full disk must be felt");
}
