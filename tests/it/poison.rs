//! Bad mutations anywhere in a phone's queue: those a server chokes on and those it does not know. Every other one reaches
//! its verdict by itself, and each bad one is kept and shown.

use std::time::Duration;

use device::view::Word;
use domain::ReportId;
use fastrand::Rng;
use xunge_tests::World;
use xunge_tests::gates::{BlocksAfter, ChokesOn};
use xunge_tests::phone::Phone;
use xunge_tests::record::a_report;
use xunge_tests::rest;
use xunge_tests::server::Gate;

/// Queues in a daily run.
const QUEUES: u64 = 8;
const CHOKES: &str = "毒";
/// Nobody taps anything in this time.
const TIME: Duration = Duration::from_secs(1_200);

/// A queue with one to three bad mutations; true for those that are bad.
fn queue(phone: &Phone, dice: &mut Rng) -> Vec<(ReportId, bool)> {
    let length = dice.usize(3..14);
    let bad: Vec<usize> = (0..dice.usize(1..=3)).map(|_| dice.usize(..length)).collect();
    let mut made = Vec::new();
    for nth in 0..length {
        let is_bad = bad.contains(&nth);
        let chokes = is_bad && dice.bool();
        let report = phone.capture(a_report().saying(if chokes { CHOKES } else { "树" }));
        if is_bad && !chokes {
            let outbox = rest::database(phone.folder(), "outbox.db");
            let unknown = "update mutation set kind = 'report.dance' where entity = ?1";
            assert_eq!(outbox.execute(unknown, [report.to_string()]).unwrap(), 1);
        }
        made.push((report, is_bad));
    }
    made
}

/// Reports that stand elsewhere than they should.
async fn astray(seed: u64, gate: impl Gate + 'static) -> Vec<String> {
    let world = World::seeded(seed);
    let phone = world.worker("li").await;
    phone.offline();
    let made = queue(&phone, &mut Rng::with_seed(seed));
    world.server.stand_before(gate);
    phone.online();
    // Behind, a phone asks least.
    phone.device().set_in_front(false);
    phone.run_for(TIME).await;
    let mut astray = Vec::new();
    for (nth, (report, _)) in made.iter().enumerate().filter(|(_, (_, is_bad))| !is_bad) {
        let word = phone.device().get_report(*report).unwrap().summary.word;
        if word != Word::Delivered {
            astray.push(format!("seed {seed}: number {nth} of {} is {word:?}", made.len()));
        }
    }
    let bad = made.iter().filter(|(_, is_bad)| *is_bad).count();
    let sync = phone.device().get_sync().unwrap();
    if (sync.word, sync.facts_waiting as usize) != (Word::NeedsYou, bad) {
        astray.push(format!(
            "seed {seed}: {bad} are bad, and the phone keeps {}",
            sync.facts_waiting
        ));
    }
    astray
}

#[tokio::test(start_paused = true)]
async fn bad_mutations_anywhere_in_a_queue_block_no_other() {
    let queues = QUEUES * crate::scale();
    let mut found = Vec::new();
    for seed in 1..=queues {
        found.extend(astray(seed, ChokesOn(CHOKES)).await);
    }
    let mut control = 0;
    for seed in 1..=2 {
        control += astray(seed, BlocksAfter::meeting(CHOKES)).await.len();
    }
    let word = if control > 0 { "caught" } else { "missed" };
    println!(
        "PROVE P5 poisoned_queues runs={queues} violations={} control={word}",
        found.len()
    );
    assert_eq!(found, [""; 0]);
    assert!(control > 0, "a queue that one bad mutation blocks goes unnoticed");
}
