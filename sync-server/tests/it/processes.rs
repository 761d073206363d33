//! Two server processes on one PostgreSQL, killed again and again under load: nothing is lost, nothing doubled, and no
//! phone stays stuck.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use domain::protocol::{PushRequest, PushResponse, Verdict};
use sync_server::clock::{RandomIds, SystemClock};
use sync_server::office::Office;
use sync_server::server::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::engine::Ground;
use crate::push::{creates, report};
use crate::race::scale;
use crate::world::{Phone, World, user};

/// One server process, and where it listens.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(database: &str, folder: &std::path::Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sync-server"))
            .args(["serve", "--listen", "127.0.0.1:0", "--database", database, "--data-dir"])
            .arg(folder)
            .env("XUNGE_LOG", "off")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = said.next().unwrap().unwrap();
        let address = line.rsplit("http://").next().unwrap().parse().unwrap();
        Self { child, address }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Every process serves the epoch and signs with the key that all others do, however close together they start.
#[test]
fn processes_that_start_together_agree_on_one_history_and_one_key() {
    let folder = tempfile::tempdir().unwrap();
    for _round in 0..5 {
        let ground = Ground::on_postgres(folder.path());
        let together = Barrier::new(4);
        let open = || {
            together.wait();
            let clock = Arc::new(SystemClock);
            let ids = Arc::new(RandomIds);
            let server = Server::open_at(&ground.places, Office::default(), clock, ids).unwrap();
            (server.epoch, server.key.public())
        };
        let served: Vec<_> = std::thread::scope(|scope| {
            let processes: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
            processes.into_iter().map(|process| process.join().unwrap()).collect()
        });
        assert!(served.iter().all(|one| *one == served[0]), "one epoch, one key");
    }
}

/// The addresses that a plain proxy would try in turn.
type Addresses = Arc<Mutex<Vec<SocketAddr>>>;

async fn post(address: SocketAddr, token: &str, body: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "POST /v1/push HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         x-sync-proto: 1\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or(std::io::ErrorKind::InvalidData)?, body.as_bytes().to_vec()))
}

/// Pushes reports two at a time until the killing is over, each push again and again until it is answered. Returns how
/// many reports that were.
async fn work(
    phone: Phone,
    number: usize,
    addresses: Addresses,
    repeats: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
) -> usize {
    let mut pushes = 0;
    while !over.load(Ordering::SeqCst) {
        let push = pushes;
        let one = |nth: usize| {
            let seq = u64::try_from(push * 2 + nth).unwrap();
            creates(
                &phone,
                seq,
                &report(u128::try_from(number * 100_000 + push * 2 + nth).unwrap(), "manhole"),
            )
        };
        let request = PushRequest {
            proto: 1,
            epoch: Some(phone.epoch),
            device: phone.device,
            seen: None,
            announce: None,
            mutations: vec![one(1), one(2)],
        };
        let body = serde_json::to_vec(&request).unwrap();
        let mut attempt = number;
        loop {
            attempt += 1;
            let address = {
                let known = addresses.lock().unwrap();
                known[attempt % known.len()]
            };
            let answer = tokio::time::timeout(Duration::from_secs(20), post(address, &phone.token, &body)).await;
            if let Ok(Ok((200, body))) = answer
                && let Ok(answer) = serde_json::from_slice::<PushResponse>(&body)
            {
                assert_eq!(answer.stop, None);
                assert!(
                    answer
                        .receipts
                        .iter()
                        .all(|receipt| receipt.verdict == Verdict::Applied),
                    "{answer:?}"
                );
                break;
            }
            repeats.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        pushes += 1;
    }
    pushes * 2
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_processes_is_killed_under_load_and_nothing_is_lost_or_doubled() {
    let world = World::on_postgres();
    let url = world.ground.url().unwrap().to_owned();
    let (phones, kills) = (20 * scale().min(10), 4 * scale());
    let mut enrolled = Vec::new();
    for number in 1..=phones {
        enrolled.push(world.enrol(number as u128, user(1)).await);
    }
    let folder = tempfile::tempdir().unwrap();
    let mut processes: Vec<Process> = (0..2).map(|_| Process::start(&url, folder.path())).collect();
    let addresses: Addresses = Arc::new(Mutex::new(processes.iter().map(|it| it.address).collect()));
    let (repeats, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let killer = {
        let (addresses, over) = (Arc::clone(&addresses), Arc::clone(&over));
        let folder = folder.path().to_owned();
        std::thread::spawn(move || {
            for kill in 0..kills {
                std::thread::sleep(Duration::from_millis(700));
                let turn = kill % 2;
                processes[turn].kill();
                std::thread::sleep(Duration::from_millis(200));
                processes[turn] = Process::start(&url, &folder);
                addresses.lock().unwrap()[turn] = processes[turn].address;
            }
            over.store(true, Ordering::SeqCst);
            // The last pushes are answered by what is left.
            processes
        })
    };
    let works: Vec<_> = enrolled
        .into_iter()
        .enumerate()
        .map(|(number, phone)| {
            let (addresses, repeats, over) = (Arc::clone(&addresses), Arc::clone(&repeats), Arc::clone(&over));
            tokio::spawn(work(phone, number, addresses, repeats, over))
        })
        .collect();
    let mut all = 0;
    for work in works {
        all += i64::try_from(work.await.unwrap()).unwrap();
    }
    drop(killer.join().unwrap());
    nothing_lost_or_doubled(&world, all).await;
    let repeats = repeats.load(Ordering::SeqCst);
    println!("PROVE P2 two_processes_killed runs={all} violations=0");
    println!("{all} reports of {phones} phones, {kills} kills, {repeats} pushes repeated");
    assert!(all > 0 && repeats > 0, "the servers were killed too gently");
}

async fn nothing_lost_or_doubled(world: &World, all: i64) {
    for (sql, expected) in [
        ("SELECT COUNT(*) FROM reports", all),
        ("SELECT COUNT(*) FROM cases", all),
        ("SELECT COUNT(*) FROM receipts WHERE rev IS NOT NULL", all),
        (
            "SELECT COUNT(*) FROM orders WHERE role = 'lead' AND closed_at IS NULL",
            all,
        ),
        ("SELECT COUNT(DISTINCT number) FROM cases", all),
        ("SELECT number_last FROM streets", all),
        ("SELECT COUNT(*) FROM parked", 0),
        ("SELECT COUNT(*) FROM incidents", 0),
        ("SELECT CAST(SUM(last_seq) AS BIGINT) FROM devices", all),
    ] {
        assert_eq!(world.number(sql).await, expected, "{sql}");
    }
    // Each report has a case and its outline, each with a revision of its own, and none was skipped or given twice.
    let revs = world.number("SELECT rev FROM streets").await;
    assert_eq!(world.number("SELECT COUNT(DISTINCT rev) FROM bucket_rows").await, revs);
}
