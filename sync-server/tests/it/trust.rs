//! A database that was restored is noticed, and a copy elsewhere counts only once it is one.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::protocol::{
    CompareRequest, CompareResponse, PullRequest, PushRequest, RowDigest, ServerKey, Statement, Verdict, receipt_line,
};
use domain::{Bucket, ReceivedAt};
use rusqlite::Connection;
use serde_json::Value;
use sync_server::backup::{self, BackupError, Taken};
use sync_server::fence;
use sync_server::places::Places;
use sync_server::rules;
use sync_server::store::{StoreError, buckets};

use crate::blobs::{offer, reported};
use crate::migrate::{find, open, put_preview};
use crate::push::{creates, report};
use crate::world::{Answer, MORNING, Phone, World, user};

/// Histories of a database put back at different heights.
const HEIGHTS: u64 = 6;

fn database(world: &World) -> PathBuf {
    world.folder.path().join("xunge.db")
}

/// A copy made by hand, as an operator would with the database's own tools.
fn by_hand(world: &World) -> PathBuf {
    let copy = world.folder.path().join("by-hand.db");
    drop(std::fs::remove_file(&copy));
    Connection::open(database(world))
        .unwrap()
        .backup("main", &copy, None)
        .unwrap();
    copy
}

/// A server on a copy of the database, with the fence that is given to it.
fn serve_copy(world: &mut World, copy: &Path, fence: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(copy, folder.path().join("xunge.db")).unwrap();
    std::fs::copy(fence, fence_in(folder.path())).unwrap();
    world.serve(open(world, &Places::in_folder(folder.path())).unwrap());
    folder
}

fn again(world: &mut World) {
    let server = open(world, &world.ground.places).unwrap();
    world.serve(server);
}

async fn push_seen(world: &World, phone: &Phone, seen: u64) -> Answer {
    let request = PushRequest {
        proto: 1,
        epoch: Some(phone.epoch),
        device: phone.device,
        seen: Some(seen),
        announce: None,
        mutations: Vec::new(),
    };
    world.post(Some(&phone.token), "/v1/push", &request).await
}

async fn health(world: &World) -> String {
    let answer = world.send(Request::get("/healthz").body(Body::empty()).unwrap()).await;
    answer.json::<Value>()["status"].as_str().unwrap().to_owned()
}

/// Pushes reports, makes a copy by hand after the first `kept` of them, puts it back, and tells whether the server that
/// starts on it noticed. `remembered` is false for the control, whose fence went back together with the database.
async fn noticed(kept: u64, all: u64, remembered: bool) -> bool {
    let mut world = World::on_sqlite();
    let phone = world.enrol(1, user(1)).await;
    let mut copy = None;
    for n in 1..=all {
        if n == kept + 1 {
            fence::keep(&world.server, None).await.unwrap();
            copy = Some(by_hand(&world));
            std::fs::copy(fence_in(world.folder.path()), world.folder.path().join("fence-then")).unwrap();
        }
        world
            .push(&phone, &[creates(&phone, n, &report(u128::from(n), "manhole"))])
            .await;
    }
    fence::keep(&world.server, None).await.unwrap();
    let before = world.server.epoch;
    let fence = if remembered {
        fence_in(world.folder.path())
    } else {
        world.folder.path().join("fence-then")
    };
    let _folder = serve_copy(&mut world, &copy.unwrap(), &fence);
    world.server.epoch != before
}

fn fence_in(folder: &Path) -> PathBuf {
    folder.join("xunge.fence")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_put_back_begins_a_new_history_before_anybody_is_served() {
    let mut missed = 0;
    for kept in 0..HEIGHTS {
        missed += u32::from(!noticed(kept, HEIGHTS, true).await);
    }
    let control = !noticed(2, HEIGHTS, false).await;
    println!(
        "PROVE P7 a_database_put_back_is_noticed runs={HEIGHTS} violations={missed} control={}",
        if control { "caught" } else { "missed" }
    );
    assert_eq!(missed, 0);
    assert!(control, "without the fence nobody at the server can notice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_only_killed_or_stopped_goes_on_with_its_history() {
    let mut world = World::on_sqlite();
    let phone = world.enrol(1, user(1)).await;
    let before = world.server.epoch;
    world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    again(&mut world); // killed: the fence is older than the database
    assert_eq!(world.server.epoch, before);
    fence::keep(&world.server, None).await.unwrap();
    again(&mut world);
    assert_eq!(world.server.epoch, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_its_fence_begins_a_new_history() {
    let mut world = World::on_sqlite();
    let before = world.server.epoch;
    std::fs::remove_file(fence_in(world.folder.path())).unwrap();
    again(&mut world);
    assert_ne!(world.server.epoch, before);
    let noted = world
        .number("SELECT COUNT(*) FROM incidents WHERE kind = 'new_history'")
        .await;
    assert_eq!(noted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_database_goes_on_with_its_history_at_the_next_start() {
    let mut world = World::new();
    let before = world.server.epoch;
    again(&mut world);
    assert_eq!(world.server.epoch, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_has_seen_more_closes_the_street_until_somebody_begins_a_new_history() {
    let mut world = World::on_sqlite();
    let (ahead, other) = (world.enrol(1, user(1)).await, world.enrol(2, user(2)).await);
    let seen = world
        .push(&ahead, &[creates(&ahead, 1, &report(1, "manhole"))])
        .await
        .street_rev;
    assert_eq!(
        push_seen(&world, &ahead, seen).await.status,
        StatusCode::OK,
        "as far as the street"
    );
    assert_eq!(health(&world).await, "ok");
    let refused = push_seen(&world, &ahead, seen + 1).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "read_only")
    );
    assert_eq!(health(&world).await, "read_only");

    // Nobody writes, everybody reads.
    let push = PushRequest {
        proto: 1,
        epoch: Some(other.epoch),
        device: other.device,
        seen: None,
        announce: None,
        mutations: vec![creates(&other, 1, &report(2, "manhole"))],
    };
    let refused = world.post(Some(&other.token), "/v1/push", &push).await;
    assert_eq!(refused.code(), "read_only");
    assert!(!world.pull(&other, &[]).await.buckets.is_empty());
    assert_eq!(world.number("SELECT COUNT(*) FROM reports").await, 1);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM incidents WHERE kind = 'cursor_ahead'")
            .await,
        1
    );

    let before = world.server.epoch;
    backup::begin_in_place(&world.ground.places, 0, ReceivedAt(MORNING)).unwrap();
    again(&mut world);
    assert_ne!(world.server.epoch, before);
    assert_eq!(health(&world).await, "ok");
    let answer = world.push(&other, &push.mutations).await;
    assert_eq!(answer.receipts[0].verdict, Verdict::Applied);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_from_the_future_closes_the_street_too() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let rev = world.pull(&phone, &[]).await.street_rev;
    let ask = |seen, cursor| PullRequest {
        proto: 1,
        bundle_key: false,
        epoch: Some(phone.epoch),
        device: phone.device,
        cursors: [("ref".into(), cursor)].into(),
        seen,
        check: false,
        profile: None,
        max_bytes: None,
        announce: None,
    };
    let pull = async |seen, cursor| {
        world
            .post(Some(&phone.token), "/v1/pull", &ask(seen, cursor))
            .await
            .status
    };
    assert_eq!(pull(Some(rev), rev).await, StatusCode::OK);
    assert_eq!(pull(None, rev + 1).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(pull(Some(rev + 1), rev).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM streets WHERE read_only_at IS NULL")
            .await,
        0
    );
}

fn copy(world: &World, to: &Path, counts: bool, at: i64) -> Result<Taken, BackupError> {
    backup::take(&world.ground.places, to, counts, ReceivedAt(MORNING + at))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_told_to_phones_only_when_it_lies_elsewhere_and_is_whole() {
    let world = World::on_sqlite();
    let (phone, [_, preview, _]) = reported(&world).await;
    put_preview(&world, &phone, &preview).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let durable = async || world.push(&phone, &[]).await.durable_rev;
    assert_eq!(durable().await, None);
    assert!(!copy(&world, elsewhere.path(), false, 1).unwrap().counts);
    assert_eq!(durable().await, None);

    // A photo that is gone from the server: the copy lacks it, and no phone may let go of it.
    let photo = find(&world.folder.path().join("blobs"), preview.file.sha256.as_str());
    let (bytes, empty) = (std::fs::read(&photo).unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(&photo, b"damaged").unwrap();
    let taken = copy(&world, empty.path(), true, 2).unwrap();
    assert_eq!(
        (taken.missing, taken.counts),
        (vec![preview.file.sha256.clone()], false)
    );
    assert_eq!(durable().await, None);

    std::fs::write(&photo, bytes).unwrap();
    let rev = world.pull(&phone, &[]).await.street_rev;
    let taken = copy(&world, empty.path(), true, 3).unwrap();
    assert_eq!((taken.photos, taken.counts), (1, true));
    assert_eq!(durable().await, Some(rev));
    assert_eq!(world.pull(&phone, &[]).await.durable_rev, Some(rev));
    // A photo that was copied once is not copied again.
    assert_eq!(copy(&world, empty.path(), true, 4).unwrap().photos, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsed_restore_brings_back_the_copy_and_asks_for_the_rest() {
    let mut world = World::on_sqlite();
    let (phone, [upright, preview, _]) = reported(&world).await;
    put_preview(&world, &phone, &preview).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let taken = copy(&world, elsewhere.path(), true, 1).unwrap();
    let late = creates(&phone, 2, &report(2, "manhole"));
    world.push(&phone, std::slice::from_ref(&late)).await;
    let before = world.server.epoch;

    // The machine is lost; the copy goes to another one, whose folder knows nothing.
    let fresh = tempfile::tempdir().unwrap();
    let places = Places::in_folder(fresh.path());
    let put_back =
        |name: Option<&str>, lost| backup::restore(&places, elsewhere.path(), name, lost, ReceivedAt(MORNING));
    let back = put_back(None, 0).unwrap();
    assert_eq!((back.name, back.photos, back.before), (taken.name.clone(), 1, None));
    assert!(back.missing.is_empty());
    world.serve(open(&world, &places).unwrap());
    assert_ne!(world.server.epoch, before);
    assert_eq!(world.number("SELECT COUNT(*) FROM reports").await, 1);
    let answer = world.push(&phone, &[late]).await;
    assert_eq!(
        (answer.receipts[0].verdict.clone(), answer.durable_rev),
        (Verdict::Applied, None)
    );
    let hashes = vec![preview.file.sha256.clone(), upright.file.sha256.clone()];
    let lines = offer(&world, &phone, hashes).await;
    assert_eq!(
        (lines[0]["answer"].as_str(), lines[1]["answer"].as_str()),
        (Some("have"), Some("want"))
    );

    // A photo that neither machine nor copy has may only be out of reach: it is not forgotten unless a person says so, and
    // then wanted again.
    std::fs::remove_dir_all(elsewhere.path().join("blobs")).unwrap();
    std::fs::remove_dir_all(fresh.path().join("blobs")).unwrap();
    let refused = put_back(Some(&taken.name), 0);
    assert!(matches!(
        refused,
        Err(BackupError::PhotosMissing { missing: 1, named: 1 })
    ));
    let names = std::fs::read_dir(fresh.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = names.filter(|name| !is_of_a_server(&name.to_string_lossy())).collect();
    assert_eq!(left, [""; 0], "nothing was set aside or left behind");
    let refused = backup::begin_in_place(&places, 0, ReceivedAt(MORNING));
    assert!(matches!(refused, Err(BackupError::PhotosMissing { .. })));
    let still = open(&world, &places).unwrap();
    assert_eq!(still.epoch, world.server.epoch, "no new history began");
    drop(still);
    let back = put_back(Some(&taken.name), 1).unwrap();
    assert_eq!(back.missing, std::slice::from_ref(&preview.file.sha256));
    assert!(
        back.before.is_some_and(|path| path.exists()),
        "what was there is set aside"
    );
    world.serve(open(&world, &places).unwrap());
    let lines = offer(&world, &phone, vec![preview.file.sha256]).await;
    assert_eq!(lines[0]["answer"], "want");
}

fn is_of_a_server(name: &str) -> bool {
    name == "blobs"
        || ["db", "db-wal", "db-shm", "fence", "lock"]
            .iter()
            .any(|kind| name == format!("xunge.{kind}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_history_begins_on_a_database_that_is_there_or_nowhere() {
    let empty = tempfile::tempdir().unwrap();
    let places = Places::in_folder(empty.path());
    let refused = backup::begin_in_place(&places, 0, ReceivedAt(MORNING));
    assert!(matches!(refused, Err(BackupError::NoDatabase)));
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);
    std::fs::write(empty.path().join("xunge.db"), b"").unwrap();
    let refused = backup::begin_in_place(&places, 0, ReceivedAt(MORNING));
    assert!(matches!(refused, Err(BackupError::NoDatabase)), "nobody's street");
}

#[tokio::test(flavor = "multi_thread")]
async fn putting_back_the_newest_copy_is_noticed_even_when_nothing_came_after_it() {
    let mut world = World::on_sqlite();
    let phone = world.enrol(1, user(1)).await;
    world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let taken = copy(&world, elsewhere.path(), true, 1).unwrap();
    let before = world.server.epoch;
    let (copy, fence) = (
        elsewhere.path().join(format!("{}.db", taken.name)),
        fence_in(world.folder.path()),
    );
    let _folder = serve_copy(&mut world, &copy, &fence);
    assert_ne!(world.server.epoch, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_copy_is_refused_and_nothing_is_changed() {
    let world = World::on_sqlite();
    let elsewhere = tempfile::tempdir().unwrap();
    let taken = copy(&world, elsewhere.path(), true, 1).unwrap();
    let file = elsewhere.path().join(format!("{}.db", taken.name));
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let fresh = tempfile::tempdir().unwrap();
    let places = Places::in_folder(fresh.path());
    let put_back = |name: Option<&str>| backup::restore(&places, elsewhere.path(), name, 0, ReceivedAt(MORNING));
    let refused = put_back(None);
    assert!(matches!(refused, Err(BackupError::Damaged)));
    let none = put_back(Some("yesterday"));
    assert!(matches!(none, Err(BackupError::NoCopy)));
    assert_eq!(std::fs::read_dir(fresh.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_copies_are_kept() {
    let world = World::on_sqlite();
    let elsewhere = tempfile::tempdir().unwrap();
    let extra = 3;
    for n in 0..backup::KEPT + extra {
        copy(&world, elsewhere.path(), false, i64::try_from(n).unwrap()).unwrap();
    }
    let files = std::fs::read_dir(elsewhere.path()).unwrap();
    let copies = files.filter(|file| {
        file.as_ref()
            .unwrap()
            .path()
            .extension()
            .is_some_and(|kind| kind == "db")
    });
    assert_eq!(copies.count(), backup::KEPT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_the_clock_stands_wrong_is_the_newest_all_the_same() {
    let world = World::on_sqlite();
    let elsewhere = tempfile::tempdir().unwrap();
    for n in 0..backup::KEPT {
        copy(&world, elsewhere.path(), false, i64::try_from(n).unwrap()).unwrap();
    }
    let ten_years = 10 * 366 * 86_400_000;
    let made = copy(&world, elsewhere.path(), true, -ten_years).unwrap();
    assert!(made.counts);
    let database = elsewhere.path().join(format!("{}.db", made.name));
    assert!(database.is_file(), "the copy that phones let go for is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_fails_half_way_leaves_no_draft_behind() {
    let world = World::on_sqlite();
    let (phone, [_, preview, _]) = reported(&world).await;
    put_preview(&world, &phone, &preview).await;
    let elsewhere = tempfile::tempdir().unwrap();
    // Where the photos of the copies should be lies something else.
    std::fs::write(elsewhere.path().join("blobs"), b"in the way").unwrap();
    assert!(copy(&world, elsewhere.path(), true, 1).is_err());
    let left: Vec<_> = std::fs::read_dir(elsewhere.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["blobs"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_receipt_is_signed_and_the_key_is_given_at_enrolment() {
    let mut world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let key = world.server.key.public();
    let made = [
        creates(&phone, 1, &report(1, "manhole")),
        creates(&phone, 2, &report(2, "manhole")),
    ];
    let answer = world.push(&phone, &made).await;
    let statement = Statement {
        epoch: answer.epoch,
        street_rev: answer.street_rev,
        lines: answer.receipts.iter().map(receipt_line).collect(),
    };
    let sig = answer.sig.unwrap();
    assert!(statement.is_signed_by(&key, &sig));
    assert!(
        !statement.is_signed_by(&ServerKey::from_seed(&[1; 32]).public(), &sig),
        "control: another key"
    );
    assert_eq!(world.push(&phone, &[]).await.sig, None, "nothing was confirmed");
    again(&mut world);
    assert_eq!(world.server.key.public(), key, "the key stays");
}

/// Digests of every bucket as they are kept and as they are counted.
async fn digests(world: &World) -> Vec<(RowDigest, RowDigest)> {
    world
        .server
        .store
        .read(|tx| {
            let street = crate::world::street();
            let names = tx.query("SELECT DISTINCT bucket FROM bucket_rows", &[], |row| {
                row.get::<Bucket>("bucket")
            })?;
            let both = names.iter().map(|bucket| {
                Ok((
                    buckets::digest(tx, &street, bucket)?,
                    buckets::counted(tx, &street, bucket)?,
                ))
            });
            Ok(both.collect::<Result<Vec<_>, StoreError>>()?)
        })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_digests_follow_every_change_and_go_with_the_page_that_brought_it() {
    let world = World::new();
    let (phone, _) = reported(&world).await;
    for n in 2..6 {
        world
            .push(&phone, &[creates(&phone, n, &report(u128::from(n), "manhole"))])
            .await;
        let both = digests(&world).await;
        assert!(both.iter().all(|(kept, counted)| kept == counted));
    }
    let first = world.pull(&phone, &[]).await;
    assert!(first.buckets.iter().all(|page| page.digest.is_some()));
    let mut ours = RowDigest::default();
    let me = first
        .buckets
        .iter()
        .find(|page| page.id.as_str().starts_with("me:"))
        .unwrap();
    me.rows.iter().for_each(|row| ours.add(row.kind, &row.id, row.rev));
    assert_eq!(me.digest, Some(ours));
    let idle = world.pull(&phone, &crate::pull::cursors(&first)).await;
    assert!(
        idle.buckets.iter().all(|page| page.digest.is_none()),
        "nothing moved, nothing asked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_below_digests_brings_the_rows_and_mends_a_kept_digest_that_is_wrong() {
    let world = World::new();
    let (phone, _) = reported(&world).await;
    let bucket = Bucket(format!("me:{}", phone.user));
    let spoil = "UPDATE buckets SET digest = '1.1'";
    world
        .server
        .store
        .write(move |tx| Ok(tx.execute(spoil, &[])?))
        .await
        .unwrap();
    let ask = async |prefixes: Vec<String>, rows| {
        let request = CompareRequest {
            proto: 1,
            epoch: Some(phone.epoch),
            device: phone.device,
            bucket: bucket.clone(),
            prefixes,
            rows,
        };
        world
            .post(Some(&phone.token), "/v1/compare", &request)
            .await
            .json::<CompareResponse>()
    };
    let roots = ask(vec![String::new()], false).await.parts;
    let leaves = ask(roots.keys().cloned().collect(), false).await.parts;
    let rows = ask(leaves.keys().cloned().collect(), true).await.rows;
    let page = world
        .pull(&phone, &[])
        .await
        .buckets
        .into_iter()
        .find(|page| page.id == bucket)
        .unwrap();
    let names = |rows: &[domain::protocol::Row]| {
        let mut names: Vec<_> = rows.iter().map(|row| (row.kind, row.id.clone(), row.rev)).collect();
        names.sort();
        names
    };
    assert!(!rows.is_empty());
    assert_eq!(names(&rows), names(&page.rows));
    let both = digests(&world).await;
    assert!(
        both.iter().any(|(kept, counted)| kept == counted),
        "the one that was asked for is mended"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_of_a_bucket_out_of_sight_or_below_no_prefix_is_refused() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let bucket = Bucket::from("ref");
    let foreign = CompareRequest {
        proto: 1,
        epoch: Some(phone.epoch),
        device: phone.device,
        bucket: "dept:municipal".into(),
        prefixes: vec![String::new()],
        rows: false,
    };
    let refused = world.post(Some(&phone.token), "/v1/compare", &foreign).await;
    assert_eq!(refused.code(), "not_found");
    let odd = CompareRequest {
        prefixes: vec!["xyz".to_owned()],
        bucket,
        ..foreign
    };
    assert_eq!(
        world.post(Some(&phone.token), "/v1/compare", &odd).await.code(),
        "bad_request"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_tombstone_is_forgotten_and_a_phone_that_missed_it_begins_again() {
    let world = World::new();
    let (phone, _) = reported(&world).await;
    let before = crate::pull::cursors(&world.pull(&phone, &[]).await);
    let leave = "UPDATE bucket_rows SET gone = 1, rev = rev + 100 WHERE kind = 'case' AND bucket LIKE 'grid:%'";
    let raise = "UPDATE streets SET rev = rev + 200";
    for sql in [leave, raise] {
        world
            .server
            .store
            .write(move |tx| Ok(tx.execute(sql, &[])?))
            .await
            .unwrap();
    }
    assert_eq!(
        rules::forget_tombstones(&world.server).await.unwrap(),
        0,
        "it is not old"
    );
    let seen = crate::pull::cursors(&world.pull(&phone, &before).await);
    world.advance(401 * 86_400_000);
    assert_eq!(rules::forget_tombstones(&world.server).await.unwrap(), 1);
    let grid = |answer: domain::protocol::PullResponse| {
        let page = answer
            .buckets
            .into_iter()
            .find(|page| page.id.as_str().starts_with("grid:"))
            .unwrap();
        (page.reset, page.gone.len())
    };
    assert_eq!(grid(world.pull(&phone, &before).await), (true, 0), "missed it");
    assert_eq!(grid(world.pull(&phone, &seen).await), (false, 0), "has seen it");
}
