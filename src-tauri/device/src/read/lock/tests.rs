use domain::protocol::{Receipt, RevokeOrder, Verdict, WireError};
use domain::{Channel, DeviceId, VisitOutcome};

use super::*;
use crate::store::{identity, mutation};
use crate::test_support::{EPOCH, HOUSEHOLD, World};
use crate::view::{DraftKind, NewDraft};

fn device(world: &World) -> DeviceId {
    world.device.identity().unwrap().unwrap().device
}

fn last_contact(world: &World, days_ago: i64) {
    let (device, then) = (device(world), world.device.now().millis() - days_ago * DAY);
    world
        .device
        .store
        .write_outbox(|tx| identity::note_success(tx, device, then, 0))
        .unwrap();
}

#[test]
fn the_lease_ends_after_its_days_and_not_before() {
    let world = World::enrolled();
    last_contact(&world, 14);
    assert_eq!(world.device.lock().unwrap(), None);
    last_contact(&world, 15);
    assert_eq!(world.device.lock().unwrap(), Some(LockReason::Lease));
    let error = world.device.get_household(HOUSEHOLD).unwrap_err();
    assert_eq!(
        (error.code, &error.details["why"]),
        (ErrorCode::HouseholdsLocked, &json!("lease"))
    );
}

#[test]
fn setting_the_clock_back_does_not_make_the_lease_longer() {
    let mut world = World::enrolled();
    last_contact(&world, 0);
    world.clock.advance(13 * DAY);
    assert_eq!(world.device.lock().unwrap(), None);
    world.clock.set_wall(-12 * DAY);
    assert_eq!(world.device.lock().unwrap(), Some(LockReason::Clock));
    world.restart();
    assert_eq!(
        world.device.lock().unwrap(),
        Some(LockReason::Clock),
        "nor does a start"
    );
    let error = world.device.get_household(HOUSEHOLD).unwrap_err();
    assert_eq!(
        (error.code, &error.details["why"]),
        (ErrorCode::HouseholdsLocked, &json!("clock"))
    );
    world.save_report("tree-fallen");
    world.clock.advance(3 * DAY);
    assert_eq!(
        world.device.lock().unwrap(),
        Some(LockReason::Clock),
        "it stays so until the next contact"
    );
    last_contact(&world, 0);
    assert_eq!(world.device.lock().unwrap(), None);
}

#[test]
fn many_small_steps_back_count_as_one_large_one() {
    let world = World::enrolled();
    last_contact(&world, 0);
    let step = DAY - 3_600_000;
    for day in 0..30 {
        world.clock.advance(step);
        let locked = world.device.lock().unwrap();
        assert_eq!(locked, (day > 1).then_some(LockReason::Clock), "{day}");
        world.clock.set_wall(-step);
        world.device.lock().unwrap();
    }
}

#[test]
fn a_clock_that_is_set_back_once_the_lease_is_over_opens_nothing() {
    let world = World::enrolled();
    last_contact(&world, 0);
    world.clock.advance(16 * DAY);
    assert_eq!(world.device.lock().unwrap(), Some(LockReason::Lease));
    world.clock.set_wall(-10 * DAY);
    assert_eq!(world.device.lock().unwrap(), Some(LockReason::Clock));
}

#[test]
fn a_clock_that_is_put_right_locks_no_phone_that_is_in_contact() {
    let world = World::enrolled();
    world.clock.set_wall(400 * DAY);
    last_contact(&world, 0);
    assert_eq!(world.device.lock().unwrap(), None);
    world.clock.set_wall(-400 * DAY);
    last_contact(&world, 0);
    assert_eq!(world.device.lock().unwrap(), None);
    world.clock.set_wall(-DAY / 2);
    assert_eq!(
        world.device.lock().unwrap(),
        None,
        "nor does half a day without contact"
    );
}

#[test]
fn a_phone_that_never_looked_before_compares_its_clock_with_the_last_contact() {
    let world = World::enrolled();
    last_contact(&world, -30);
    let forgets = "delete from setting where name = 'seen-clock'";
    world
        .device
        .store
        .write_outbox(|tx| Ok(tx.execute(forgets, [])?))
        .unwrap();
    assert_eq!(world.device.lock().unwrap(), Some(LockReason::Clock));
}

#[test]
fn the_clock_is_kept_once_an_hour_and_not_at_every_look() {
    let world = World::enrolled();
    last_contact(&world, 0);
    let kept = || world.device.store.outbox(seen_clock::get).unwrap().unwrap();
    let before = kept();
    world.clock.advance(3_599_999);
    world.device.lock().unwrap();
    assert_eq!(kept(), before);
    world.clock.advance(1);
    world.device.lock().unwrap();
    assert_ne!(kept(), before);
}

#[test]
fn a_visit_is_not_saved_behind_the_lock_and_its_draft_stays() {
    let world = World::enrolled();
    let device = device(&world);
    world
        .device
        .store
        .write_outbox(|tx| identity::revoke(tx, device, RevokeOrder::UploadThenWipe))
        .unwrap();
    let refused = world
        .device
        .quick_visit(HOUSEHOLD, VisitOutcome::NoAnswer, Channel::Home);
    assert_eq!(refused.unwrap_err().code, ErrorCode::HouseholdsLocked);
    let today = world.device.get_today().unwrap();
    assert!(today.items.iter().all(|item| item.title_parts.place.is_none()));
}

#[test]
fn what_was_begun_about_a_household_is_hidden_behind_the_lock_and_is_there_after_it() {
    let world = World::enrolled();
    let typed = json!({ "door_note": "n" });
    world.device.keep_typed(HOUSEHOLD, "household", typed.clone()).unwrap();
    let visit = NewDraft {
        kind: DraftKind::Visit,
        household: Some(HOUSEHOLD),
        about: None,
    };
    let draft = world.device.open_draft(visit).unwrap().id;
    last_contact(&world, 15);
    let code = |error: WireError| error.code;
    assert_eq!(
        world.device.typed(HOUSEHOLD).map_err(code),
        Err(ErrorCode::HouseholdsLocked)
    );
    assert_eq!(
        world.device.get_draft(&draft).map_err(code),
        Err(ErrorCode::HouseholdsLocked)
    );
    assert_eq!(world.device.list_drafts().unwrap(), []);
    assert_eq!(world.device.get_today().unwrap().items, []);
    // A sheet that is open goes on keeping what is typed.
    let more = json!({ "door_note": "more" });
    world.device.keep_typed(HOUSEHOLD, "household", more.clone()).unwrap();
    last_contact(&world, 0);
    assert_eq!(world.device.typed(HOUSEHOLD).unwrap()["household"], more);
    assert_eq!(world.device.get_draft(&draft).unwrap().household, Some(HOUSEHOLD));
}

#[test]
fn a_refused_record_of_a_household_says_nothing_of_it_behind_the_lock() {
    let world = World::enrolled();
    world
        .device
        .quick_visit(HOUSEHOLD, VisitOutcome::NoAnswer, Channel::Home)
        .unwrap();
    let made = world.device.store.outbox(mutation::all).unwrap().remove(0);
    let refusal = Receipt {
        id: made.id,
        verdict: Verdict::Rejected {
            code: ErrorCode::OutOfScope,
            details: json!(null),
        },
        rev: Some(9),
        body_hash: String::new(),
    };
    world
        .device
        .store
        .write_outbox(|tx| {
            let sent = mutation::take_batch(tx, &mut 1, 0, 1, 99_999)?;
            let body_hash = domain::protocol::body_hash(&sent[0]);
            mutation::settle(tx, &Receipt { body_hash, ..refusal }, None, EPOCH, 0)
        })
        .unwrap();
    assert_ne!(world.device.get_refused(made.id).unwrap().label, "");
    last_contact(&world, 15);
    let shown = world.device.get_refused(made.id).unwrap();
    assert_eq!(
        (shown.label.as_str(), shown.lines.len(), shown.can_revise),
        ("", 0, false)
    );
    let revised = world.device.revise_refused(made.id).unwrap_err();
    assert_eq!(revised.code, ErrorCode::HouseholdsLocked);
}
