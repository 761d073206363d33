//! Many phones at work for a while, two server processes on one PostgreSQL behind a proxy that takes them in turn, and one
//! of the two killed every few seconds: nothing lost, nothing doubled, no phone stuck. Every phone is the real device on
//! its real transport. `PROVE_SCALE=20` and more is two hundred phones for two minutes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use xunge_tests::crew::Crew;
use xunge_tests::ground::Engine;
use xunge_tests::phone::Phone;
use xunge_tests::picture;
use xunge_tests::proxy::Proxy;
use xunge_tests::real::RealStreet;
use xunge_tests::record::a_report;
use xunge_tests::street;

/// In a daily run, and at most.
const PHONES: (u64, u64) = (12, 200);
const SECONDS: (u64, u64) = (10, 120);
const KILL_EVERY: Duration = Duration::from_millis(2_500);

/// A worker who finds something every few seconds, with a photo every fifth time.
async fn patrol(phone: Arc<Phone>, over: Arc<AtomicBool>, captured: Arc<AtomicU64>) {
    let mut dice = fastrand::Rng::with_seed(street::place(&phone.worker) as u64);
    while !over.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(dice.u64(500..6_000))).await;
        let nth = captured.fetch_add(1, Ordering::Relaxed);
        let mut report = a_report().saying(&format!("第 {nth} 条"));
        if nth.is_multiple_of(5) {
            report = report.with_photo(picture::small(30_000 + nth));
        }
        phone.capture(report);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fleet_loses_nothing_while_one_of_two_servers_is_killed_every_few_seconds() {
    let phones = usize::try_from((PHONES.0 * crate::scale()).min(PHONES.1)).unwrap();
    let seconds = Duration::from_secs((SECONDS.0 * crate::scale()).min(SECONDS.1));
    let street = RealStreet::new(Engine::Postgres, phones);
    let mut servers = [street.serve(), street.serve()];
    let proxy = Proxy::start().await;
    proxy.lead_to(servers.iter().map(|server| server.address));
    let crew = Crew::enrol(&street, &street::workers(phones), &proxy.url()).await;
    let (over, captured) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
    let patrols: Vec<_> = crew
        .phones()
        .iter()
        .map(|phone| tokio::spawn(patrol(Arc::clone(phone), Arc::clone(&over), Arc::clone(&captured))))
        .collect();
    let began = tokio::time::Instant::now();
    let mut kills = 0;
    while began.elapsed() < seconds {
        tokio::time::sleep(KILL_EVERY).await;
        let turn = kills % 2;
        servers[turn].kill();
        kills += 1;
        servers[turn] = street.serve();
        proxy.lead_to(servers.iter().map(|server| server.address));
    }
    over.store(true, Ordering::Relaxed);
    for patrol in patrols {
        patrol.await.unwrap();
    }
    let stuck = crew.settle(Duration::from_secs(180)).await;
    drop(servers);
    let breaches = crew.end(&street);
    let captured = captured.load(Ordering::Relaxed);
    println!(
        "PROVE P2 fleet_with_killed_servers runs={captured} violations={}",
        breaches.len()
    );
    println!(
        "PROVE P6 fleet_with_killed_servers runs={phones} violations={}",
        stuck.len()
    );
    println!(
        "{captured} reports of {phones} phones in {} s, {kills} kills",
        seconds.as_secs()
    );
    assert_eq!((breaches, stuck), (Vec::new(), Vec::new()));
    assert!(kills >= 2 && captured > phones as u64);
}
