//! A server that does not know this phone, one that is unwell for a while, and a phone that cannot write down what it hears.

use domain::DeviceId;
use domain::protocol::RevokeOrder;

use super::*;
use crate::ports::Topic;
use crate::store::identity;
use crate::test_support::medium_jpeg;

const MINUTE: i64 = 60_000;

fn me(world: &World) -> DeviceId {
    world.device.identity().unwrap().unwrap().device
}

pub(super) fn enrolment(code: &str) -> EnrolRequestView {
    EnrolRequestView {
        server: "http://127.0.0.1:1".to_owned(),
        code: code.to_owned(),
        device_name: "phone".to_owned(),
    }
}

#[tokio::test]
async fn a_phone_that_a_restored_server_does_not_know_enrols_again_and_brings_everything() {
    let world = World::new();
    world.device.enrol(enrolment("NEXTCODE")).await.unwrap();
    world.save_report("tree-fallen");
    settle(&world).await;
    let report = world.save_report("ads");
    world.server.restore_empty(Epoch(Uuid::from_u128(2)));
    world.server.state().devices.clear();
    steps(&world, 5).await;
    let session = world.device.get_session().unwrap();
    assert_eq!((session.revoked, session.order), (true, None), "nobody ordered it");
    assert!(
        world.device.list_households(&Default::default()).is_ok(),
        "nothing is locked"
    );
    assert!(
        world.device.get_report(report.summary.id).unwrap().photos[0]
            .url
            .is_some()
    );
    world.device.enrol(enrolment("GOODCODE")).await.unwrap();
    settle(&world).await;
    assert_once(&world, 2);
}

#[tokio::test]
async fn a_phone_whose_fork_a_restored_server_forgot_asks_as_who_it_was_before() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    settle(&world).await;
    let (first, copy) = (me(&world), world.server.state().devices.clone());
    let mut forking = world.device.identity().unwrap().unwrap();
    forking.fork = Some(world.device.new_credentials());
    world
        .device
        .store
        .write_outbox(|tx| identity::put(tx, &forking))
        .unwrap();
    settle(&world).await;
    steps(&world, 3).await;
    assert_ne!(me(&world), first, "the control: it forked");
    world.save_report("ads");
    world.server.restore_empty(Epoch(Uuid::from_u128(2)));
    world.server.state().devices = copy;
    settle(&world).await;
    assert!(!world.device.get_session().unwrap().revoked);
    assert_once(&world, 2);
}

#[tokio::test]
async fn a_phone_that_was_unknown_for_a_while_goes_on_by_itself() {
    let world = World::enrolled();
    let devices = std::mem::take(&mut world.server.state().devices);
    world.save_report("tree-fallen");
    steps(&world, 5).await;
    assert!(world.device.get_session().unwrap().revoked);
    world.server.state().devices = devices;
    world.told.topics.lock().unwrap().clear();
    world.device.push(true).await.unwrap();
    assert!(!world.device.get_session().unwrap().revoked);
    assert!(
        world.told.topics.lock().unwrap().contains(&Topic::Session),
        "the notice goes away with the first answer"
    );
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn an_answer_to_who_this_phone_was_before_revokes_nothing() {
    let world = World::enrolled();
    let revoke = |device| {
        world
            .device
            .store
            .write_outbox(|tx| identity::revoke(tx, device, RevokeOrder::Wipe))
            .unwrap();
        world.device.identity().unwrap().unwrap().order
    };
    assert_eq!(revoke(DeviceId(Uuid::from_u128(0xe))), None);
    assert_eq!(revoke(me(&world)), Some(RevokeOrder::Wipe), "the control");
}

#[tokio::test]
async fn what_was_set_aside_is_offered_again_in_a_minute_and_then_ever_later() {
    let world = World::enrolled();
    let poison = world.save_report_with("ads", "poison", &jpeg(1));
    let mut pauses = Vec::new();
    for _ in 0..8 {
        while world.device.get_report(poison.summary.id).unwrap().summary.why.code != ReasonCode::Parked
            || world.device.situation().unwrap().facts_due
        {
            steps(&world, 1).await;
        }
        let next = world.device.situation().unwrap().next_parked_at.unwrap();
        let pause = next - world.device.ports.clock.mono_ms();
        pauses.push((pause + MINUTE / 2) / MINUTE);
        world.clock.advance(pause);
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
}

#[tokio::test]
async fn a_phone_ordered_to_send_first_keeps_what_it_set_aside() {
    let world = World::enrolled();
    world.save_report_with("ads", "poison", &jpeg(1));
    steps(&world, 60).await;
    assert_eq!(world.server.state().done.len(), 0);
    world
        .device
        .store
        .write_outbox(|tx| {
            // A record without photos: nothing else would hold it back.
            tx.execute_batch("delete from photo_ref; delete from photo_file")?;
            identity::revoke(tx, me_in(tx), RevokeOrder::UploadThenWipe)
        })
        .unwrap();
    assert!(world.device.situation().unwrap().left);
    let parked_there = "update mutation set acked_epoch = 'e' where state = 'parked'";
    world
        .device
        .store
        .write_outbox(|tx| Ok(tx.execute(parked_there, [])?))
        .unwrap();
    assert!(
        !world.device.situation().unwrap().left,
        "the control: the server keeps it for a person"
    );
}

fn me_in(outbox: &rusqlite::Connection) -> DeviceId {
    identity::get(outbox).unwrap().unwrap().device
}

#[tokio::test]
async fn a_pause_that_began_on_a_wrong_clock_ends_when_the_clock_is_right() {
    let world = World::enrolled();
    world.save_report_with("ads", "park me", &jpeg(1));
    steps(&world, 10).await;
    assert!(!world.device.situation().unwrap().facts_due, "the control: it rests");
    let ten_years = "update mutation set next_offer_ms = next_offer_ms + 315360000000";
    world
        .device
        .store
        .write_outbox(|tx| Ok(tx.execute(ten_years, [])?))
        .unwrap();
    assert!(world.device.situation().unwrap().facts_due);
}

#[tokio::test]
async fn a_photo_whose_progress_cannot_be_written_down_is_not_sent_at_once_again() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    world.device.push(false).await.unwrap();
    world.device.take_facts_step(FactsStep::Offer).await;
    let refuse = "create trigger full before update on photo_file begin select raise(abort, 'full'); end";
    world
        .device
        .store
        .outbox(|outbox| Ok(outbox.execute_batch(refuse)?))
        .unwrap();
    let photos = || {
        let situation = world.device.situation().unwrap();
        let now = world.device.ports.clock.mono_ms();
        situation.photos.iter().filter(|photo| photo.not_before <= now).count()
    };
    let before = photos();
    let hash = world.device.situation().unwrap().photos[0].sha256.clone();
    assert!(world.device.upload(&hash).await.is_err());
    assert_eq!(photos(), before - 1, "it rests");
}

#[tokio::test]
async fn a_photo_travels_whole_only_where_the_way_has_carried_as_much() {
    for (chunk, whole) in [(64 * 1024, false), (256 * 1024, true)] {
        let world = World::enrolled();
        let report = world.save_report_with("ads", "", &medium_jpeg(1));
        let upright = report.photos[0].manifest.upright.clone().unwrap();
        assert!((64 * 1024..256 * 1024).contains(&upright.size), "{}", upright.size);
        world.device.push(false).await.unwrap();
        world.device.take_facts_step(FactsStep::Offer).await;
        world.device.engine.memory().chunk = chunk;
        world.device.upload(&upright.sha256).await.unwrap();
        let stored = world.server.state().blobs.contains_key(&upright.sha256);
        assert_eq!(stored, whole, "{chunk}");
        settle(&world).await;
        assert_once(&world, 1);
    }
}
