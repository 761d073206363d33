//! What rests on another phone's record may come before it, above all after a restore: it waits, and is done once that comes.

use domain::protocol::{Mutation, PushResponse, Verdict, kind};
use domain::{ErrorCode, HouseholdId, Resident, ResidentId, UserId};
use serde_json::{Value, json};
use sync_server::intake::push::{give_up, replay};
use sync_server::store::households;
use uuid::Uuid;

use crate::pull::{household, settle};
use crate::push::{creates, mutation, note, report};
use crate::world::{GRID_A, MORNING, Phone, World, street, user};

const EARLY: Verdict = Verdict::Parked {
    code: ErrorCode::NotFound,
};

fn too_early() -> Verdict {
    Verdict::Rejected {
        code: ErrorCode::NotFound,
        details: Value::Null,
    }
}

fn verdicts(answer: &PushResponse) -> Vec<&Verdict> {
    answer.receipts.iter().map(|receipt| &receipt.verdict).collect()
}

async fn waiting(world: &World) -> i64 {
    world
        .number("SELECT COUNT(*) FROM parked WHERE settled_at IS NULL")
        .await
}

async fn notes(world: &World) -> i64 {
    world.number("SELECT COUNT(*) FROM timeline WHERE what = 'note'").await
}

/// The server learns that somebody signed in on a phone.
async fn signs_in(world: &World, phone: &Phone, who: UserId) {
    let sql = "INSERT INTO device_users (street_id, device_id, user_id, since) SELECT street_id, id, $1, 0 FROM devices WHERE id = $2";
    let (store, device) = (&world.server.store, phone.device);
    let known = store.write(move |tx| Ok(tx.execute(sql, sync_server::args![who, device])?));
    known.await.unwrap();
}

/// As a phone offers again what waits: under a new number.
fn again(mutation: &Mutation, seq: u64) -> Mutation {
    Mutation {
        seq,
        ..mutation.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_comes_before_its_report_is_added_once_that_comes() {
    let world = World::new();
    let (first, second) = (world.enrol(1, user(1)).await, world.enrol(2, user(1)).await);
    let reported = report(1, "manhole");
    let said = note(&second, 1, &reported);
    assert_eq!(
        verdicts(&world.push(&second, std::slice::from_ref(&said)).await),
        [&EARLY]
    );
    assert_eq!(verdicts(&world.push(&second, &[again(&said, 2)]).await), [&EARLY]);
    assert_eq!((waiting(&world).await, notes(&world).await), (1, 0));

    let create = creates(&first, 1, &reported);
    assert_eq!(verdicts(&world.push(&first, &[create]).await), [&Verdict::Applied]);
    assert_eq!(
        (waiting(&world).await, notes(&world).await),
        (0, 1),
        "nobody had to ask for it"
    );
    let answer = world.push(&second, &[again(&said, 3)]).await;
    assert_eq!(verdicts(&answer), [&Verdict::Applied]);
    assert!(answer.receipts[0].rev.is_some());
    assert_eq!(notes(&world).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_push_may_bring_a_report_and_what_waits_for_it() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let reported = report(1, "manhole");
    let said = note(&phone, 1, &reported);
    world.push(&phone, std::slice::from_ref(&said)).await;
    let answer = world
        .push(&phone, &[creates(&phone, 2, &reported), again(&said, 3)])
        .await;
    assert_eq!(verdicts(&answer), [&Verdict::Applied, &Verdict::Applied]);
    assert!(answer.receipts.iter().all(|receipt| receipt.rev.is_some()));
    assert_eq!((waiting(&world).await, notes(&world).await), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rests_on_a_refused_report_is_refused_whenever_it_comes() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let mut reported = report(1, "manhole");
    reported.text = "字".repeat(4001);
    let (before, after) = (note(&phone, 1, &reported), note(&phone, 3, &reported));
    assert_eq!(
        verdicts(&world.push(&phone, std::slice::from_ref(&before)).await),
        [&EARLY]
    );
    let answer = world.push(&phone, &[creates(&phone, 2, &reported), after]).await;
    let refused = |verdict: &Verdict, with| matches!(verdict, Verdict::Rejected { code, .. } if *code == with);
    assert!(refused(&answer.receipts[0].verdict, ErrorCode::Invalid));
    assert!(refused(&answer.receipts[1].verdict, ErrorCode::NotFound));
    let answer = world.push(&phone, &[again(&before, 4)]).await;
    assert!(refused(&answer.receipts[0].verdict, ErrorCode::NotFound));
    assert_eq!(waiting(&world).await, 0);
    let kept = "SELECT COUNT(*) FROM receipts WHERE kept IS NOT NULL";
    assert_eq!(world.number(kept).await, 3, "nothing typed is lost");
}

fn tenant(home: HouseholdId) -> Resident {
    Resident {
        id: ResidentId(Uuid::from_u128(0x7E)),
        household: home,
        name: "新住户".to_owned(),
        sex: None,
        birth_year: None,
        relation: "租户".to_owned(),
        phone: None,
        tags: Vec::new(),
    }
}

fn about(phone: &Phone, seq: u64, kind: &str, body: Value) -> Mutation {
    mutation(phone, seq, kind, tenant(HouseholdId(Uuid::nil())).id.0, body)
}

/// A phone has edited somebody and taken them off the list; another phone has them still to add.
async fn moved_out_before_moving_in(world: &World) -> (Phone, Phone, [Mutation; 3]) {
    let home = household(1, GRID_A).id;
    settle(world, household(1, GRID_A)).await;
    let (first, second) = (world.enrol(1, user(1)).await, world.enrol(2, user(1)).await);
    let (id, hlc) = (tenant(home).id, |n| json!(MORNING + n));
    let made = [
        about(
            &first,
            1,
            kind::RESIDENT_ADD,
            json!({ "hlc": hlc(1), "resident": tenant(home) }),
        ),
        about(
            &second,
            1,
            kind::RESIDENT_EDIT,
            json!({ "resident": id, "household": home, "hlc": hlc(2), "fields": { "phone": { "value": "13900000001", "base_rev": 0 } } }),
        ),
        about(
            &second,
            2,
            kind::RESIDENT_REMOVE,
            json!({ "resident": id, "household": home, "hlc": hlc(3), "seen": [] }),
        ),
    ];
    let early = world.push(&second, &made[1..]).await;
    assert_eq!(verdicts(&early), [&EARLY, &EARLY]);
    (first, second, made)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_comes_before_the_person_is_done_once_they_come() {
    let world = World::new();
    let (first, second, [add, edit, remove]) = moved_out_before_moving_in(&world).await;
    assert_eq!(verdicts(&world.push(&first, &[add]).await), [&Verdict::Applied]);
    let id = tenant(HouseholdId(Uuid::nil())).id;
    let shown = world
        .server
        .store
        .read(move |tx| Ok(households::resident(tx, &street(), id)?));
    assert_eq!(shown.await.unwrap(), None, "nobody who moved out is there again");
    let answer = world.push(&second, &[again(&edit, 3), again(&remove, 4)]).await;
    for receipt in &answer.receipts {
        let done = matches!(receipt.verdict, Verdict::Applied | Verdict::Merged { .. });
        assert!(done, "{:?}", receipt.verdict);
    }
    assert_eq!(waiting(&world).await, 0);
    let pulled = world.pull(&first, &[]).await;
    assert!(!json!(pulled).to_string().contains("新住户"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_record_that_never_comes_ends_when_a_person_says_so() {
    let world = World::new();
    let (first, second, [add, edit, _remove]) = moved_out_before_moving_in(&world).await;
    let id = edit.id;
    let tried = world.server.edit(street(), move |all| replay(all, id)).await.unwrap();
    assert_eq!(tried, EARLY, "trying again ends nothing");
    world.server.edit(street(), move |all| give_up(all, id)).await.unwrap();
    assert_eq!(waiting(&world).await, 1, "the other one waits on");
    let answer = world.push(&second, &[again(&edit, 3)]).await;
    assert_eq!(verdicts(&answer), [&too_early()]);
    // Who said so was wrong: the record comes after all, and what still waits is done.
    world.push(&first, &[add]).await;
    assert_eq!(waiting(&world).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_waits_for_its_author_is_not_kept_waiting_by_what_waits_for_it() {
    let world = World::new();
    let (first, second) = (world.enrol(1, user(1)).await, world.enrol(2, user(2)).await);
    let reported = report(1, "manhole");
    let said = note(&first, 1, &reported);
    world.push(&first, std::slice::from_ref(&said)).await;
    // The server does not know that the author ever signed in on this phone.
    let create = Mutation {
        author: user(1),
        ..creates(&second, 1, &reported)
    };
    let unknown = Verdict::Parked {
        code: ErrorCode::OutOfScope,
    };
    assert_eq!(
        verdicts(&world.push(&second, std::slice::from_ref(&create)).await),
        [&unknown]
    );
    signs_in(&world, &second, user(1)).await;
    assert_eq!(
        verdicts(&world.push(&second, &[again(&create, 2)]).await),
        [&Verdict::Applied]
    );
    assert_eq!((waiting(&world).await, notes(&world).await), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_not_kept_waiting_by_a_note_whose_author_is_unknown() {
    let world = World::new();
    let (first, second) = (world.enrol(1, user(2)).await, world.enrol(2, user(1)).await);
    let reported = report(1, "manhole");
    // The server does not know that the author ever signed in on this phone.
    let said = Mutation {
        author: user(1),
        ..note(&first, 1, &reported)
    };
    let unknown = Verdict::Parked {
        code: ErrorCode::OutOfScope,
    };
    let early = world.push(&first, std::slice::from_ref(&said)).await;
    assert_eq!(verdicts(&early), [&unknown]);
    let brought = world.push(&second, &[creates(&second, 1, &reported)]).await;
    assert_eq!(verdicts(&brought), [&Verdict::Applied]);
    assert_eq!((waiting(&world).await, notes(&world).await), (1, 0));
    signs_in(&world, &first, user(1)).await;
    let known = world.push(&first, &[again(&said, 2)]).await;
    assert_eq!(verdicts(&known), [&Verdict::Applied]);
    assert_eq!((waiting(&world).await, notes(&world).await), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_the_waiting_too_late_refuses_nothing() {
    let world = World::new();
    let (_first, second, [_add, edit, remove]) = moved_out_before_moving_in(&world).await;
    // As another process may have stored the person while this one did not see them.
    let resident = tenant(household(1, GRID_A).id);
    let stored = world.server.edit(street(), move |all| {
        Ok(households::put_resident(all.tx, &all.street, &resident)?)
    });
    stored.await.unwrap();
    let id = edit.id;
    world.server.edit(street(), move |all| give_up(all, id)).await.unwrap();
    let answer = world.push(&second, &[again(&edit, 3), again(&remove, 4)]).await;
    for receipt in &answer.receipts {
        let done = matches!(receipt.verdict, Verdict::Applied | Verdict::Merged { .. });
        assert!(done, "{:?}", receipt.verdict);
    }
    assert_eq!(waiting(&world).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_server_while_the_waiting_is_ended_refuses_nothing() {
    let world = World::new();
    let (first, _second, [add, edit, _remove]) = moved_out_before_moving_in(&world).await;
    let change = |sql: &'static str| {
        let store = &world.server.store;
        async move { store.write(move |tx| Ok(tx.execute(sql, &[])?)).await.unwrap() }
    };
    change("ALTER TABLE residents RENAME TO residents_away").await;
    let id = edit.id;
    world.server.edit(street(), move |all| give_up(all, id)).await.unwrap();
    change("ALTER TABLE residents_away RENAME TO residents").await;
    assert_eq!(waiting(&world).await, 2);
    world.push(&first, &[add]).await;
    assert_eq!(waiting(&world).await, 0);
    let refused = "SELECT COUNT(*) FROM receipts WHERE kept IS NOT NULL";
    assert_eq!(world.number(refused).await, 0);
}
