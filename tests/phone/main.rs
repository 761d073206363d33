//! A phone as a program of its own, which a test kills: it enrols, captures without end, says what it called saved, and
//! syncs meanwhile. What it says is one line each: `enrolled`, `saved <report>`, `done`.

#![expect(clippy::unwrap_used, reason = "a phone of a test stops at the first surprise")]
#![expect(clippy::print_stdout, reason = "what it called saved is its output")]

use std::sync::Arc;
use std::time::Duration;

use xunge_tests::clock::WorldClock;
use xunge_tests::phone::Phone;
use xunge_tests::picture;
use xunge_tests::record::{AReport, a_report};
use xunge_tests::way::Way;

/// What the test asks of this life of the phone.
struct Life {
    folder: String,
    address: String,
    worker: String,
    code: String,
    number: u64,
    /// How it ends: `captures` until it is killed, `early` says "saved" before it is true, `finishes` sends all and ends.
    manner: String,
    /// The power goes at this call to disk or clock; 0 for never.
    fuse: u32,
}

impl Life {
    fn from_arguments() -> Self {
        let mut arguments = std::env::args().skip(1);
        let mut next = || arguments.next().expect("seven arguments");
        Self {
            folder: next(),
            address: next(),
            worker: next(),
            code: next(),
            number: next().parse().unwrap(),
            manner: next(),
            fuse: next().parse().unwrap(),
        }
    }
}

#[tokio::main]
async fn main() {
    let life = Life::from_arguments();
    let clock = WorldClock::of_machine();
    let way = Way::to(life.address.clone());
    let phone = Phone::on_way(
        &life.worker,
        life.folder.clone().into(),
        way,
        clock,
        clock.now_ms().unsigned_abs(),
    );
    if !phone.is_enrolled() {
        phone.enrol(&life.code).await;
        println!("enrolled");
    }
    phone.device().set_in_front(true);
    let device = Arc::clone(phone.device());
    tokio::spawn(async move { device.run().await });
    while phone.buckets().len() < 5 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    if life.manner == "finishes" {
        while !phone.has_sent_all() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(phone.hear().await, "the server answers");
        println!("done");
        return;
    }
    if life.fuse > 0 {
        phone.fuse.kill_after(life.fuse);
    }
    for nth in 0.. {
        capture(&phone, &life, life.number * 1_000 + nth);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn capture(phone: &Phone, life: &Life, nth: u64) {
    let early = life.manner == "early";
    let draft = phone.draft(report(nth)).unwrap();
    if early {
        println!("saved {draft}");
        std::thread::sleep(Duration::from_millis(40));
    }
    let saved = phone.save_draft(&draft).unwrap();
    if !early {
        println!("saved {saved}");
    }
}

fn report(nth: u64) -> AReport {
    let report = a_report().saying(&format!("第 {nth} 条"));
    if nth.is_multiple_of(2) {
        report.with_photo(picture::small(40_000 + nth))
    } else {
        report
    }
}
