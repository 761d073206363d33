use domain::Bucket;
use domain::protocol::{Receipt, Row, Verdict};
use serde_json::json;

use super::*;
use crate::store::changes::Changes;
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

/// The whole card as a sheet shows it that is opened now.
fn seen(world: &World) -> NewValues {
    let home = world.device.get_household(HOUSEHOLD).unwrap().household;
    domain::household::HOUSEHOLD_FIELDS
        .into_iter()
        .filter_map(|field| Some((field.to_string(), home.value(field)?)))
        .collect()
}

/// A person as a sheet shows them that is opened now.
fn seen_person(world: &World, id: ResidentId) -> NewValues {
    let residents = world.device.get_household(HOUSEHOLD).unwrap().residents;
    let person = residents.into_iter().find(|one| one.id == id).unwrap();
    Field::of_resident()
        .into_iter()
        .filter_map(|field| Some((field.to_string(), person.value(field)?)))
        .collect()
}

/// The worker of this phone, at the server.
fn maker(hlc: Hlc) -> domain::merge::Maker {
    domain::merge::Maker {
        mutation: MutationId(Uuid::from_u128(7)),
        author: Some(domain::UserId(Uuid::from_u128(7))),
        device: None,
        hlc,
    }
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
    pulled_file(
        world,
        rev,
        json!({ "door_note": note, "fields": { "door_note": field } }),
    );
}

fn pulled_file(world: &World, rev: u64, with: Value) {
    let data = json!({ "id": HOUSEHOLD, "grid": "g1", "estate": "E", "building": "1号楼", "unit": "1单元", "room": "101",
        "point": null, "tenure": "owner", "door_note": "", "phone": null, "last_visit": null, "last_condition": null,
        "next_due": null });
    pulled_row(world, rev, (RowType::Household, HOUSEHOLD.0), (data, with));
}

fn pulled_person(world: &World, rev: u64, id: ResidentId, with: Value) {
    let data = json!({ "id": id, "household": HOUSEHOLD, "name": "R", "relation": "户主", "sex": null,
        "birth_year": null, "phone": null, "tags": [] });
    pulled_row(world, rev, (RowType::Resident, id.0), (data, with));
}

fn pulled_row(world: &World, rev: u64, (kind, id): (RowType, Uuid), (mut data, mut with): (Value, Value)) {
    data.as_object_mut().unwrap().append(with.as_object_mut().unwrap());
    let row = Row {
        kind,
        id: id.to_string(),
        rev,
        data: data.into(),
    };
    let (bucket, mut changes) = (Bucket::from("home:g1"), Changes::default());
    world
        .device
        .store
        .write_cache(|tx| {
            row::put(tx, &bucket, &row, &mut changes)?;
            crate::store::cursor::set(tx, &bucket, rev, true, false)
        })
        .unwrap();
}

#[test]
fn an_edit_shows_at_once_and_survives_a_kill() {
    let mut world = World::enrolled();
    let note = values(&[("door_note", json!("门铃坏了")), ("tenure", json!("owner"))]);
    let card = world.device.edit_household(HOUSEHOLD, &note, &seen(&world)).unwrap();
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
fn what_is_typed_survives_a_kill_and_is_its_authors_alone_until_it_is_forgotten() {
    let mut world = World::enrolled();
    let file = json!({ "door_note": { "was": "", "now": "门铃" } });
    world.device.keep_typed(HOUSEHOLD, "file", file.clone()).unwrap();
    let person = json!({ "name": { "was": "", "now": "乙" } });
    world.device.keep_typed(HOUSEHOLD, "new", person).unwrap();
    world.restart();
    world.become_somebody_else();
    assert_eq!(world.device.typed(HOUSEHOLD).unwrap(), NewValues::new());
    world.become_me();
    world.device.keep_typed(HOUSEHOLD, "new", Value::Null).unwrap();
    assert_eq!(world.device.typed(HOUSEHOLD).unwrap(), values(&[("file", file)]));
    world.device.keep_typed(HOUSEHOLD, "file", Value::Null).unwrap();
    assert_eq!(world.device.typed(HOUSEHOLD).unwrap(), NewValues::new());
    assert!(world.device.store.outbox(mutation::household_edits).unwrap().is_empty());
}

#[test]
fn an_edit_that_changes_nothing_is_no_edit() {
    let world = World::enrolled();
    world
        .device
        .edit_household(HOUSEHOLD, &values(&[("tenure", json!("owner"))]), &seen(&world))
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
            &seen_person(&world, added),
        )
        .unwrap();
    let edited = card.residents.iter().find(|one| one.id == added).unwrap();
    assert_eq!((edited.phone.as_deref(), edited.tags.len()), (Some("139"), 2));
    let card = world
        .device
        .remove_resident(HOUSEHOLD, added, &seen_person(&world, added))
        .unwrap();
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
        world
            .device
            .remove_resident(HOUSEHOLD, nobody, &NewValues::new())
            .unwrap_err()
            .code,
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
        .edit_household(HOUSEHOLD, &values(&[("door_note", json!("没有狗了"))]), &seen(&world))
        .unwrap();
    let body = last(&world).body;
    assert_eq!(body["fields"]["door_note"]["base_rev"], ahead);
    assert_eq!(body["hlc"], ahead + 1);
    let person = resident(&world);
    world
        .device
        .edit_resident(
            HOUSEHOLD,
            person,
            &values(&[("name", json!("丙"))]),
            &seen_person(&world, person),
        )
        .unwrap();
    assert_eq!(
        last(&world).body["hlc"],
        ahead + 2,
        "every edit of a phone is later than the one before"
    );
}

#[test]
fn a_pull_while_the_sheet_is_open_leaves_untouched_fields_alone_and_sends_a_number_to_review() {
    let world = World::enrolled();
    pulled_file(
        &world,
        50,
        json!({ "phone": "111", "door_note": "狗", "fields": { "phone": { "rev": 5 }, "door_note": { "rev": 6 } } }),
    );
    let opened = seen(&world);
    let theirs =
        json!({ "phone": "222", "door_note": "狗", "fields": { "phone": { "rev": 9 }, "door_note": { "rev": 6 } } });
    pulled_file(&world, 60, theirs);
    let sheet = values(&[("phone", json!("111")), ("door_note", json!("猫"))]);
    let card = world.device.edit_household(HOUSEHOLD, &sheet, &opened).unwrap();
    let body = last(&world).body;
    assert_eq!(
        body["fields"],
        json!({ "door_note": { "value": "猫", "base_rev": 6 } }),
        "a number nobody touched here does not travel, and what nobody else touched builds on its revision"
    );
    assert_eq!(card.household.phone.as_deref(), Some("222"));

    let sheet = values(&[("phone", json!("333"))]);
    world.device.edit_household(HOUSEHOLD, &sheet, &opened).unwrap();
    let edit: HouseholdEdit = serde_json::from_value(last(&world).body).unwrap();
    let server = |rev| domain::merge::FieldState {
        rev: Hlc(rev),
        mutation: MutationId(Uuid::from_u128(9)),
        author: None,
        device: None,
        contest: None,
    };
    let mut file = domain::merge::Tracked {
        record: card.household,
        states: domain::merge::States::default(),
        removed: false,
    };
    file.states.fields.insert("phone".to_owned(), server(9));
    let merge = file.edit(&maker(edit.hlc), &edit.fields).unwrap();
    assert_eq!(merge.review, ["phone"], "its author never saw the colleague's");
}

#[test]
fn a_removal_has_seen_the_edits_of_the_person_it_was_decided_on() {
    let world = World::enrolled();
    let person = resident(&world);
    pulled_person(&world, 50, person, json!({ "phone": "111", "edits": [5] }));
    let opened = seen_person(&world, person);
    pulled_person(&world, 60, person, json!({ "phone": "222", "edits": [5, 9] }));
    world.device.remove_resident(HOUSEHOLD, person, &opened).unwrap();
    assert_eq!(
        last(&world).body["seen"],
        json!([]),
        "not of the person as they are now"
    );
    let world = World::enrolled();
    let person = resident(&world);
    pulled_person(&world, 50, person, json!({ "phone": "111", "edits": [5] }));
    let opened = seen_person(&world, person);
    world.device.remove_resident(HOUSEHOLD, person, &opened).unwrap();
    assert_eq!(last(&world).body["seen"], json!([5]));
}

#[test]
fn an_own_edit_stays_on_the_card_until_the_servers_row_shows_it() {
    let world = World::enrolled();
    pulled(&world, 50, "狗", json!({ "rev": 5 }));
    world
        .device
        .edit_household(HOUSEHOLD, &values(&[("door_note", json!("猫"))]), &seen(&world))
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
        .edit_household(HOUSEHOLD, &values(&[("door_note", json!("猫"))]), &seen(&world))
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
        .edit_household(HOUSEHOLD, &values(&[("door_note", json!("猫"))]), &seen(&world))
        .unwrap();
    let refusal = Verdict::Rejected {
        code: ErrorCode::OutOfScope,
        details: Value::Null,
    };
    let id = answer(&world, refusal, 60);
    assert_eq!(world.device.get_household(HOUSEHOLD).unwrap().household.door_note, "");
    let refused = world.device.get_refused(id).unwrap();
    assert_eq!(
        (refused.lines, refused.can_revise),
        (vec!["door_note: 猫".to_owned()], false)
    );
    assert!(refused.label.contains("101"));
}
