use domain::Bucket;
use domain::protocol::{Receipt, Row, Verdict};
use serde_json::json;

use super::*;
use crate::store::row::Stale;
use crate::test_support::{HOUSEHOLD, World};
use crate::view::MarkKind;

fn values(pairs: &[(&str, Value)]) -> NewValues {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// The one resident of the household.
fn resident(world: &World) -> ResidentId {
    world.device.get_household(HOUSEHOLD).unwrap().residents[0].id
}

/// The last edit as it will travel.
fn last(world: &World) -> mutation::Stored {
    world
        .device
        .store
        .outbox(mutation::household_edits)
        .unwrap()
        .pop()
        .unwrap()
}

fn answer(world: &World, verdict: Verdict, rev: u64) -> MutationId {
    let row = last(world);
    let receipt = Receipt {
        id: row.id,
        verdict,
        rev: Some(rev),
        body_hash: row.body_hash,
    };
    let epoch = domain::Epoch(Uuid::nil());
    world
        .device
        .store
        .write_outbox(|tx| mutation::settle(tx, &receipt, None, epoch, 0))
        .unwrap();
    row.id
}

/// A row of the household as the server would send it.
fn pulled(world: &World, rev: u64, note: &str, field: Value) {
    let data = json!({ "id": HOUSEHOLD, "grid": "g1", "estate": "E", "building": "1号楼", "unit": "1单元", "room": "101",
        "point": null, "tenure": "owner", "door_note": note, "phone": null, "last_visit": null, "last_condition": null,
        "next_due": null, "fields": { "door_note": field } });
    let row = Row {
        kind: RowType::Household,
        id: HOUSEHOLD.to_string(),
        rev,
        data,
    };
    let (bucket, mut stale) = (Bucket::from("home:g1"), Stale::new());
    world
        .device
        .store
        .write_cache(|tx| {
            row::put(tx, &bucket, &row, &mut stale)?;
            crate::store::cursor::set(tx, &bucket, rev, true, false)
        })
        .unwrap();
}

#[test]
fn an_edit_shows_at_once_and_survives_a_kill() {
    let mut world = World::enrolled();
    let note = values(&[("door_note", json!("门铃坏了")), ("tenure", json!("owner"))]);
    let card = world.device.edit_household(HOUSEHOLD, &note).unwrap();
    assert_eq!(card.household.door_note, "门铃坏了");
    world.restart();
    let card = world.device.get_household(HOUSEHOLD).unwrap();
    assert_eq!(card.household.door_note, "门铃坏了");
    let marked: Vec<_> = card.marks.iter().map(|mark| (mark.field.as_str(), mark.mark)).collect();
    assert_eq!(
        marked,
        [("door_note", MarkKind::Waiting)],
        "what did not change does not travel"
    );
}

#[test]
fn an_edit_that_changes_nothing_is_no_edit() {
    let world = World::enrolled();
    world
        .device
        .edit_household(HOUSEHOLD, &values(&[("tenure", json!("owner"))]))
        .unwrap();
    assert!(world.device.store.outbox(mutation::household_edits).unwrap().is_empty());
}

#[test]
fn a_resident_is_added_edited_and_removed_before_anything_is_sent() {
    let world = World::enrolled();
    let card = world
        .device
        .add_resident(
            HOUSEHOLD,
            &values(&[("name", json!("乙")), ("tag.lone-elder", json!(true))]),
        )
        .unwrap();
    let added = card.residents.iter().find(|one| one.name == "乙").unwrap().id;
    let card = world
        .device
        .edit_resident(
            HOUSEHOLD,
            added,
            &values(&[("phone", json!(" 139 ")), ("tag.pregnant", json!(true))]),
        )
        .unwrap();
    let edited = card.residents.iter().find(|one| one.id == added).unwrap();
    assert_eq!((edited.phone.as_deref(), edited.tags.len()), (Some("139"), 2));
    let card = world.device.remove_resident(HOUSEHOLD, added).unwrap();
    assert_eq!(card.residents.len(), 1);
    let kinds: Vec<String> = world
        .device
        .store
        .outbox(mutation::household_edits)
        .unwrap()
        .into_iter()
        .map(|row| row.kind)
        .collect();
    assert_eq!(kinds, ["resident.add", "resident.edit", "resident.remove"]);
}

#[test]
fn every_problem_is_named_and_nothing_is_saved() {
    let world = World::enrolled();
    let odd = values(&[("name", json!(" ")), ("phone", json!("call")), ("grid", json!("g"))]);
    let error = world.device.add_resident(HOUSEHOLD, &odd).unwrap_err();
    assert_eq!(error.code, ErrorCode::Invalid);
    assert_eq!(error.details["problems"].as_array().unwrap().len(), 3);
    assert!(world.device.store.outbox(mutation::household_edits).unwrap().is_empty());
    let nobody = ResidentId(Uuid::from_u128(404));
    assert_eq!(
        world.device.remove_resident(HOUSEHOLD, nobody).unwrap_err().code,
        ErrorCode::NotFound
    );
}

#[test]
fn an_edit_names_the_revision_it_was_made_from_and_is_later_than_it() {
    let world = World::enrolled();
    let ahead = (world.device.now().millis() + 9_000) * 1_000;
    pulled(&world, 50, "狗", json!({ "rev": ahead }));
    world
        .device
        .edit_household(HOUSEHOLD, &values(&[("door_note", json!("没有狗了"))]))
        .unwrap();
    let body = last(&world).body;
    assert_eq!(body["fields"]["door_note"]["base_rev"], ahead);
    assert_eq!(body["hlc"], ahead + 1);
    let person = resident(&world);
    world
        .device
        .edit_resident(HOUSEHOLD, person, &values(&[("name", json!("丙"))]))
        .unwrap();
    assert_eq!(
        last(&world).body["hlc"],
        ahead + 2,
        "every edit of a phone is later than the one before"
    );
}

#[test]
fn an_own_edit_stays_on_the_card_until_the_servers_row_shows_it() {
    let world = World::enrolled();
    pulled(&world, 50, "狗", json!({ "rev": 5 }));
    world
        .device
        .edit_household(HOUSEHOLD, &values(&[("door_note", json!("猫"))]))
        .unwrap();
    answer(&world, Verdict::Applied, 60);
    assert_eq!(world.device.get_household(HOUSEHOLD).unwrap().household.door_note, "猫");
    pulled(&world, 61, "鸟", json!({ "rev": 9 }));
    let card = world.device.get_household(HOUSEHOLD).unwrap();
    assert_eq!((card.household.door_note.as_str(), card.marks.len()), ("鸟", 0));
}

#[test]
fn who_lost_reads_it_once_with_the_own_words_and_who_won_too() {
    let world = World::enrolled();
    world
        .device
        .edit_household(HOUSEHOLD, &values(&[("door_note", json!("猫"))]))
        .unwrap();
    let fields = vec!["door_note".to_owned()];
    let mine = answer(&world, Verdict::Merged { fields }, 60);
    assert_eq!(
        world.device.get_household(HOUSEHOLD).unwrap().household.door_note,
        "",
        "what was not kept is not shown"
    );
    let other = MutationId(Uuid::from_u128(9));
    pulled(
        &world,
        60,
        "鸟",
        json!({ "rev": 9, "contest": { "won": other, "lost": mine } }),
    );
    let card = world.device.get_household(HOUSEHOLD).unwrap();
    let mark = &card.marks[0];
    assert_eq!((mark.mark, mark.mine.as_ref()), (MarkKind::Kept, Some(&json!("猫"))));
    let card = world.device.dismiss_merge(HOUSEHOLD, mine).unwrap();
    assert!(card.marks.is_empty());
    pulled(
        &world,
        61,
        "鸟",
        json!({ "rev": 9, "contest": { "won": mine, "lost": other } }),
    );
    assert!(
        world.device.get_household(HOUSEHOLD).unwrap().marks.is_empty(),
        "told once"
    );
    pulled(
        &world,
        62,
        "鸟",
        json!({ "rev": 9, "contest": { "won": mine, "lost": other, "review": true } }),
    );
    assert_eq!(
        world.device.get_household(HOUSEHOLD).unwrap().marks[0].mark,
        MarkKind::Review
    );
}

#[test]
fn a_refused_edit_is_not_shown_but_can_be_read() {
    let world = World::enrolled();
    world
        .device
        .edit_household(HOUSEHOLD, &values(&[("door_note", json!("猫"))]))
        .unwrap();
    let refusal = Verdict::Rejected {
        code: ErrorCode::OutOfScope,
        details: Value::Null,
    };
    let id = answer(&world, refusal, 60);
    assert_eq!(world.device.get_household(HOUSEHOLD).unwrap().household.door_note, "");
    let refused = world.device.get_refused(id).unwrap();
    assert_eq!((refused.lines, refused.can_revise), (vec!["猫".to_owned()], false));
    assert!(refused.label.contains("101"));
}
