//! The phone is a process of its own and is killed again and again, by SIGKILL at any moment and at calls to its disk and
//! clock, and so is the server. Whatever the phone had called saved when it died is on the server in the end, once, with
//! its photos. What it called saved is kept by this process, which nobody kills.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use xunge_tests::ground::Engine;
use xunge_tests::phone::Phone;
use xunge_tests::process::ServerProcess;
use xunge_tests::promises::Ledger;
use xunge_tests::proxy::Proxy;
use xunge_tests::real::RealStreet;

/// Lives of the phone in a daily run.
const LIVES: u64 = 10;
const WORKER: &str = "li";

/// Everything that was called saved.
type Journal = BTreeSet<String>;

struct Street {
    street: RealStreet,
    server: ServerProcess,
    proxy: Proxy,
}

impl Street {
    async fn begin(engine: Engine) -> Self {
        let street = RealStreet::new(engine, 1);
        let (server, proxy) = (street.serve(), Proxy::start().await);
        proxy.lead_to([server.address]);
        let street = Self { street, server, proxy };
        assert!(tokio::task::block_in_place(|| street.finish()), "the phone enrols");
        street
    }

    fn switch_on(&self, number: u64, manner: &str, fuse: u64) -> Child {
        Command::new(env!("CARGO_BIN_EXE_phone-process"))
            .arg(self.street.folder_of(WORKER))
            .args([&self.proxy.url(), WORKER, self.street.code_for(WORKER)])
            .args([&number.to_string(), manner, &fuse.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// One life of the phone, from switching on to its death.
    fn live(&mut self, number: u64, manner: &str, journal: &mut Journal) {
        let mut dice = fastrand::Rng::with_seed(number);
        // Every other life ends at a call to disk or clock, the others whenever the time has come.
        let fuse = if number.is_multiple_of(2) { dice.u64(1..600) } else { 0 };
        let mut phone = self.switch_on(number, manner, fuse);
        let said = BufReader::new(phone.stdout.take().unwrap());
        let listening = std::thread::spawn(move || said.lines().map_while(Result::ok).collect::<Vec<_>>());
        let until = Instant::now() + Duration::from_millis(dice.u64(400..2_000));
        while Instant::now() < until && phone.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(10));
        }
        if number % 4 == 3 {
            self.server.kill();
        }
        // It may have ended at its fuse.
        drop(phone.kill());
        phone.wait().unwrap();
        if number % 4 == 3 {
            self.server = self.street.serve();
            self.proxy.lead_to([self.server.address]);
        }
        let lines = listening.join().unwrap();
        journal.extend(
            lines
                .iter()
                .filter_map(|line| line.strip_prefix("saved ").map(str::to_owned)),
        );
    }

    /// The last life sends all and ends by itself; false when it does not.
    fn finish(&self) -> bool {
        let mut phone = self.switch_on(0, "finishes", 0);
        let until = Instant::now() + Duration::from_secs(120);
        while Instant::now() < until {
            if let Some(status) = phone.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        phone.kill().unwrap();
        phone.wait().unwrap();
        false
    }

    /// What was called saved and is not on the server.
    fn lost(&self, journal: &Journal) -> Vec<String> {
        let on_server: BTreeSet<String> = self
            .street
            .open()
            .read(|tx| Ok(tx.query("SELECT id FROM reports", &[], |row| row.get("id"))?))
            .into_iter()
            .collect();
        let lost = journal.difference(&on_server);
        lost.map(|report| format!("{report} was called saved and is not on the server"))
            .collect()
    }

    fn breaches(&self) -> Vec<String> {
        let phone = Phone::on_way(
            WORKER,
            self.street.folder_of(WORKER),
            xunge_tests::way::Way::to(self.proxy.url()),
            self.street.clock,
            1,
        );
        let mut ledger = Ledger::default();
        ledger.note(&phone);
        self.street.breaches(&ledger, &[&phone])
    }
}

async fn many_lives(engine: Engine) {
    let mut street = Street::begin(engine).await;
    let mut journal = Journal::new();
    let lives = LIVES * crate::scale();
    for number in 1..=lives {
        tokio::task::block_in_place(|| street.live(number, "captures", &mut journal));
    }
    let finished = tokio::task::block_in_place(|| street.finish());
    street.server.kill();
    let (lost, breaches) = (street.lost(&journal), street.breaches());
    let name = format!("phone_killed_{}", engine.name());
    println!("PROVE P1 {name} runs={} violations={}", journal.len(), lost.len());
    println!("PROVE P2 {name} runs={} violations={}", journal.len(), breaches.len());
    println!("PROVE P9 {name} runs={} violations={}", journal.len(), breaches.len());
    println!("{} reports called saved in {lives} lives of the phone", journal.len());
    assert!(finished, "the phone is stuck");
    assert_eq!((lost, breaches), (Vec::new(), Vec::new()));
    assert!(
        journal.len() as u64 > lives,
        "the phone was killed before it did anything"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_killed_at_any_moment_keeps_what_it_called_saved_on_sqlite() {
    many_lives(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_killed_at_any_moment_keeps_what_it_called_saved_on_postgres() {
    many_lives(Engine::Postgres).await;
}

/// The control: a phone that says "saved" a moment before it is true.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_says_saved_too_early_is_caught() {
    let mut street = Street::begin(Engine::Sqlite).await;
    let mut journal = Journal::new();
    for number in 1..=LIVES {
        tokio::task::block_in_place(|| street.live(number, "early", &mut journal));
    }
    assert!(tokio::task::block_in_place(|| street.finish()));
    street.server.kill();
    let lost = street.lost(&journal).len();
    let word = if lost > 0 { "caught" } else { "missed" };
    println!("PROVE P1 phone_killed_sqlite control={word}");
    assert!(lost > 0, "the kills are too tame: {} reports", journal.len());
}
