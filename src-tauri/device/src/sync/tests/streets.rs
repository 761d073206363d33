//! A phone that is enrolled in one street, then in another, then in the first again.

use super::refusals::enrolment;
use super::*;
use crate::store::identity;

const OTHER: Epoch = Epoch(Uuid::from_u128(0x0b));
const RESTORED: Epoch = Epoch(Uuid::from_u128(0x0c));
const DAY: i64 = 86_400_000;

/// The worker signs out, and in again with a code of a street whose server is in this history.
async fn move_to(world: &World, street: &str, epoch: Epoch, code: &str) {
    if world.device.get_session().unwrap().enrolled {
        world.device.sign_out().unwrap();
    }
    world.server.state().profile.street = street.into();
    world.server.state().epoch = epoch;
    world.device.enrol(enrolment(code)).await.unwrap();
}

/// The entities of what the server did, in order.
fn arrived(world: &World) -> Vec<Uuid> {
    world
        .server
        .state()
        .done
        .iter()
        .map(|mutation| mutation.entity)
        .collect()
}

#[tokio::test]
async fn a_street_restored_while_the_phone_was_elsewhere_gets_everything_of_its_own_again() {
    let world = World::new();
    let first = world.server.state().epoch;
    move_to(&world, "s", first, "GOODCODE").await;
    let report = world.save_report("tree-fallen").summary.id;
    settle(&world).await;
    world.server.restore_empty(OTHER);
    move_to(&world, "t", OTHER, "NEXTCODE").await;
    let of_the_other = world.save_report("ads").summary.id;
    settle(&world).await;
    assert_eq!(
        arrived(&world),
        [of_the_other.0],
        "the other street hears nothing of it"
    );
    world.server.restore_empty(RESTORED);
    move_to(&world, "s", RESTORED, "LASTCODE").await;
    settle(&world).await;
    assert_eq!(arrived(&world), [report.0]);
    assert_eq!(world.server.state().blobs.len(), 2, "with preview and upright");
}

#[tokio::test]
async fn a_history_that_began_while_the_phone_was_enrolled_is_remembered_as_its_streets() {
    let world = World::new();
    let first = world.server.state().epoch;
    move_to(&world, "s", first, "GOODCODE").await;
    let report = world.save_report("tree-fallen").summary.id;
    world.server.restore_empty(Epoch(Uuid::from_u128(0x0d)));
    settle(&world).await;
    world.server.restore_empty(OTHER);
    move_to(&world, "t", OTHER, "NEXTCODE").await;
    settle(&world).await;
    world.server.restore_empty(RESTORED);
    move_to(&world, "s", RESTORED, "LASTCODE").await;
    settle(&world).await;
    assert_eq!(arrived(&world), [report.0]);
}

#[tokio::test]
async fn photos_of_one_street_are_not_let_go_of_on_the_word_of_another() {
    let world = World::new();
    let first = world.server.state().epoch;
    move_to(&world, "s", first, "GOODCODE").await;
    let photo = world
        .save_report("tree-fallen")
        .photos
        .remove(0)
        .manifest
        .upright
        .unwrap();
    settle(&world).await;
    world.clock.advance(31 * DAY);
    let is_here = || world.device.photo_path(&photo.sha256).exists();
    world.server.state().rev = 100;
    world.server.state().durable_rev = Some(100);
    move_to(&world, "t", OTHER, "NEXTCODE").await;
    world.device.pull().await.unwrap();
    assert_eq!(world.device.identity().unwrap().unwrap().durable_rev, Some(100));
    assert!(is_here());
    move_to(&world, "s", first, "LASTCODE").await;
    world.device.pull().await.unwrap();
    assert!(!is_here(), "the control: its own street says so");
}

#[tokio::test]
async fn a_picture_that_is_reported_in_two_streets_reaches_both() {
    let world = World::new();
    let first = world.server.state().epoch;
    move_to(&world, "s", first, "GOODCODE").await;
    world.save_report_with("tree-fallen", "", &jpeg(7));
    settle(&world).await;
    let files: Vec<_> = world.server.state().blobs.keys().cloned().collect();
    assert_eq!(files.len(), 2);
    world.server.restore_empty(OTHER);
    move_to(&world, "t", OTHER, "NEXTCODE").await;
    assert!(
        world.server.state().blobs.is_empty(),
        "the control: only a report takes it there"
    );
    world.save_report_with("ads", "", &jpeg(7));
    settle(&world).await;
    let there: Vec<_> = world.server.state().blobs.keys().cloned().collect();
    assert_eq!(there, files);
    let durable = world.server.state().rev;
    world.server.state().durable_rev = Some(durable);
    world.clock.advance(31 * DAY);
    world.device.pull().await.unwrap();
    assert!(
        files.iter().all(|file| world.device.photo_path(file).exists()),
        "the first street may want it once more"
    );
}

#[tokio::test]
async fn a_picture_that_only_another_street_has_is_sent_when_the_phone_comes_back() {
    let world = World::new();
    let first = world.server.state().epoch;
    move_to(&world, "s", first, "GOODCODE").await;
    world.save_report_with("tree-fallen", "", &jpeg(7));
    world.device.push(false).await.unwrap();
    let of_the_first = world.server.state().done.clone();
    assert_eq!((of_the_first.len(), world.server.state().blobs.len()), (1, 0));
    world.server.restore_empty(OTHER);
    // A phone that was locked is signed in anew, with what is left on it.
    let leave = |tx: &rusqlite::Connection| {
        identity::forget_authors(tx)?;
        identity::remove(tx)
    };
    world.device.store.write_outbox(|tx| leave(tx)).unwrap();
    move_to(&world, "t", OTHER, "NEXTCODE").await;
    world.save_report_with("ads", "", &jpeg(7));
    settle(&world).await;
    assert_eq!(world.server.state().blobs.len(), 2);
    world.server.restore_empty(first);
    world.server.state().done = of_the_first;
    move_to(&world, "s", first, "LASTCODE").await;
    settle(&world).await;
    assert_eq!(world.server.state().blobs.len(), 2, "preview and upright");
}

#[tokio::test]
async fn a_photo_stored_before_histories_were_told_apart_counts_for_the_one_that_answered_its_record() {
    let world = World::enrolled();
    let photo = world
        .save_report("tree-fallen")
        .photos
        .remove(0)
        .manifest
        .upright
        .unwrap();
    settle(&world).await;
    world
        .device
        .store
        .outbox(|outbox| {
            let forget = "alter table photo_file drop column stored_epoch; drop table history;
                insert into setting (name, value) values ('last-street', '{\"street\":\"t\",\"epoch\":\"e\"}');";
            outbox.execute_batch(forget)?;
            Ok(outbox.execute_batch(include_str!("../../store/migrations/outbox/07.sql"))?)
        })
        .unwrap();
    let known = |sql: &str| -> Vec<String> {
        let read = |outbox: &rusqlite::Connection| {
            let mut statement = outbox.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        world.device.store.outbox(read).unwrap()
    };
    let epoch = world.server.state().epoch.to_string();
    let stored = format!("select stored_epoch from photo_file where sha256 = '{}'", photo.sha256);
    let streets = "select street || ' ' || epoch from history order by street";
    assert_eq!(known(streets), [format!("s {epoch}"), "t e".to_owned()]);
    assert_eq!(known(&stored), [epoch]);
}
