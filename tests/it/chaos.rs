//! Phones and a server process with a bad network between them: connections stall, are reset, half closed or cut at any
//! byte, photo bytes flip, others answer in the server's place. Then the network calms down, and nobody taps anything.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use xunge_tests::crew::Crew;
use xunge_tests::ground::Engine;
use xunge_tests::phone::Phone;
use xunge_tests::picture;
use xunge_tests::proxy::{Chaos, Proxy};
use xunge_tests::real::RealStreet;
use xunge_tests::record::a_report;
use xunge_tests::street;

const PHONES: usize = 6;
/// Bad weather in a daily run, in seconds.
const SECONDS: u64 = 6;

fn capture(phone: &Phone, nth: u64) {
    let mut report = a_report().saying(&format!("第 {nth} 条"));
    report = report.with_photo(picture::small(20_000 + nth));
    if nth.is_multiple_of(3) {
        report = report.with_photo(picture::large(nth));
    }
    phone.capture(report);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_a_network_does_everything_arrives_whole_and_by_itself() {
    let street = RealStreet::new(Engine::Sqlite, PHONES);
    let server = street.serve();
    let proxy = Proxy::start().await;
    proxy.lead_to([server.address]);
    let crew = Crew::enrol(&street, &street::workers(PHONES), &proxy.url()).await;
    proxy.storm(crate::number("PROVE_SEED").unwrap_or(1));
    let mut captured = 0;
    for _second in 0..SECONDS * crate::scale() {
        for phone in crew.phones() {
            capture(phone, captured);
            captured += 1;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    proxy.calm_down();
    let stuck = crew.settle(Duration::from_secs(120)).await;
    drop(server);
    let breaches = crew.end(&street);
    let files: u64 = crew.phones().iter().map(|phone| phone.photo_files()).sum();

    let control = without_a_byte(&street, &crew);
    println!("PROVE P2 chaos_proxy runs={captured} violations={}", breaches.len());
    println!("PROVE P6 chaos_proxy runs={captured} violations={}", stuck.len());
    println!(
        "PROVE P9 chaos_proxy runs={files} violations={} control={control}",
        breaches.len()
    );
    for (kind, times) in proxy.struck() {
        println!("  {times:>6} {kind}");
    }
    assert_eq!((breaches, stuck), (Vec::new(), Vec::new()));
    assert_eq!(control, "caught", "a server whose disk changes one byte goes unnoticed");
    for kind in Chaos::KINDS {
        assert!(proxy.struck().contains_key(kind), "{kind} never happened");
    }
}

/// The control: one byte of one photo is another one on the server's disk.
fn without_a_byte(street: &RealStreet, crew: &Crew) -> &'static str {
    let photo = first_file(&street.photos());
    let mut bytes = fs::read(&photo).unwrap();
    bytes[100] ^= 1;
    fs::write(&photo, bytes).unwrap();
    let breaches = crew.end(street);
    let caught = breaches.len() == 1 && breaches[0].contains("is not on the server as it was");
    if caught { "caught" } else { "missed" }
}

fn first_file(folder: &Path) -> PathBuf {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    let inside = entries
        .iter()
        .filter(|path| path.is_dir())
        .map(|path| first_file(path))
        .next();
    inside.unwrap_or_else(|| entries.into_iter().find(|path| path.is_file()).unwrap())
}
