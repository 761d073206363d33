//! Many writers at once, slow ones, failing ones and killed ones among them: a pull never skips what was committed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use cluster::Cluster;
use domain::protocol::RowType;
use domain::view::StreetRow;
use domain::{Bucket, ErrorCode, ReceivedAt, StreetId};
use sync_server::args;
use sync_server::clock::RandomIds;
use sync_server::store::{Database, Edit, Store, bucket_rows, fingerprint, grids, streets};
use sync_server::{Failure, Outcome};

use crate::engine::{at, upgrade};
use crate::world::{MORNING, grid};

const STREETS: usize = 4;
const WRITERS: usize = 32;
/// Each process writes with eight connections.
const PROCESSES: usize = 4;

/// How many times longer than usual the long tests run.
pub(crate) fn scale() -> usize {
    let asked = std::env::var("PROVE_SCALE").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// What a writer does in its transaction number `n`, besides writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Plain,
    /// Waits before the street's row is taken.
    Slow,
    /// Fails after it was taken.
    Fails,
    /// Its connection is killed.
    Killed,
}

fn turn(n: usize) -> Turn {
    match n % 20 {
        3 => Turn::Slow,
        7 => Turn::Fails,
        13 => Turn::Killed,
        _ => Turn::Plain,
    }
}

fn street(number: usize) -> StreetId {
    format!("street-{number}").as_str().into()
}

fn reference() -> Bucket {
    domain::scope::reference()
}

fn open(database: &Database, processes: usize) -> Vec<Store> {
    let stores: Vec<Store> = (0..processes).map(|_| Store::open(database, 2).unwrap()).collect();
    for number in 0..STREETS {
        let row = StreetRow {
            id: street(number),
            name: String::new(),
            time_zone: "Asia/Shanghai".to_owned(),
            triage_first: Vec::new(),
            disabled_categories: Vec::new(),
            calendar: domain::clock::Calendar::default(),
        };
        stores[0]
            .write_blocking(move |tx| Ok(streets::insert(tx, &row, "S", ReceivedAt(MORNING))?))
            .unwrap();
    }
    stores
}

/// Writes one grid through the same seal that every push goes through.
fn write(store: &Store, street: StreetId, id: String, turn: Turn) -> Outcome<()> {
    let first = Arc::new(AtomicBool::new(true));
    store.write_blocking(move |tx| {
        let edit = Edit::new(tx, street, ReceivedAt(MORNING), &RandomIds);
        grids::put(tx, &edit.street, &grid(&id, 119.0))?;
        edit.touch(RowType::Grid, &id);
        if turn == Turn::Slow {
            thread::sleep(Duration::from_millis(20));
        }
        if turn == Turn::Killed && first.swap(false, Ordering::SeqCst) && tx.lock() != "" {
            // On PostgreSQL, where there is something to lock. Never answers: the connection ends with the statement.
            tx.number("SELECT CAST(pg_terminate_backend(pg_backend_pid()) AS INT)", &[])?;
        }
        edit.seal()?;
        if turn == Turn::Fails {
            return Err(ErrorCode::Stale.into());
        }
        Ok(())
    })
}

/// Reads a street's bucket page by page until everything was committed and read.
fn pull(store: &Store, street: &StreetId, done: &AtomicBool) -> BTreeSet<String> {
    let (mut seen, mut cursor) = (BTreeSet::new(), 0);
    loop {
        // Asked before the page is read: a page that is empty after the end is the end.
        let last = done.load(Ordering::SeqCst);
        let (of, from) = (street.clone(), cursor);
        let page = store
            .read_blocking(move |tx| Ok(bucket_rows::after(tx, &of, &reference(), from, false, 50)?))
            .unwrap();
        for member in &page {
            assert!(member.rev > cursor, "a page goes up");
            cursor = member.rev;
            assert!(seen.insert(member.id.clone()), "no row comes twice");
        }
        if page.is_empty() && last {
            return seen;
        }
    }
}

/// Returns how many rows were written, none of which was missed.
fn race(database: &Database, processes: usize) -> usize {
    let stores = open(database, processes);
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..STREETS)
        .map(|number| {
            let (store, done) = (stores[number % processes].clone(), Arc::clone(&done));
            thread::spawn(move || pull(&store, &street(number), &done))
        })
        .collect();
    let turns = 20 * scale();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = stores[writer % processes].clone();
            thread::spawn(move || {
                let mut answered = BTreeSet::new();
                for n in 0..turns {
                    let (id, turn) = (format!("{writer}-{n}"), turn(writer + n));
                    match write(&store, street(writer % STREETS), id.clone(), turn) {
                        Ok(()) => assert!(answered.insert(id) && turn != Turn::Fails),
                        Err(Failure::Refused(_)) => assert_eq!(turn, Turn::Fails),
                        Err(other) => panic!("{other}"),
                    }
                }
                (writer % STREETS, answered)
            })
        })
        .collect();
    let mut committed = vec![BTreeSet::new(); STREETS];
    for writer in writers {
        let (street, answered) = writer.join().unwrap();
        committed[street].extend(answered);
    }
    done.store(true, Ordering::SeqCst);
    for (reader, committed) in readers.into_iter().zip(&committed) {
        assert_eq!(&reader.join().unwrap(), committed);
    }
    let all: usize = committed.iter().map(BTreeSet::len).sum();
    let revs: i64 = stores[0]
        .read_blocking(|tx| Ok(tx.number("SELECT CAST(SUM(rev) AS BIGINT) FROM streets", &[])?))
        .unwrap();
    assert_eq!(
        usize::try_from(revs).unwrap(),
        all,
        "each commit took one revision, what was undone took none"
    );
    all
}

#[test]
fn no_reader_misses_a_row_that_32_writers_commit_on_postgres() {
    let database = Cluster::prepared(&fingerprint(), upgrade);
    let rows = race(&at(database.url()), PROCESSES);
    println!("PROVE P3 revision_race_postgres runs={rows} violations=0");
}

#[test]
fn no_reader_misses_a_row_that_32_writers_commit_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let rows = race(&Database::File(folder.path().join("xunge.db")), 1);
    println!("PROVE P3 revision_race_sqlite runs={rows} violations=0");
}

/// Rows a reader of the usual code missed, which numbers rows by a sequence and reads from the last number seen.
fn missed_by_a_plain_sequence(stores: &[Store]) -> usize {
    const TURNS: usize = 20;
    let before: i64 = stores[0]
        .read_blocking(|tx| Ok(tx.number("SELECT CAST(COALESCE(MAX(n), 0) AS BIGINT) FROM numbered", &[])?))
        .unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (store, done) = (stores[0].clone(), Arc::clone(&done));
        thread::spawn(move || {
            let (mut seen, mut cursor) = (0_usize, before);
            loop {
                let last = done.load(Ordering::SeqCst);
                let sql = "SELECT n FROM numbered WHERE n > $1 ORDER BY n LIMIT 50";
                let page: Vec<i64> = store
                    .read_blocking(move |tx| Ok(tx.query(sql, args![cursor], |row| row.get("n"))?))
                    .unwrap();
                seen += page.len();
                cursor = page.last().copied().unwrap_or(cursor);
                if page.is_empty() && last {
                    return seen;
                }
            }
        })
    };
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = stores[writer % PROCESSES].clone();
            thread::spawn(move || {
                for n in 0..TURNS {
                    let slow = (writer + n).is_multiple_of(5);
                    let written = store.write_blocking(move |tx| {
                        tx.execute("INSERT INTO numbered (at) VALUES ('')", &[])?;
                        if slow {
                            thread::sleep(Duration::from_millis(20));
                        }
                        Ok(())
                    });
                    written.unwrap();
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    done.store(true, Ordering::SeqCst);
    WRITERS * TURNS - reader.join().unwrap()
}

/// The same race must catch the usual code; where a busy machine lets the reader sleep through one, in the next.
#[test]
fn control_the_race_catches_a_cursor_over_a_plain_sequence() {
    let database = Cluster::prepared(&fingerprint(), upgrade);
    database
        .run("CREATE SEQUENCE naive; CREATE TABLE numbered (n BIGINT PRIMARY KEY DEFAULT nextval('naive'), at TEXT)");
    let stores = open(&at(database.url()), PROCESSES);
    let races = (1..=20).find(|_| missed_by_a_plain_sequence(&stores) > 0);
    let word = if races.is_some() { "caught" } else { "missed" };
    println!("PROVE P3 revision_race_postgres control={word}");
    assert!(
        races.is_some(),
        "the race is too tame: it would not notice a cursor that misses rows"
    );
}
