//! Copies that PostgreSQL keeps elsewhere by itself, and what a server does when a standby took over.

use std::fs;
use std::time::Duration;

use cluster::Cluster;
use sync_server::backup::postgres::{Waiting, look};
use sync_server::fence;
use sync_server::store::wal::CopiedBy;

use crate::engine::{Ground, at, upgrade};
use crate::push::{creates, report};
use crate::world::{Phone, World, user};

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

/// Looks again and again until nothing waits any more. False when something still does.
async fn all_is_copied(world: &World, by: CopiedBy, waiting: &mut Option<Waiting>, looks: usize) -> bool {
    for _ in 0..looks {
        *waiting = look(&world.server, by, waiting.take()).await.unwrap();
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
    let (by, mut waiting) = (CopiedBy::Archive, None);
    cluster.close_log();
    assert!(
        !all_is_copied(&world, by, &mut waiting, 20).await,
        "nothing can be archived"
    );
    assert_eq!(durable(&world, &phone).await, None);
    fs::rename(&away, &archive).unwrap();
    cluster.close_log();
    assert!(all_is_copied(&world, by, &mut waiting, LOOKS).await);
    assert_eq!(durable(&world, &phone).await, Some(rev));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_tick_waits_for_every_standby() {
    let cluster = Cluster::copied();
    let database = cluster.empty();
    let (world, phone, rev) = street_on(&database).await;
    let (by, mut waiting) = (CopiedBy::Standby, None);
    assert!(!all_is_copied(&world, by, &mut waiting, 20).await, "nobody follows");
    let standby = cluster.standby();
    assert!(all_is_copied(&world, by, &mut waiting, LOOKS).await);
    assert_eq!(durable(&world, &phone).await, Some(rev));

    // It stands still; what comes now is on one machine alone.
    standby.crash();
    let later = pushed(&world, &phone, 2).await;
    assert!(
        !all_is_copied(&world, by, &mut waiting, 20).await,
        "nobody follows any more"
    );
    assert_eq!(durable(&world, &phone).await, Some(rev), "before {later}");
    standby.start();
    assert!(all_is_copied(&world, by, &mut waiting, LOOKS).await);
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
