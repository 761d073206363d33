//! The phone changes hands, and the power or the disk ends between the person and the rows.

use super::refusals::enrolment;
use super::*;
use crate::test_support::database;
use crate::view::HouseholdQuery;

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
    std::fs::write(&fetched, "a photo").unwrap();
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
    world.server.state().profile.user = domain::UserId(Uuid::from_u128(0xaa));
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
