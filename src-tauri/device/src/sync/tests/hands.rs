//! The phone changes hands, and the power or the disk ends between the person and the rows.

use super::refusals::enrolment;
use super::*;
use crate::store::forgetting;
use crate::test_support::database;
use crate::view::HouseholdQuery;

/// Who comes after.
const NEXT: domain::UserId = domain::UserId(Uuid::from_u128(0xaa));

fn households(world: &World) -> Result<u32, ErrorCode> {
    let query = HouseholdQuery {
        limit: 9,
        ..HouseholdQuery::default()
    };
    let page = world.device.list_households(&query);
    page.map(|page| page.total).map_err(|error| error.code)
}

/// From now on no row of the server's can be removed, as on a full disk.
fn refuse_removals(world: &World) {
    let refuse = "create trigger full before delete on member begin select raise(abort, 'full'); end";
    world
        .device
        .store
        .cache(|cache| Ok(cache.execute_batch(refuse)?))
        .unwrap();
}

/// What the disk refused is shown to nobody, before or after a start; once it lets it, it is gone.
fn assert_rows_are_never_shown(mut world: World) {
    let fetched = world.device.dir.join("fetched").join("of-the-one-before");
    for _ in 0..2 {
        assert!(households(&world).is_err(), "the rows cannot be removed yet");
        world.restart();
    }
    // As the power leaves it that ends right after the change.
    std::fs::write(&fetched, "a photo").unwrap();
    world.device.store.write_outbox(|tx| forgetting::begin(tx)).unwrap();
    let cache = world.dir.path().join("cache.db");
    world.restart_with(|| database(&cache).execute_batch("drop trigger full").unwrap());
    assert_eq!(households(&world), Ok(0));
    assert!(!fetched.exists());
}

#[tokio::test]
async fn rows_left_by_a_change_of_hands_that_the_power_ended_are_gone_at_the_next_start() {
    let world = World::enrolled();
    assert_eq!(households(&world), Ok(1));
    refuse_removals(&world);
    let _shown_later = world.device.switch_user("NEXTCODE").await;
    let user = world.device.identity().unwrap().unwrap().profile.user;
    assert_ne!(user, ME, "the control: it is another's phone");
    assert_rows_are_never_shown(world);
}

#[tokio::test]
async fn rows_left_by_a_sign_out_that_the_power_ended_are_gone_at_the_next_start() {
    let world = World::enrolled();
    refuse_removals(&world);
    assert!(!world.device.sign_out().unwrap().enrolled);
    assert_rows_are_never_shown(world);
}

#[tokio::test]
async fn another_person_who_enrols_a_revoked_phone_never_sees_the_rows_of_the_one_before() {
    let world = World::enrolled();
    world.server.state().devices.clear();
    world.device.push(true).await.unwrap_err();
    assert_eq!(households(&world), Ok(1), "they stay while it is the same person's");
    world.server.state().profile.user = NEXT;
    world.device.enrol(enrolment("GOODCODE")).await.unwrap();
    assert_eq!(households(&world), Ok(0));
    settle(&world).await;
    steps(&world, 3).await;
    assert_eq!(
        households(&world),
        Ok(1),
        "what was pulled for them is theirs, and stays"
    );
}

#[tokio::test]
async fn the_same_person_who_enrols_again_keeps_the_rows_until_a_fresh_copy_comes() {
    let world = World::enrolled();
    world.server.state().devices.clear();
    world.device.push(true).await.unwrap_err();
    world.device.enrol(enrolment("GOODCODE")).await.unwrap();
    assert_eq!(households(&world), Ok(1));
}

#[tokio::test]
async fn copies_that_were_set_aside_go_with_whoever_was_signed_in() {
    let world = World::enrolled();
    let copy = world.device.dir.join("cache.db.damaged-1");
    std::fs::write(&copy, "rows").unwrap();
    world.device.sign_out().unwrap();
    assert!(!copy.exists());
}

/// What the office ordered this phone to do before it removes everything.
fn ordered_to_send_first(world: &World) {
    let device = world.device.identity().unwrap().unwrap().device;
    let order = domain::protocol::RevokeOrder::UploadThenWipe;
    let revoke = |tx: &rusqlite::Transaction<'_>| crate::store::identity::revoke(tx, device, order);
    world.device.store.write_outbox(revoke).unwrap();
}

#[tokio::test]
async fn what_a_restored_street_lost_of_the_one_before_travels_from_the_hands_of_the_next() {
    let world = World::enrolled();
    let report = world.save_report("tree-fallen").summary.id;
    settle(&world).await;
    world.device.sign_out().unwrap();
    world.server.restore_empty(Epoch(Uuid::from_u128(0xf)));
    world.server.state().profile.user = NEXT;
    world.device.enrol(enrolment("GOODCODE")).await.unwrap();
    let sheet = world.device.get_sync().unwrap();
    assert_eq!((sheet.facts_waiting, sheet.of_others, sheet.held_back), (0, 1, 0));
    let unsent = world.device.sign_out().unwrap_err();
    assert_eq!(unsent.code, ErrorCode::UnsentWork, "only this phone holds it");
    ordered_to_send_first(&world);
    assert!(world.device.situation().unwrap().left, "nor is it removed");
    settle(&world).await;
    let state = world.server.state();
    assert_eq!((state.done[0].entity, state.done[0].author), (report.0, ME));
    assert_eq!((state.done.len(), state.blobs.len()), (1, 2));
    drop(state);
    assert!(!world.device.situation().unwrap().left);
    let goes = world.device.sign_out().unwrap_err();
    assert_eq!(
        goes.code,
        ErrorCode::DeviceRevoked,
        "everything goes, and that is not forgotten"
    );
}

#[tokio::test]
async fn what_a_street_lost_does_not_travel_to_another_one() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    settle(&world).await;
    world.device.sign_out().unwrap();
    world.server.restore_empty(Epoch(Uuid::from_u128(0xf)));
    world.server.state().profile.user = NEXT;
    world.device.enrol(enrolment("GOODCODE")).await.unwrap();
    world.server.state().devices.clear();
    world.device.push(true).await.unwrap_err();
    world.server.restore_empty(Epoch(Uuid::from_u128(0xff)));
    world.server.state().profile.street = "t".into();
    world.device.enrol(enrolment("NEXTCODE")).await.unwrap();
    steps(&world, 20).await;
    assert_eq!(world.server.state().done.len(), 0);
    let sheet = world.device.get_sync().unwrap();
    assert_eq!((sheet.of_others, sheet.held_back, sheet.photos_waiting), (0, 1, 0));
    ordered_to_send_first(&world);
    assert!(world.device.situation().unwrap().left, "only this phone holds it");
    assert!(
        !world.device.sign_out().unwrap().enrolled,
        "signing out removes nothing"
    );
    world.server.restore_empty(Epoch(Uuid::from_u128(0xfff)));
    world.server.state().profile.street = "s".into();
    world.device.enrol(enrolment("LASTCODE")).await.unwrap();
    settle(&world).await;
    steps(&world, 20).await;
    assert_eq!(world.server.state().done.len(), 1, "its own street gets it");
}

/// A phone that was enrolled anew by somebody else, with a report that the one before had not sent.
async fn left_by_the_one_before() -> World {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    world.server.state().devices.clear();
    world.device.push(true).await.unwrap_err();
    world.server.state().profile.user = NEXT;
    world.device.enrol(enrolment("GOODCODE")).await.unwrap();
    steps(&world, 20).await;
    assert_eq!(world.server.state().done.len(), 0);
    world
}

#[tokio::test]
async fn what_the_one_before_never_sent_waits_for_them_and_keeps_nobody_signed_in() {
    let world = left_by_the_one_before().await;
    let sheet = world.device.get_sync().unwrap();
    assert_eq!((sheet.held_back, sheet.photos_waiting), (1, 0));
    assert!(!world.device.sign_out().unwrap().enrolled);
    world.server.state().profile.user = ME;
    world.device.enrol(enrolment("NEXTCODE")).await.unwrap();
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn what_the_one_before_never_sent_goes_before_the_phone_removes_everything() {
    let world = left_by_the_one_before().await;
    ordered_to_send_first(&world);
    assert!(world.device.situation().unwrap().left, "only this phone holds it");
    let refused = world.device.sign_out().unwrap_err();
    assert_eq!(
        (refused.code, &refused.details["unsent"]),
        (ErrorCode::UnsentWork, &json!(1))
    );
    steps(&world, 20).await;
    assert_eq!(world.server.state().done.len(), 1);
    assert!(world.device.get_session().unwrap().wiped);
}

#[tokio::test]
async fn what_the_server_keeps_of_the_one_before_for_a_person_keeps_nobody_else_signed_in() {
    let world = World::enrolled();
    world.save_report_with("ads", "park me", &jpeg(1));
    steps(&world, 40).await;
    let own = world.device.sign_out().unwrap_err();
    assert_eq!((own.code, &own.details["unsent"]), (ErrorCode::UnsentWork, &json!(1)));
    world.device.switch_user("NEXTCODE").await.unwrap();
    assert_eq!(world.device.get_sync().unwrap().of_others, 1);
    assert!(!world.device.sign_out().unwrap().enrolled);
}
