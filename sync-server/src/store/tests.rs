use domain::ErrorCode;
use tempfile::TempDir;

use super::*;
use crate::args;

fn fresh() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("xunge.db"), 2).unwrap();
    (folder, store)
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
    let (_folder, store) = fresh();
    let full = store
        .write_blocking(|tx| Ok(tx.number("PRAGMA synchronous", &[])?))
        .unwrap();
    assert_eq!(full, 2);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let (folder, store) = fresh();
    drop(store);
    let path = folder.path().join("xunge.db");
    let next = migrate::newest() + 1;
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(&format!("PRAGMA user_version = {next}"))
        .unwrap();
    let error = Store::open(&path, 1).err().unwrap();
    assert_eq!(error.code(), ErrorCode::DatabaseNewer);
}

#[test]
fn a_damaged_database_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("xunge.db");
    std::fs::write(&path, vec![7; 8192]).unwrap();
    assert_eq!(Store::open(&path, 1).err().unwrap().code(), ErrorCode::DatabaseCorrupt);
}

#[test]
fn a_failed_write_leaves_nothing_and_the_next_one_goes_on() {
    let (_folder, store) = fresh();
    let failed = store.write_blocking(|tx| {
        put(tx, "a")?;
        Err::<(), _>(ErrorCode::Stale.into())
    });
    assert_eq!(failed.unwrap_err().wire().code, ErrorCode::Stale);
    store.write_blocking(|tx| put(tx, "b")).unwrap();
    assert_eq!(count(&store), 1);
}

#[test]
fn a_panic_in_one_write_does_not_end_the_writer() {
    let (_folder, store) = fresh();
    let panicked = store.write_blocking(|tx| {
        put(tx, "a")?;
        assert!(tx.number("SELECT 0", &[])? == 1, "on purpose");
        Ok(())
    });
    assert!(matches!(panicked, Err(Failure::Panicked)));
    store.write_blocking(|tx| put(tx, "b")).unwrap();
    assert_eq!(count(&store), 1);
}

#[test]
fn a_savepoint_undoes_its_own_part_only() {
    let (_folder, store) = fresh();
    store
        .write_blocking(|tx| {
            put(tx, "kept")?;
            let undone = tx.savepoint(|| {
                put(tx, "undone")?;
                Err::<(), _>(ErrorCode::Invalid.into())
            });
            assert!(undone.is_err());
            put(tx, "also kept")
        })
        .unwrap();
    assert_eq!(count(&store), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_wait_together_share_a_commit_and_fail_alone() {
    let (_folder, store) = fresh();
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
    assert_eq!((failed, count(&store)), (20, 180));
}

#[test]
fn a_reader_cannot_write() {
    let (_folder, store) = fresh();
    assert!(store.read_blocking(|tx| put(tx, "a")).is_err());
}

#[test]
fn parameters_are_bound_by_their_number_in_whatever_order_they_appear() {
    let (_folder, store) = fresh();
    let joined: Option<String> = store
        .read_blocking(|tx| {
            Ok(tx.query_opt("SELECT $2 || $1 || $2 AS joined", args!["a", "b"], |row| {
                row.get("joined")
            })?)
        })
        .unwrap();
    assert_eq!(joined.as_deref(), Some("bab"));
    let missing = store.read_blocking(|tx| Ok(tx.number("SELECT $2", args!["only one"])?));
    assert!(missing.is_err());
}

#[test]
fn a_full_disk_is_told_apart_and_what_was_acknowledged_stays() {
    let (_folder, store) = fresh();
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
    assert_eq!(count(&store), 1);
    store
        .write_blocking(|tx| Ok(tx.number("PRAGMA max_page_count = 1000000", &[])?))
        .unwrap();
    store.write_blocking(|tx| put(tx, "after")).unwrap();
    assert_eq!(count(&store), 2);
}
