//! A storm morning, on both engines: 126 reports with 214 photos from 50 phones, 58 of them captured with no network on 31
//! phones. Every upload is sent twice, 40 of them with the connection cut after the server's commit, one phone is seven
//! minutes fast and one 23 hours slow, and the server is killed twice. The phones are the real device on its real
//! transport, the server is its own process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use device::ports::{Network, Request};
use sync_server::store::devices;
use xunge_tests::crew::Crew;
use xunge_tests::ground::Engine;
use xunge_tests::network::{Fate, Reply, Weather};
use xunge_tests::phone::Phone;
use xunge_tests::picture;
use xunge_tests::process::ServerProcess;
use xunge_tests::proxy::Proxy;
use xunge_tests::real::RealStreet;
use xunge_tests::record::a_report;
use xunge_tests::server::StreetServer;
use xunge_tests::street;

const PHONES: usize = 50;
const WITHOUT_NETWORK: usize = 31;
const REPORTS: usize = 126;
const PHOTOS: usize = 214;
const CUTS: u32 = 40;
/// What was reported, how often, and which queue leads it.
const DAMAGE: [(&str, usize, &str); 8] = [
    ("tree-fallen", 55, "municipal"),
    ("building-damage", 19, "construction"),
    ("sign-fallen", 17, "urban-mgmt"),
    ("waterlogging", 16, "municipal"),
    ("cable-down", 7, "power"),
    ("site", 5, "construction"),
    ("power-fault", 4, "power"),
    ("manhole", 3, "municipal"),
];
/// Phones with a wrong clock, and by how many milliseconds.
const WRONG: [(usize, i64); 2] = [(3, 7 * 60_000), (40, -23 * 3_600_000)];

/// Every upload arrives twice; of some the answer never comes back.
#[derive(Clone, Default)]
struct StormyAir {
    uploads: Arc<AtomicU32>,
    cut: Arc<AtomicU32>,
}

impl Weather for StormyAir {
    fn fate(&mut self, request: &Request) -> Fate {
        let upload =
            request.url.ends_with("/v1/push") || request.url.contains("/v1/blobs/") && !request.url.ends_with("offer");
        if !upload {
            return Fate::WELL;
        }
        let third = self.uploads.fetch_add(1, Ordering::Relaxed).is_multiple_of(3);
        let left = || {
            self.cut.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |cut| {
                (cut < CUTS).then_some(cut + 1)
            })
        };
        let reply = if third && left().is_ok() {
            Reply::Lost
        } else {
            Reply::Given
        };
        Fate {
            arrives: 2,
            reply,
            ..Fate::WELL
        }
    }
}

/// How many reports each phone captures: 58 on those without a network, 68 on the others.
fn share(place: usize) -> usize {
    if place < WITHOUT_NETWORK {
        if place < 27 { 2 } else { 1 }
    } else if place < WITHOUT_NETWORK + 11 {
        4
    } else {
        3
    }
}

fn capture(phone: &Phone, nth: usize, category: &str) {
    let mut report = a_report().about(category).saying(&format!("第 {nth} 条"));
    // 88 with two photos, 38 with one.
    for photo in 0..if nth < PHOTOS - REPORTS { 2 } else { 1 } {
        report = report.with_photo(picture::small(10_000 + nth as u64 * 2 + photo));
    }
    phone.capture(report);
}

/// Everybody captures; those without a network get it back when all is captured.
fn capture_all(crew: &Crew, air: &StormyAir) {
    for (place, phone) in crew.phones().iter().enumerate() {
        phone.link.set_weather(air.clone());
        if place < WITHOUT_NETWORK {
            phone.offline();
        }
    }
    let mut categories = DAMAGE.iter().flat_map(|(category, times, _)| vec![*category; *times]);
    let mut nth = 0;
    for (place, phone) in crew.phones().iter().enumerate() {
        for _ in 0..share(place) {
            capture(phone, nth, categories.next().unwrap());
            nth += 1;
        }
    }
    assert_eq!((nth, categories.next()), (REPORTS, None));
    for phone in &crew.phones()[..WITHOUT_NETWORK] {
        phone.link.set_network(Network::WIFI);
        phone.link.set_weather(air.clone());
        phone.device().network_changed();
    }
}

async fn killed_when(crew: &Crew, street: &RealStreet, proxy: &Proxy, servers: &mut [ServerProcess], kill: u32) {
    let left = u32::try_from(REPORTS).unwrap() * (2 - kill) / 3 + 20;
    while crew.waiting() > left {
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert!(crew.waiting() > 0, "the server is killed while work is on its way");
    let turn = kill as usize % servers.len();
    servers[turn].kill();
    tokio::time::sleep(Duration::from_millis(500)).await;
    servers[turn] = street.serve();
    proxy.lead_to(servers.iter().map(|server| server.address));
}

async fn morning(engine: Engine) {
    let street = RealStreet::new(engine, PHONES);
    let mut servers: Vec<ServerProcess> = (0..if engine == Engine::Postgres { 2 } else { 1 })
        .map(|_| street.serve())
        .collect();
    let proxy = Proxy::start().await;
    proxy.lead_to(servers.iter().map(|server| server.address));
    let workers = street::workers(PHONES);
    let crew = Crew::enrol(&street, &workers, &proxy.url()).await;
    for (place, by) in WRONG {
        crew.phones()[place].clock.set_wrong_by(by);
    }
    let air = StormyAir::default();
    capture_all(&crew, &air);
    for kill in 0..2 {
        killed_when(&crew, &street, &proxy, &mut servers, kill).await;
    }
    let stuck = crew.settle(Duration::from_secs(120)).await;
    let flagged: Vec<usize> = (0..PHONES)
        .filter(|place| flags_its_clock(&crew.phones()[*place]))
        .collect();
    drop(servers);

    let mut breaches = crew.end(&street);
    breaches.extend(stuck);
    println!(
        "PROVE P2 storm_{} runs={REPORTS} violations={}\nPROVE P9 storm_{} runs={PHOTOS} violations={}",
        engine.name(),
        breaches.len(),
        engine.name(),
        breaches.len()
    );
    println!(
        "{} uploads, each sent twice; {} cut after the commit",
        air.uploads.load(Ordering::Relaxed),
        air.cut.load(Ordering::Relaxed)
    );
    assert_eq!(breaches, [""; 0]);
    assert_eq!(air.cut.load(Ordering::Relaxed), CUTS);
    assert_eq!(
        flagged,
        WRONG.map(|(place, _)| place),
        "the wrong clocks are flagged, and no other"
    );
    let server = street.open();
    what_the_office_has(&street, &server);
    assert_eq!(
        flagged_in_office(&server),
        WRONG.map(|(place, _)| workers[place].clone()),
        "the office sees the same two"
    );
}

fn flags_its_clock(phone: &Phone) -> bool {
    let skew = phone.device().get_sync().unwrap().clock_skew_ms;
    skew.is_some_and(|skew| skew.abs() > 300_000)
}

/// Workers whose phones told the server of a wrong clock.
fn flagged_in_office(server: &StreetServer) -> Vec<String> {
    let phones = server.read(|tx| Ok(devices::all(tx, &street::street())?));
    let wrong = |login: &String| {
        let of_worker = phones.iter().filter(|phone| phone.user == street::user(login));
        of_worker
            .filter_map(|phone| phone.announce.as_ref())
            .any(|said| said.clock_skew_ms.is_some())
    };
    street::workers(PHONES).into_iter().filter(wrong).collect()
}

fn what_the_office_has(street: &RealStreet, server: &StreetServer) {
    let number = |sql: &'static str| server.read(|tx| Ok(tx.number(sql, &[])?));
    let reports = i64::try_from(REPORTS).unwrap();
    assert_eq!(number("SELECT COUNT(*) FROM reports"), reports);
    assert_eq!(number("SELECT COUNT(DISTINCT number) FROM cases"), reports);
    // Of each photo the upright and its preview.
    let files = i64::try_from(PHOTOS).unwrap() * 2;
    assert_eq!(number("SELECT COUNT(*) FROM blobs WHERE stored_at IS NOT NULL"), files);
    let received = format!(
        "SELECT COUNT(*) FROM cases WHERE received_at BETWEEN {} AND {}",
        street.clock.now_ms() - street.clock.elapsed_ms(),
        street.clock.now_ms()
    );
    let received = server.read(|tx| Ok(tx.number(&received, &[])?));
    assert_eq!(
        received, reports,
        "limits run from when the server received a report, whatever a phone's clock says"
    );
    let leads: Vec<(String, i64)> = server.read(|tx| {
        let sql = "SELECT lead_queue, COUNT(*) AS n FROM cases GROUP BY lead_queue";
        Ok(tx.query(sql, &[], |row| Ok((row.get("lead_queue")?, row.get("n")?)))?)
    });
    let mut wanted: BTreeMap<String, i64> = BTreeMap::new();
    for (_, times, queue) in DAMAGE {
        *wanted.entry(queue.to_owned()).or_default() += i64::try_from(times).unwrap();
    }
    assert_eq!(leads.into_iter().collect::<BTreeMap<_, _>>(), wanted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_morning_on_sqlite_loses_and_doubles_nothing() {
    morning(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_morning_on_postgres_loses_and_doubles_nothing() {
    morning(Engine::Postgres).await;
}
