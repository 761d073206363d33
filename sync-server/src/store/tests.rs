use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cluster::Cluster;
use domain::protocol::RowType;
use domain::{CaseId, ErrorCode, HouseholdId, VisitId};
use tempfile::TempDir;

use super::*;
use crate::{Failure, args};

/// A store of a test, with what it lives in.
struct Fresh {
    store: Store,
    _folder: TempDir,
    _database: Option<cluster::Database>,
}

fn on_sqlite() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let file = Database::File(folder.path().join("xunge.db"));
    Fresh {
        store: Store::open(&file, 2).unwrap(),
        _folder: folder,
        _database: None,
    }
}

fn on_postgres() -> Fresh {
    let upgrade = |url: &str| drop(Store::open(&at(url), 1).unwrap());
    let database = Cluster::prepared(&fingerprint(), upgrade);
    Fresh {
        store: Store::open(&at(database.url()), 2).unwrap(),
        _folder: tempfile::tempdir().unwrap(),
        _database: Some(database),
    }
}

fn at(url: &str) -> Database {
    Database::Postgres(url.parse().unwrap())
}

/// Runs a test on each engine.
fn on_each(test: impl Fn(&Store)) {
    test(&on_sqlite().store);
    test(&on_postgres().store);
}

fn put(tx: &Tx<'_>, name: &str) -> Outcome<()> {
    tx.execute("INSERT INTO server (name, value) VALUES ($1, 'x')", args![name])?;
    Ok(())
}

fn count(store: &Store) -> i64 {
    store
        .read_blocking(|tx| Ok(tx.number("SELECT COUNT(*) FROM server", &[])?))
        .unwrap()
}

#[test]
fn every_commit_waits_for_the_disk() {
    let full = on_sqlite()
        .store
        .write_blocking(|tx| Ok(tx.number("PRAGMA synchronous", &[])?));
    assert_eq!(full.unwrap(), 2);
    let on = on_postgres().store.write_blocking(|tx| {
        let sql = "SELECT current_setting('synchronous_commit') AS value";
        Ok(tx.query_opt(sql, &[], |row| row.get::<String>("value"))?)
    });
    assert_eq!(on.unwrap().as_deref(), Some("on"));
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("xunge.db");
    let file = Database::File(path.clone());
    drop(Store::open(&file, 1).unwrap());
    let next = migrate::UPGRADES.len() + 1;
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(&format!("PRAGMA user_version = {next}"))
        .unwrap();
    assert_eq!(Store::open(&file, 1).err().unwrap().code(), ErrorCode::DatabaseNewer);

    let database = Cluster::shared().empty();
    drop(Store::open(&at(database.url()), 1).unwrap());
    let newer = format!("INSERT INTO schema_version (version) VALUES ({next})");
    database.run(&newer);
    let error = Store::open(&at(database.url()), 1).err().unwrap();
    assert_eq!(error.code(), ErrorCode::DatabaseNewer);
}

#[test]
fn processes_that_start_together_on_an_empty_database_upgrade_it_once() {
    let database = Cluster::shared().empty();
    let starting: Vec<_> = (0..4)
        .map(|_| {
            let url = at(database.url());
            std::thread::spawn(move || Store::open(&url, 1).map(drop))
        })
        .collect();
    for one in starting {
        one.join().unwrap().unwrap();
    }
    let versions = database.number("SELECT COUNT(*) FROM schema_version");
    assert_eq!(usize::try_from(versions).unwrap(), migrate::UPGRADES.len());
}

#[test]
fn a_damaged_database_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("xunge.db");
    std::fs::write(&path, vec![7; 8192]).unwrap();
    let error = Store::open(&Database::File(path), 1).err().unwrap();
    assert_eq!(error.code(), ErrorCode::DatabaseCorrupt);
}

#[test]
fn a_failed_write_leaves_nothing_and_the_next_one_goes_on() {
    on_each(|store| {
        let failed = store.write_blocking(|tx| {
            put(tx, "a")?;
            Err::<(), _>(ErrorCode::Stale.into())
        });
        assert_eq!(failed.unwrap_err().wire().code, ErrorCode::Stale);
        store.write_blocking(|tx| put(tx, "b")).unwrap();
        assert_eq!(count(store), 1);
    });
}

#[test]
fn a_statement_that_failed_unnoticed_is_never_called_committed() {
    let fresh = on_postgres();
    let swallowed = fresh.store.write_blocking(|tx| {
        put(tx, "a")?;
        drop(tx.execute("UPDATE no_such_table SET a = 1", &[]));
        Ok(())
    });
    assert!(matches!(swallowed, Err(Failure::Store(StoreError::NotCommitted(_)))));
    fresh.store.write_blocking(|tx| put(tx, "b")).unwrap();
    assert_eq!(count(&fresh.store), 1);
}

#[test]
fn a_panic_in_one_write_does_not_end_the_writer() {
    on_each(|store| {
        let panicked = store.write_blocking(|tx| {
            put(tx, "a")?;
            assert!(tx.number("SELECT 0", &[])? == 1, "on purpose");
            Ok(())
        });
        assert!(matches!(panicked, Err(Failure::Panicked)));
        store.write_blocking(|tx| put(tx, "b")).unwrap();
        assert_eq!(count(store), 1);
    });
}

#[test]
fn a_savepoint_undoes_its_own_part_only() {
    on_each(|store| {
        store
            .write_blocking(|tx| {
                put(tx, "kept")?;
                let undone = tx.savepoint(|| {
                    put(tx, "undone")?;
                    let inner = tx.savepoint(|| Ok(tx.execute("UPDATE no_such_table SET a = 1", &[])?));
                    assert!(inner.is_err());
                    Err::<(), _>(ErrorCode::Invalid.into())
                });
                assert!(undone.is_err());
                put(tx, "also kept")
            })
            .unwrap();
        assert_eq!(count(store), 2);
    });
}

/// Inserts a row that may wait; none without a value is taken.
fn put_later(tx: &Tx<'_>, name: &str, value: Option<&str>) -> Outcome<()> {
    let sql = "INSERT INTO server (name, value) VALUES ($1, $2)";
    Ok(tx.insert(sql, crate::row![name, value])?)
}

#[test]
fn a_row_that_waits_is_there_for_whatever_names_its_table_and_after_the_commit() {
    on_each(|store| {
        let seen = store.write_blocking(|tx| {
            put_later(tx, "a", Some("x"))?;
            put_later(tx, "b", Some("x"))?;
            let seen = tx.number("SELECT COUNT(*) FROM server", &[])?;
            put_later(tx, "c", Some("x"))?;
            tx.execute("UPDATE server SET value = 'y'", &[])?;
            put_later(tx, "d", Some("x"))?;
            put_later(tx, "e", Some("x"))?;
            Ok(seen)
        });
        let changed = store.read_blocking(|tx| Ok(tx.number("SELECT COUNT(*) FROM server WHERE value = 'y'", &[])?));
        assert_eq!((seen.unwrap(), changed.unwrap(), count(store)), (2, 3, 5));
    });
}

#[test]
fn a_row_that_waited_and_is_refused_undoes_its_own_part_only() {
    on_each(|store| {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let ends = store.write_blocking(move |tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            let part = |name: &str, value| tx.savepoint(|| put_later(tx, name, value)).is_ok();
            Ok([part("a", Some("x")), part("b", None), part("c", Some("x"))])
        });
        assert_eq!(ends.unwrap(), [true, false, true]);
        assert_eq!((count(store), runs.load(Ordering::SeqCst)), (2, 2));
    });
}

#[test]
fn a_row_that_waited_and_is_refused_ends_a_write_without_parts() {
    on_each(|store| {
        let refused = store.write_blocking(|tx| {
            put_later(tx, "a", Some("x"))?;
            put_later(tx, "b", None)
        });
        assert!(matches!(refused, Err(Failure::Store(_))), "{refused:?}");
        store.write_blocking(|tx| put_later(tx, "c", Some("x"))).unwrap();
        assert_eq!(count(store), 1);
    });
}

#[test]
fn what_waits_in_a_failed_write_does_not_come_with_the_next_one() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    on_each(|store| {
        runtime.block_on(async {
            let many = (0..200).map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    let write = move |tx: &Tx<'_>| {
                        put_later(tx, &format!("n{number}"), Some("x"))?;
                        match number % 3 {
                            0 => Err(ErrorCode::Stale.into()),
                            1 => put_later(tx, &format!("m{number}"), None),
                            _ => Ok(()),
                        }
                    };
                    store.write(write).await
                })
            });
            let mut stand = 0;
            for one in many.collect::<Vec<_>>() {
                stand += usize::from(one.await.unwrap().is_ok());
            }
            assert_eq!(stand, 66);
        });
        assert_eq!(count(store), 66);
    });
}

#[test]
fn writes_that_wait_together_fail_alone() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    on_each(|store| {
        runtime.block_on(async {
            let many = (0..200).map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    store
                        .write(move |tx| {
                            put(tx, &format!("n{number}"))?;
                            if number % 10 == 0 {
                                Err(ErrorCode::Stale.into())
                            } else {
                                Ok(())
                            }
                        })
                        .await
                })
            });
            let mut failed = 0;
            for one in many.collect::<Vec<_>>() {
                failed += usize::from(one.await.unwrap().is_err());
            }
            assert_eq!(failed, 20);
        });
        assert_eq!(count(store), 180);
    });
}

#[test]
fn a_reader_cannot_write() {
    on_each(|store| {
        assert!(store.read_blocking(|tx| put(tx, "a")).is_err());
        assert_eq!(count(store), 0);
    });
}

#[test]
fn a_read_sees_one_snapshot() {
    on_each(|store| {
        let other = store.clone();
        let seen = store.read_blocking(move |tx| {
            let before = tx.number("SELECT COUNT(*) FROM server", &[])?;
            other.write_blocking(|tx| put(tx, "meanwhile"))?;
            Ok((before, tx.number("SELECT COUNT(*) FROM server", &[])?))
        });
        assert_eq!((seen.unwrap(), count(store)), ((0, 0), 1));
    });
}

#[test]
fn parameters_are_bound_by_their_number_in_whatever_order_they_appear() {
    on_each(|store| {
        let joined: Option<String> = store
            .read_blocking(|tx| {
                Ok(
                    tx.query_opt("SELECT $3 || $1 || $3 AS joined", args!["a", "unused", "b"], |row| {
                        row.get("joined")
                    })?,
                )
            })
            .unwrap();
        assert_eq!(joined.as_deref(), Some("bab"));
        let missing = store.read_blocking(|tx| Ok(tx.number("SELECT $2 || ''", args!["only one"])?));
        assert!(matches!(missing, Err(Failure::Store(StoreError::Parameter))));
    });
}

#[test]
fn values_come_back_as_they_went_in() {
    on_each(|store| {
        let chunk = store.write_blocking(|tx| {
            tx.execute(
                "INSERT INTO upload_chunks (street_id, sha256, at_offset, size, bytes, received_at)
                 VALUES ($1, $2, $3, $4, $5, $6)",
                args!["街道", "é", i64::MAX, 0_u32, vec![0_u8, 255, 7], -1_i64],
            )?;
            Ok(tx.query_opt("SELECT * FROM upload_chunks", &[], |row| {
                Ok((
                    row.get::<String>("street_id")?,
                    row.get::<i64>("at_offset")?,
                    row.get::<Vec<u8>>("bytes")?,
                    row.get::<i64>("received_at")?,
                ))
            })?)
        });
        let expected = ("街道".to_owned(), i64::MAX, vec![0, 255, 7], -1);
        assert_eq!(chunk.unwrap(), Some(expected));
    });
}

#[test]
fn text_is_ordered_byte_by_byte() {
    on_each(|store| {
        store
            .write_blocking(|tx| {
                ["b", "A", "a", "é", "B-1", "B1"]
                    .iter()
                    .try_for_each(|name| put(tx, name))
            })
            .unwrap();
        let names = store.read_blocking(|tx| {
            let sql = "SELECT name FROM server ORDER BY name";
            Ok(tx.query(sql, &[], |row| row.get::<String>("name"))?)
        });
        assert_eq!(names.unwrap(), ["A", "B-1", "B1", "a", "b", "é"]);
    });
}

#[test]
fn a_full_disk_is_told_apart_and_what_was_acknowledged_stays() {
    let fresh = on_sqlite();
    let store = &fresh.store;
    store.write_blocking(|tx| put(tx, "before")).unwrap();
    // A cap on the pages of the file answers as a full disk does.
    store
        .write_blocking(|tx| {
            let pages = tx.number("PRAGMA page_count", &[])?;
            Ok(tx.number(&format!("PRAGMA max_page_count = {pages}"), &[])?)
        })
        .unwrap();
    let full = store.write_blocking(|tx| put(tx, &"x".repeat(200_000)));
    assert_eq!(full.unwrap_err().wire().code, ErrorCode::DiskFull);
    assert_eq!(count(store), 1);
    store
        .write_blocking(|tx| Ok(tx.number("PRAGMA max_page_count = 1000000", &[])?))
        .unwrap();
    store.write_blocking(|tx| put(tx, "after")).unwrap();
    assert_eq!(count(store), 2);
}

#[test]
fn an_error_of_the_database_quotes_no_row() {
    let fresh = on_postgres();
    let twice = |tx: &Tx<'_>| {
        tx.execute("INSERT INTO server (name, value) VALUES ('王小明', '13800000000')", &[])?;
        Ok(())
    };
    fresh.store.write_blocking(twice).unwrap();
    let error = fresh.store.write_blocking(twice).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("王小明"), "{error:?}");
    assert!(error.to_string().contains("23505 server server_pkey"), "{error}");
}

#[test]
fn a_write_that_meets_another_one_runs_again_and_neither_is_lost() {
    let fresh = on_postgres();
    fresh.store.write_blocking(|tx| put(tx, "0")).unwrap();
    let adding = (0..8).map(|_| {
        let store = fresh.store.clone();
        std::thread::spawn(move || {
            for _ in 0..10 {
                // Reads and then writes what no statement alone protects: the name is the lock.
                let added = store.write_blocking(|tx| {
                    let next = tx.number("SELECT COUNT(*) FROM server", &[])?;
                    put(tx, &next.to_string())
                });
                added.map_err(|error| error.to_string())?;
            }
            Ok::<(), String>(())
        })
    });
    let ends: Vec<_> = adding
        .collect::<Vec<_>>()
        .into_iter()
        .map(|one| one.join().unwrap())
        .collect();
    let given_up = ends.iter().filter(|end| end.is_err()).count();
    // Eight that fight for one name may wear each other out; what was answered is there.
    assert!(given_up < 8, "{ends:?}");
    let names = fresh
        .store
        .read_blocking(|tx| Ok(tx.number("SELECT COUNT(DISTINCT name) FROM server", &[])?));
    assert_eq!(names.unwrap(), count(&fresh.store));
}

#[test]
fn two_transactions_that_wait_for_each_other_both_end() {
    let fresh = on_postgres();
    fresh
        .store
        .write_blocking(|tx| put(tx, "a").and_then(|()| put(tx, "b")))
        .unwrap();
    let met = Arc::new(std::sync::Barrier::new(2));
    let crossing = [["a", "b"], ["b", "a"]].map(|order| {
        let (store, met) = (fresh.store.clone(), Arc::clone(&met));
        let first = Arc::new(std::sync::atomic::AtomicBool::new(true));
        std::thread::spawn(move || {
            store.write_blocking(move |tx| {
                let more = "UPDATE server SET value = value || 'x' WHERE name = $1";
                tx.execute(more, args![order[0]])?;
                if first.swap(false, Ordering::SeqCst) {
                    met.wait();
                }
                tx.execute(more, args![order[1]])?;
                Ok(())
            })
        })
    });
    for one in crossing {
        one.join().unwrap().unwrap();
    }
    let both = fresh
        .store
        .read_blocking(|tx| Ok(tx.number("SELECT COUNT(*) FROM server WHERE value = 'xxx'", &[])?));
    assert_eq!(both.unwrap(), 2);
}

#[test]
fn a_store_goes_on_after_its_postgres_crashed_and_came_back() {
    let cluster = Cluster::own();
    let database = cluster.empty();
    let store = Store::open(&at(database.url()), 2).unwrap();
    store.write_blocking(|tx| put(tx, "before")).unwrap();
    assert_eq!(count(&store), 1);
    cluster.crash();
    let gone = store.write_blocking(|tx| put(tx, "lost"));
    assert_eq!(gone.unwrap_err().wire().code, ErrorCode::Busy);
    cluster.start();
    store.write_blocking(|tx| put(tx, "after")).unwrap();
    assert_eq!(count(&store), 2);
}

#[test]
fn what_another_process_commits_is_poked_within_seconds() {
    let upgrade = |url: &str| drop(Store::open(&at(url), 1).unwrap());
    let database = Cluster::prepared(&fingerprint(), upgrade);
    let there = Store::open(&at(database.url()), 1).unwrap();
    let move_bucket = |rev: i64| {
        move |tx: &Tx<'_>| {
            tx.execute(
                "INSERT INTO bucket_rows (street_id, bucket, kind, id, rev, gone, at) VALUES ('s', 'grid:1', 'case', $1, $2, 0, 0)",
                args![rev.to_string(), rev],
            )?;
            tx.execute("UPDATE streets SET rev = $1", args![rev])?;
            Ok(())
        }
    };
    there
        .write_blocking(|tx| {
            tx.execute(
                "INSERT INTO streets (street_id, name, code, time_zone, triage_first, disabled_categories, calendar,
                    settings, rev, number_day, number_last, created_at)
                 VALUES ('s', '', 'S', 'UTC', '[]', '[]', '{}', '{}', 0, '', 0, 0)",
                &[],
            )?;
            Ok(())
        })
        .unwrap();
    there.write_blocking(move_bucket(1)).unwrap();
    // From the moment on at which a process serves, nothing passes it by.
    let here = Store::open(&at(database.url()), 1).unwrap();
    let mut pokes = here.watch();
    there.write_blocking(move_bucket(2)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let poke = runtime.block_on(async { tokio::time::timeout(std::time::Duration::from_secs(20), pokes.recv()).await });
    let poke = poke.unwrap().unwrap();
    assert_eq!((poke.bucket.as_str(), poke.rev), ("grid:1", 2));
}

/// A street with so many photos, needs, old values, steps and members of a bucket, each of something else.
fn long_street(rows: i64) -> rusqlite::Connection {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    migrate::sqlite(&mut connection).unwrap();
    let number = format!("WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows})");
    let name = "printf('00000000-0000-0000-0000-%012d', n)";
    for insert in [
        format!(
            "INSERT INTO photos (street_id, sha256, subject_kind, subject_id, copy, size, mime, wanted)
             {number} SELECT 's', n, 'case', {name}, 'upright', 1, '', 1 FROM n"
        ),
        format!("INSERT INTO blobs (street_id, sha256, size, stored_at) {number} SELECT 's', n, 1, 0 FROM n"),
        format!(
            "INSERT INTO needs (street_id, id, visit_id, household_id, case_id, category, text)
             {number} SELECT 's', {name}, {name}, {name}, {name}, '', '' FROM n"
        ),
        format!(
            "INSERT INTO field_history (street_id, entity_id, field, mutation_id, household_id, value, rev, received_at)
             {number} SELECT 's', {name}, 'phone', {name}, {name}, 'null', 0, 0 FROM n"
        ),
        format!(
            "INSERT INTO timeline (street_id, case_id, n, what, actor_label, at, state, text, photos)
             {number} SELECT 's', {name}, 1, 'note', '', 0, 'submitted', '', '[]' FROM n"
        ),
        format!(
            "INSERT INTO bucket_rows (street_id, bucket, rev, kind, id, gone, at)
             {number} SELECT 's', 'grid:' || (n % 2), n, 'case', {name}, 0, 0 FROM n"
        ),
    ] {
        connection.execute(&insert, []).unwrap();
    }
    connection
}

/// Steps that the engine takes for a read whose text it has read before.
fn steps(street: &rusqlite::Connection, read: impl Fn(&Tx<'_>) -> Result<usize, StoreError>) -> usize {
    read(&Tx::sqlite(street)).unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let count_one = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        false
    };
    street.progress_handler(1, Some(count_one)).unwrap();
    read(&Tx::sqlite(street)).unwrap();
    count.load(Ordering::Relaxed)
}

#[test]
fn what_belongs_to_one_row_is_read_without_the_rest_of_the_street() {
    let (short, long) = (long_street(10), long_street(5_000));
    let (street, one) = ("s".into(), uuid::Uuid::from_u128(5));
    let photos = |tx: &Tx<'_>| photos::stored_of_cases(tx, &street, &[CaseId(one)]).map(|all| all.len());
    assert_eq!(photos(&Tx::sqlite(&long)).unwrap(), 1);
    assert_eq!(steps(&short, photos), steps(&long, photos));
    let needs = |tx: &Tx<'_>| visits::need_cases(tx, &street, &[VisitId(one)]).map(|all| all.len());
    assert_eq!(steps(&short, needs), steps(&long, needs));
    let values = |tx: &Tx<'_>| field_history::of_household(tx, &street, HouseholdId(one)).map(|all| all.len());
    assert_eq!(values(&Tx::sqlite(&long)).unwrap(), 1);
    assert_eq!(steps(&short, values), steps(&long, values));
    let uses = |tx: &Tx<'_>| photos::uses(tx, &street, &"5".into()).map(|all| all.len());
    assert_eq!(uses(&Tx::sqlite(&long)).unwrap(), 1);
    assert_eq!(steps(&short, uses), steps(&long, uses));
    let timeline = |tx: &Tx<'_>| timeline::of_cases(tx, &street, &[CaseId(one)]).map(|all| all.len());
    assert_eq!(steps(&short, timeline), steps(&long, timeline));
    let count = |tx: &Tx<'_>| timeline::count(tx, &street, CaseId(one)).map(|count| count as usize);
    assert_eq!(steps(&short, count), steps(&long, count));
    let buckets = |tx: &Tx<'_>| bucket_rows::of_row(tx, &street, RowType::Case, &one.to_string()).map(|all| all.len());
    assert_eq!(buckets(&Tx::sqlite(&long)).unwrap(), 1);
    assert_eq!(steps(&short, buckets), steps(&long, buckets));
    let page = |tx: &Tx<'_>| bucket_rows::after(tx, &street, &"grid:1".into(), 1, false, 3).map(|all| all.len());
    assert_eq!(steps(&short, page), steps(&long, page));
    let standing = |tx: &Tx<'_>| buckets::standing(tx, &street, &["grid:1".into()]).map(|all| all.len());
    assert_eq!(steps(&short, standing), steps(&long, standing));
    // Whoever reads everything takes more steps on the longer street.
    let everything = |tx: &Tx<'_>| {
        tx.query("SELECT id FROM needs", &[], |_row| Ok(()))
            .map(|all| all.len())
    };
    assert!(steps(&long, everything) > steps(&short, everything));
}
