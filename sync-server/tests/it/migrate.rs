//! A running street moves from SQLite to PostgreSQL, and its phones carry on.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use axum::http::Method;
use cluster::Cluster;
use domain::protocol::{RowType, Verdict};
use serde_json::json;
use sync_server::blobs::Photos;
use sync_server::office::Office;
use sync_server::places::Places;
use sync_server::routes::router;
use sync_server::server::Server;
use sync_server::store::StoreError;

use crate::blobs::{Photo, blob, offer, reported};
use crate::engine::at;
use crate::push::{creates, report};
use crate::world::{Phone, World};

fn migrate(from: &Path, to: &str, photos: &Path) -> Output {
    asked(from, to, photos).output().unwrap()
}

fn asked(from: &Path, to: &str, photos: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command.args(["migrate-store", "--to", to, "--from"]).arg(from);
    command.arg("--to-photos").arg(photos);
    command
}

pub(crate) fn open(world: &World, places: &Places) -> Result<Server, StoreError> {
    let (clock, ids) = (Arc::clone(&world.server.clock), Arc::clone(&world.server.ids));
    Server::open_at(places, Office::default(), clock, ids)
}

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_street_moves_to_postgres_and_its_phones_carry_on() {
    let mut world = World::on_sqlite();
    let (phone, [_, preview, _]) = reported(&world).await;
    put_preview(&world, &phone, &preview).await;
    let second = creates(&phone, 2, &report(2, "manhole"));
    world.push(&phone, std::slice::from_ref(&second)).await;
    let before = world.counts().await;
    let revs = world.number("SELECT rev FROM streets").await;

    let database = Cluster::shared().empty();
    let photos = tempfile::tempdir().unwrap();
    let moved = migrate(world.folder.path(), database.url(), photos.path());
    assert!(moved.status.success(), "{}", said(&moved));
    assert!(
        !said(&moved).contains("postgres@"),
        "an address is shown without its user"
    );

    let places = Places {
        database: at(database.url()),
        photos: Photos::Folder(photos.path().to_owned()),
        ..Places::in_folder(world.folder.path())
    };
    let old_epoch = world.server.epoch;
    world.serve(open(&world, &places).unwrap());
    assert_eq!(world.counts().await, before);
    assert_ne!(world.server.epoch, old_epoch, "phones offer again what they keep");
    let street = crate::world::street();
    assert_eq!(
        world.server.files.read(&street, &preview.file.sha256).unwrap(),
        preview.bytes
    );

    // The phone still believes in the old epoch. It offers everything again, and something new.
    let third = creates(&phone, 3, &report(3, "manhole"));
    let answer = world.push(&phone, &[second, third]).await;
    let verdicts: Vec<_> = answer.receipts.iter().map(|receipt| receipt.verdict.clone()).collect();
    assert_eq!(verdicts, [Verdict::Applied, Verdict::Applied]);
    assert_eq!(answer.epoch, world.server.epoch);
    assert!(
        answer.street_rev > u64::try_from(revs).unwrap(),
        "revisions go on where they were"
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM reports").await, 3);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM cases WHERE number = 'JL-20260302-0003'")
            .await,
        1,
        "numbers go on where they were"
    );
    let pulled = world.pull(&phone, &[]).await;
    let cases = pulled
        .buckets
        .iter()
        .flat_map(|bucket| &bucket.rows)
        .filter(|row| row.kind == RowType::Case);
    let mut ids: Vec<_> = cases.map(|row| row.id.clone()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_starts_on_the_old_database_and_nothing_moves_twice() {
    let world = World::on_sqlite();
    let database = Cluster::shared().empty();
    let photos = tempfile::tempdir().unwrap();
    let folder = world.folder.path();
    let full = migrate(folder, database.url(), photos.path());
    assert!(full.status.success(), "{}", said(&full));
    let again = migrate(folder, database.url(), photos.path());
    assert!(said(&again).contains("[street_moved]"), "{}", said(&again));
    let places = Places::in_folder(folder);
    assert!(matches!(open(&world, &places).err(), Some(StoreError::Moved)));

    let other = World::on_sqlite();
    let refused = migrate(other.folder.path(), database.url(), photos.path());
    assert!(said(&refused).contains("[target_not_empty]"), "{}", said(&refused));
    let wrong = migrate(other.folder.path(), "mysql://root:secret@db/x", photos.path());
    assert!(
        said(&wrong).contains("[database_invalid]") && !said(&wrong).contains("secret"),
        "{}",
        said(&wrong)
    );
    let places = Places::in_folder(other.folder.path());
    let held = places.hold().unwrap();
    let running = migrate(other.folder.path(), Cluster::shared().empty().url(), photos.path());
    assert!(said(&running).contains("[in_use]"), "{}", said(&running));
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_damaged_at_the_move_is_asked_for_again() {
    let mut world = World::on_sqlite();
    let (phone, [_, preview, _]) = reported(&world).await;
    put_preview(&world, &phone, &preview).await;
    let file = find(&world.folder.path().join("blobs"), preview.file.sha256.as_str());
    std::fs::write(file, b"rotten").unwrap();
    let database = Cluster::shared().empty();
    let photos = tempfile::tempdir().unwrap();
    let refused = migrate(world.folder.path(), database.url(), photos.path());
    assert!(said(&refused).contains("[photos_missing]"), "{}", said(&refused));
    let mut lost = asked(world.folder.path(), database.url(), photos.path());
    let moved = lost.args(["--forget-photos", "1"]).output().unwrap();
    assert!(
        moved.status.success() && said(&moved).contains(preview.file.sha256.as_str()),
        "{}",
        said(&moved)
    );
    let places = Places {
        database: at(database.url()),
        photos: Photos::Folder(photos.path().to_owned()),
        ..Places::in_folder(world.folder.path())
    };
    world.serve(open(&world, &places).unwrap());
    let asked = offer(&world, &phone, vec![preview.file.sha256.clone()]).await;
    assert_eq!(asked, [json!({"answer": "want", "offset": 0})]);
    put_preview(&world, &phone, &preview).await;
    let street = crate::world::street();
    assert_eq!(
        world.server.files.read(&street, &preview.file.sha256).unwrap(),
        preview.bytes
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_that_lie_elsewhere_come_along() {
    let world = World::on_sqlite();
    let (phone, [_, preview, _]) = reported(&world).await;
    put_preview(&world, &phone, &preview).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let there = elsewhere.path().join("photos");
    std::fs::rename(world.folder.path().join("blobs"), &there).unwrap();
    let (database, photos) = (Cluster::shared().empty(), tempfile::tempdir().unwrap());
    let mut command = asked(world.folder.path(), database.url(), photos.path());
    let moved = command.arg("--from-photos").arg(&there).output().unwrap();
    assert!(moved.status.success(), "{}", said(&moved));
    assert!(find(photos.path(), preview.file.sha256.as_str()).is_file());
    assert_eq!(database.number("SELECT COUNT(*) FROM blobs"), 1);
}

/// A target that changes what it is given must be noticed, and the source be left as it was.
#[tokio::test(flavor = "multi_thread")]
async fn control_a_copy_that_differs_is_undone() {
    let world = World::on_sqlite();
    let database = Cluster::shared().empty();
    crate::engine::upgrade(database.url());
    database.run(
        "CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.language = ''; RETURN NEW; END $$;
             CREATE TRIGGER forget BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION forget()",
    );
    let photos = tempfile::tempdir().unwrap();
    let differs = migrate(world.folder.path(), database.url(), photos.path());
    assert!(said(&differs).contains("[target_differs]"), "{}", said(&differs));
    assert_eq!(database.number("SELECT COUNT(*) FROM grids"), 0);
    let places = Places::in_folder(world.folder.path());
    assert!(open(&world, &places).is_ok());
}

pub(crate) async fn put_preview(world: &World, phone: &Phone, preview: &Photo) {
    let name = preview.file.sha256.as_str();
    let stored = blob(world, phone, Method::PUT, name, None, &preview.bytes).await;
    assert_eq!(stored.status, 200);
}

pub(crate) fn find(folder: &Path, name: &str) -> std::path::PathBuf {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut below: Vec<_> = entries.collect();
    while let Some(path) = below.pop() {
        if path.ends_with(name) {
            return path;
        }
        if path.is_dir() {
            below.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    panic!("no such file");
}

impl World {
    /// Another server for the same phones.
    pub(crate) fn serve(&mut self, server: Server) {
        self.app = router(server.clone());
        self.server = server;
    }

    async fn counts(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for sql in [
            "SELECT COUNT(*) FROM reports",
            "SELECT COUNT(*) FROM cases",
            "SELECT COUNT(*) FROM orders",
            "SELECT COUNT(*) FROM timeline",
            "SELECT COUNT(*) FROM receipts",
            "SELECT COUNT(*) FROM bucket_rows",
            "SELECT COUNT(*) FROM blobs",
            "SELECT COUNT(*) FROM people",
            "SELECT CAST(SUM(rev) AS BIGINT) FROM bucket_rows",
        ] {
            counts.push(self.number(sql).await);
        }
        counts
    }
}
