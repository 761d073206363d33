//! Copies that PostgreSQL keeps elsewhere by itself, and what a server does when a standby took over.

use std::fs;
use std::time::Duration;

use cluster::Cluster;
use sync_server::backup::postgres::{Copies, Waiting, look};
use sync_server::blobs::Photos;
use sync_server::fence;
use sync_server::store::streets;
use sync_server::store::wal::{self, CopiedBy};

use crate::engine::{Ground, at, upgrade};
use crate::push::{creates, report};
use crate::world::{Phone, World, street, user};

/// So often somebody looks before giving up.
const LOOKS: usize = 500;
const PAUSE: Duration = Duration::from_millis(20);

/// A street on this cluster, with a phone that has pushed one report.
async fn street_on(database: &cluster::Database) -> (World, Phone, u64) {
    upgrade(database.url());
    let world = World::on(|folder| {
        let mut ground = Ground::on_sqlite(folder);
        ground.places.database = at(database.url());
        ground
    });
    let phone = world.enrol(1, user(1)).await;
    let rev = pushed(&world, &phone, 1).await;
    (world, phone, rev)
}

async fn pushed(world: &World, phone: &Phone, seq: u64) -> u64 {
    let mutation = creates(phone, seq, &report(u128::from(seq), "manhole"));
    world.push(phone, &[mutation]).await.street_rev
}

async fn durable(world: &World, phone: &Phone) -> Option<u64> {
    world.pull(phone, &[]).await.durable_rev
}

/// The rows go by one way, and something carries the photos off.
fn carried_off(rows: CopiedBy) -> Copies {
    Copies { rows, photos: None }
}

/// What waits, once the archive has it.
async fn archived(world: &World, cluster: &Cluster) -> Waiting {
    let waiting = look(&world.server, &carried_off(CopiedBy::Archive), None)
        .await
        .unwrap();
    let store = &world.server.store;
    let position = store.read(|tx| Ok(wal::position(tx)?)).await.unwrap().unwrap();
    cluster.close_log();
    for _ in 0..LOOKS {
        let position = position.clone();
        let reached = store.read(move |tx| Ok(wal::reached(tx, CopiedBy::Archive, &position)?));
        if reached.await.unwrap() {
            return waiting.unwrap();
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("nothing was archived");
}

/// Looks again and again until nothing waits any more. False when something still does.
async fn all_is_copied(world: &World, copies: &Copies, waiting: &mut Option<Waiting>, looks: usize) -> bool {
    for _ in 0..looks {
        *waiting = look(&world.server, copies, waiting.take()).await.unwrap();
        if waiting.is_none() {
            return true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_tick_waits_for_the_archive() {
    let cluster = Cluster::copied();
    let database = cluster.empty();
    let (away, archive) = (cluster.archive().with_extension("away"), cluster.archive());
    fs::rename(&archive, &away).unwrap();
    let (world, phone, rev) = street_on(&database).await;
    let (copies, mut waiting) = (carried_off(CopiedBy::Archive), None);
    cluster.close_log();
    assert!(
        !all_is_copied(&world, &copies, &mut waiting, 20).await,
        "nothing can be archived"
    );
    assert_eq!(durable(&world, &phone).await, None);
    fs::rename(&away, &archive).unwrap();
    cluster.close_log();
    assert!(all_is_copied(&world, &copies, &mut waiting, LOOKS).await);
    assert_eq!(durable(&world, &phone).await, Some(rev));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_tick_waits_until_the_photos_are_elsewhere_too() {
    let cluster = Cluster::copied();
    let database = cluster.empty();
    let (world, phone, rev) = street_on(&database).await;
    let waiting = archived(&world, &cluster).await;
    let beside = Copies {
        photos: Some(Photos::Folder(world.folder.path().join("blobs"))),
        ..carried_off(CopiedBy::Archive)
    };
    let still = look(&world.server, &beside, Some(waiting.clone())).await.unwrap();
    assert_eq!(still.as_ref(), Some(&waiting));
    assert_eq!(durable(&world, &phone).await, None, "they lie on this machine");
    look(&world.server, &carried_off(CopiedBy::Archive), still)
        .await
        .unwrap();
    assert_eq!(durable(&world, &phone).await, Some(rev));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_history_had_that_has_ended_is_told_to_nobody() {
    let cluster = Cluster::copied();
    let database = cluster.empty();
    let (world, phone, _) = street_on(&database).await;
    let waiting = archived(&world, &cluster).await;
    let elsewhere = world
        .server
        .store
        .write(|tx| Ok(tx.execute("UPDATE server SET value = 'another/1/1' WHERE name = 'cluster'", &[])?));
    assert_eq!(elsewhere.await.unwrap(), 1);
    look(&world.server, &carried_off(CopiedBy::Archive), Some(waiting))
        .await
        .unwrap();
    assert_eq!(durable(&world, &phone).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_street_in_which_nothing_happens_hears_every_hour_that_its_copies_are_well() {
    let cluster = Cluster::copied();
    let database = cluster.empty();
    let (world, ..) = street_on(&database).await;
    let copies = carried_off(CopiedBy::Archive);
    let told = async || {
        let store = &world.server.store;
        store
            .read(|tx| Ok(streets::backed_up_at(tx, &street())?))
            .await
            .unwrap()
    };
    let waiting = archived(&world, &cluster).await;
    let none = look(&world.server, &copies, Some(waiting)).await.unwrap();
    assert_eq!((none, told().await), (None, Some(world.server.now())));

    // The open file of the log holds nothing, so that it would never be archived.
    cluster.close_log();
    cluster.close_log();
    world.advance(3_599_999);
    assert_eq!(look(&world.server, &copies, None).await.unwrap(), None);
    world.advance(1);
    let waiting = archived(&world, &cluster).await;
    look(&world.server, &copies, Some(waiting)).await.unwrap();
    assert_eq!(told().await, Some(world.server.now()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_tick_waits_for_every_standby() {
    let cluster = Cluster::copied();
    let database = cluster.empty();
    let (world, phone, rev) = street_on(&database).await;
    let (copies, mut waiting) = (carried_off(CopiedBy::Standby), None);
    assert!(
        !all_is_copied(&world, &copies, &mut waiting, 20).await,
        "nobody follows"
    );
    let standby = cluster.standby();
    assert!(all_is_copied(&world, &copies, &mut waiting, LOOKS).await);
    assert_eq!(durable(&world, &phone).await, Some(rev));

    // It stands still; what comes now is on one machine alone.
    standby.crash();
    let later = pushed(&world, &phone, 2).await;
    assert!(
        !all_is_copied(&world, &copies, &mut waiting, 20).await,
        "nobody follows any more"
    );
    assert_eq!(durable(&world, &phone).await, Some(rev), "before {later}");
    standby.start();
    assert!(all_is_copied(&world, &copies, &mut waiting, LOOKS).await);
    assert_eq!(durable(&world, &phone).await, Some(later));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_notices_that_a_standby_took_over() {
    let cluster = Cluster::copied();
    let database = cluster.empty();
    let (world, ..) = street_on(&database).await;
    assert!(fence::keep(&world.server, None).await.unwrap().is_some());
    cluster.crash();
    cluster.start();
    assert!(after_a_break(&world).await, "a crash alone ends no history");
    cluster.take_over();
    assert!(!after_a_break(&world).await);
}

/// Whether the history is the one the server began with, once it has its connections again.
async fn after_a_break(world: &World) -> bool {
    for _ in 0..LOOKS {
        if let Ok(mark) = fence::keep(&world.server, None).await {
            return mark.is_some();
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("no connection any more");
}
