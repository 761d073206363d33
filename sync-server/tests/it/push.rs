//! Pushing: each mutation has one answer for ever, and a bad one never blocks the next.

use std::collections::BTreeSet;

use domain::protocol::{Mutation, RowType, Stop, Verdict, kind};
use domain::{
    Bucket, CapturedAt, ErrorCode, LatLon, MutationId, NoPhotoReason, Place, PlaceClaim, PlaceSource, ReceivedAt,
    Report, ReportId, ReportNote, ReportWithdrawal, Source, Visit,
};
use serde_json::{Value, json};
use sync_server::clock::RandomIds;
use sync_server::intake::push;
use sync_server::store::scope::Scope;
use sync_server::store::{Edit, Tx, bucket_rows, devices};
use uuid::Uuid;

use crate::pull::{household, settle};
use crate::visits::{dripping_tap, visit};
use crate::world::{GRID_A, GRID_B, MORNING, Phone, World, street, user};

pub(crate) fn report(number: u128, category: &str) -> Report {
    let point = LatLon {
        lat: 26.005,
        lon: 119.005,
    };
    Report {
        id: ReportId(Uuid::from_u128(0xB000 + number)),
        category: category.into(),
        answer: None,
        text: "井盖松了".to_owned(),
        place: Place {
            chosen: Some(PlaceClaim {
                source: PlaceSource::Pin,
                point,
                accuracy_m: None,
            }),
            others: Vec::new(),
            address: None,
            grid: None,
            other_grid: None,
        },
        home_grid: Some(GRID_A.into()),
        captured_at: CapturedAt(MORNING - 1000),
        source: Source::Patrol,
        photos: Vec::new(),
        no_photo_reason: Some(NoPhotoReason::Unsafe),
        expectation: None,
    }
}

pub(crate) fn mutation(phone: &Phone, seq: u64, kind: &str, entity: Uuid, body: Value) -> Mutation {
    Mutation {
        id: MutationId(Uuid::from_u128(
            0xC0000 + (phone.device.0.as_u128() << 32) + u128::from(seq),
        )),
        seq,
        kind: kind.to_owned(),
        v: 1,
        entity,
        author: phone.user,
        wall_ms: MORNING,
        server_est_ms: Some(MORNING),
        body,
    }
}

pub(crate) fn creates(phone: &Phone, seq: u64, report: &Report) -> Mutation {
    mutation(
        phone,
        seq,
        kind::REPORT_CREATE,
        report.id.0,
        serde_json::to_value(report).unwrap(),
    )
}

fn verdicts(answer: &domain::protocol::PushResponse) -> Vec<Verdict> {
    answer.receipts.iter().map(|receipt| receipt.verdict.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_becomes_one_case_with_one_lead_order_in_its_queue() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let answer = world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    assert_eq!(verdicts(&answer), [Verdict::Applied]);
    assert_eq!(answer.last_seq, 1);
    assert_eq!(answer.receipts[0].rev, Some(answer.street_rev));
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM cases WHERE state = 'dispatched' AND grid_id = '350000000000001'")
            .await,
        1
    );
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM cases WHERE number = 'JL-20260302-0001' AND due_at > received_at")
            .await,
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM orders JOIN cases ON cases.id = case_id AND lead_queue = queue_id WHERE role = 'lead' AND orders.closed_at IS NULL").await, 1);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM timeline").await,
        3,
        "report, open, dispatch"
    );
}

/// Where every case is and where it ought to be as it stands, read from the database.
fn misplaced(tx: &Tx<'_>) -> sync_server::Outcome<Vec<String>> {
    let edit = Edit::new(tx, street(), ReceivedAt(MORNING), &RandomIds);
    let mut wrong = Vec::new();
    for case in tx.query("SELECT id FROM cases ORDER BY id", &[], |row| row.get::<String>("id"))? {
        for kind in [RowType::Case, RowType::CaseOutline] {
            let ought: BTreeSet<Bucket> = Scope::new(&edit).buckets_of(kind, &case)?.into_iter().collect();
            if bucket_rows::of_row(tx, &street(), kind, &case)? != ought {
                wrong.push(case.clone());
            }
        }
    }
    Ok(wrong)
}

/// What a phone might have to tell after a day: every category, something added to a report, one taken back, one told
/// twice, and a visit with a need.
fn a_day(phone: &Phone) -> Vec<Mutation> {
    let categories = domain::catalog::categories().iter().zip(1..);
    let reports: Vec<Report> = categories.map(|(category, n)| report(n, category.id)).collect();
    let noted = ReportNote {
        report: reports[2].id,
        text: "又看了一次".to_owned(),
        photos: Vec::new(),
        captured_at: CapturedAt(MORNING - 500),
    };
    let taken_back = ReportWithdrawal {
        report: reports[4].id,
        captured_at: CapturedAt(MORNING - 400),
        reason: "拍错了".to_owned(),
    };
    let visit = Visit {
        needs: vec![dripping_tap()],
        ..visit(1, MORNING - 7_200_000)
    };
    let told_twice = report(999, "manhole");
    let mut said: Vec<(&str, Uuid, Value)> = reports
        .iter()
        .map(|report| (kind::REPORT_CREATE, report.id.0, json!(report)))
        .collect();
    said.push((kind::REPORT_NOTE, noted.report.0, json!(noted)));
    said.push((kind::REPORT_WITHDRAW, taken_back.report.0, json!(taken_back)));
    said.push((kind::REPORT_CREATE, told_twice.id.0, json!(told_twice)));
    said.push((kind::REPORT_CREATE, told_twice.id.0, json!(told_twice)));
    said.push((kind::VISIT_CREATE, visit.id.0, json!(visit)));
    let numbered = said.into_iter().zip(1..);
    numbered
        .map(|((kind, entity, body), seq)| mutation(phone, seq, kind, entity, body))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_new_case_of_a_push_has_a_number_a_receipt_and_its_place_whatever_follows_it() {
    let world = World::new();
    settle(&world, household(1, GRID_A)).await;
    let phone = world.enrol(1, user(1)).await;
    let pushed = a_day(&phone);
    let answer = world.push(&phone, &pushed).await;
    assert_eq!(verdicts(&answer), vec![Verdict::Applied; pushed.len()]);
    let revs: Vec<u64> = answer.receipts.iter().filter_map(|receipt| receipt.rev).collect();
    assert_eq!(revs.len(), pushed.len());
    assert!(revs.is_sorted(), "{revs:?}");
    // The note, the withdrawal and the report told twice open none.
    let cases = i64::try_from(pushed.len()).unwrap() - 3;
    assert_eq!(world.number("SELECT COUNT(*) FROM cases").await, cases);
    assert_eq!(
        world
            .number("SELECT COUNT(DISTINCT number) FROM cases WHERE number IS NOT NULL")
            .await,
        cases
    );
    assert_eq!(world.number("SELECT number_last FROM streets").await, cases);
    assert_eq!(world.number("SELECT COUNT(*) FROM receipts WHERE rev IS NULL").await, 0);
    let wrong = world.server.store.read(misplaced).await.unwrap();
    assert_eq!(wrong, Vec::<String>::new());
    // The control: a case whose place is not what it says is found.
    let moved = |tx: &Tx<'_>| {
        Ok(tx.execute(
            "UPDATE cases SET lead_queue = 'elsewhere' WHERE number LIKE '%0001'",
            &[],
        )?)
    };
    assert_eq!(world.server.store.write(moved).await.unwrap(), 1);
    assert_eq!(world.server.store.read(misplaced).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_the_office_looks_at_first_waits_at_triage_without_an_order() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    world
        .push(&phone, &[creates(&phone, 1, &report(1, "neighbor-dispute"))])
        .await;
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM cases WHERE state = 'submitted' AND lead_queue = 'triage'")
            .await,
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM orders").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_sent_twice_has_the_effect_and_the_receipts_of_one() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let mutations = [
        creates(&phone, 1, &report(1, "manhole")),
        creates(&phone, 2, &report(2, "manhole")),
    ];
    let first = world.push(&phone, &mutations).await;
    let again = world.push(&phone, &mutations).await;
    assert_eq!(first.receipts, again.receipts);
    assert_eq!((first.street_rev, first.last_seq), (again.street_rev, again.last_seq));
    assert_eq!(world.number("SELECT COUNT(*) FROM cases").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lost_after_a_partial_push_is_repaired_by_sending_all_again() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let all: Vec<Mutation> = (1..=3)
        .map(|n| creates(&phone, n, &report(u128::from(n), "manhole")))
        .collect();
    world.push(&phone, &all[..2]).await;
    let answer = world.push(&phone, &all).await;
    assert_eq!(answer.receipts.len(), 3);
    assert_eq!((answer.last_seq, answer.stop), (3, None));
    assert_eq!(world.number("SELECT COUNT(*) FROM cases").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skipped_number_stops_the_push_and_keeps_what_came_before() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let answer = world
        .push(
            &phone,
            &[
                creates(&phone, 1, &report(1, "manhole")),
                creates(&phone, 3, &report(3, "manhole")),
            ],
        )
        .await;
    assert_eq!(answer.stop, Some(Stop::Gap { last: 1 }));
    assert_eq!((answer.receipts.len(), answer.last_seq), (1, 1));
    assert_eq!(world.number("SELECT COUNT(*) FROM cases").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_used_by_another_mutation_is_a_fork() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    let mut twin = creates(&phone, 1, &report(2, "manhole"));
    twin.id = MutationId(Uuid::from_u128(77));
    let answer = world.push(&phone, &[twin]).await;
    assert_eq!(answer.stop, Some(Stop::Fork { last: 1 }));
    assert_eq!(world.number("SELECT COUNT(*) FROM cases").await, 1);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM incidents WHERE kind = 'fork'").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_body_under_a_known_id_is_parked_and_the_first_answer_stands() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let first = world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    let mut changed = creates(&phone, 1, &report(1, "manhole"));
    changed.body["text"] = json!("something else");
    let answer = world.push(&phone, std::slice::from_ref(&changed)).await;
    assert_eq!(
        verdicts(&answer),
        [Verdict::Parked {
            code: ErrorCode::MutationIdConflict
        }]
    );
    assert_eq!(answer.receipts[0].rev, None);
    let again = world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    assert_eq!(first.receipts, again.receipts);
    world.push(&phone, &[changed]).await;
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM incidents WHERE kind = 'mutation_id_conflict'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_nobody_understands_is_answered_and_the_next_one_goes_on() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let unknown = mutation(&phone, 1, "report.paint", Uuid::from_u128(9), json!({"colour": 3}));
    let unreadable = mutation(&phone, 2, kind::REPORT_CREATE, Uuid::from_u128(8), json!([1, 2, 3]));
    let incomplete = creates(
        &phone,
        3,
        &Report {
            category: "".into(),
            ..report(3, "manhole")
        },
    );
    let answer = world
        .push(
            &phone,
            &[
                unknown,
                unreadable,
                incomplete,
                creates(&phone, 4, &report(4, "manhole")),
            ],
        )
        .await;
    let found = verdicts(&answer);
    assert_eq!(
        found[0],
        Verdict::Parked {
            code: ErrorCode::MutationUnknown
        }
    );
    assert_eq!(
        found[1],
        Verdict::Rejected {
            code: ErrorCode::BadRequest,
            details: Value::Null
        }
    );
    assert!(
        matches!(&found[2], Verdict::Rejected { code: ErrorCode::Invalid, details } if !details["problems"].as_array().unwrap().is_empty())
    );
    assert_eq!(found[3], Verdict::Applied);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM receipts WHERE kept IS NOT NULL")
            .await,
        2,
        "nothing typed is lost"
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM parked").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_the_server_stumbles_over_is_parked_with_all_that_follow_about_the_same_thing() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    // Reports cannot be written while their table has another name: a fault of the server's own.
    world
        .server
        .store
        .write(|tx| Ok(tx.execute("ALTER TABLE reports RENAME TO reports_away", &[])?))
        .await
        .unwrap();
    let one = report(1, "manhole");
    let visit = mutation(&phone, 2, kind::VISIT_CREATE, Uuid::from_u128(5), json!(null));
    let answer = world.push(&phone, &[creates(&phone, 1, &one), visit]).await;
    assert_eq!(
        verdicts(&answer)[0],
        Verdict::Parked {
            code: ErrorCode::Internal
        }
    );
    assert!(matches!(verdicts(&answer)[1], Verdict::Rejected { .. }), "others go on");
    assert_eq!(
        world.number("SELECT COUNT(*) FROM cases").await,
        0,
        "the savepoint was undone"
    );
    world
        .server
        .store
        .write(|tx| Ok(tx.execute("ALTER TABLE reports_away RENAME TO reports", &[])?))
        .await
        .unwrap();
    let note = note(&phone, 3, &one);
    let behind = world
        .push(&phone, &[note, creates(&phone, 4, &report(2, "manhole"))])
        .await;
    assert_eq!(
        verdicts(&behind),
        [
            Verdict::Parked {
                code: ErrorCode::Internal
            },
            Verdict::Applied
        ]
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM parked").await, 2);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM incidents WHERE kind = 'fault'")
            .await,
        1
    );
}

pub(crate) fn note(phone: &Phone, seq: u64, report: &Report) -> Mutation {
    let body = ReportNote {
        report: report.id,
        text: "更糟了".to_owned(),
        photos: Vec::new(),
        captured_at: CapturedAt(MORNING + 1000),
    };
    mutation(
        phone,
        seq,
        kind::REPORT_NOTE,
        report.id.0,
        serde_json::to_value(body).unwrap(),
    )
}

fn withdrawal(phone: &Phone, seq: u64, report: &Report, after_ms: i64) -> Mutation {
    let body = ReportWithdrawal {
        report: report.id,
        reason: "弄错了".to_owned(),
        captured_at: CapturedAt(report.captured_at.0 + after_ms),
    };
    mutation(
        phone,
        seq,
        kind::REPORT_WITHDRAW,
        report.id.0,
        serde_json::to_value(body).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_from_a_grid_that_is_not_the_authors_is_taken_and_routed_like_any_other() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let stray = Report {
        home_grid: Some(GRID_B.into()),
        ..report(1, "manhole")
    };
    let answer = world.push(&phone, &[creates(&phone, 1, &stray)]).await;
    assert_eq!(verdicts(&answer), [Verdict::Applied]);
    assert_eq!(world.number("SELECT COUNT(*) FROM strays").await, 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM orders WHERE role = 'lead'").await, 1);
}

/// What user 2 wrote, on the phone of user 1, as nobody here knows it to be theirs too.
fn of_a_stranger(phone: &Phone) -> Mutation {
    Mutation {
        author: user(2),
        ..creates(phone, 1, &report(1, "manhole"))
    }
}

const WAITS: Verdict = Verdict::Parked {
    code: ErrorCode::OutOfScope,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_cannot_speak_for_somebody_else_and_what_they_wrote_waits_for_them() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let strange = of_a_stranger(&phone);
    for _ in 0..2 {
        let answer = world.push(&phone, std::slice::from_ref(&strange)).await;
        assert_eq!(verdicts(&answer), [WAITS]);
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM reports").await, 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM receipts").await, 0);

    let (device, now) = (phone.device, world.server.now());
    let signed_in = world
        .server
        .store
        .write(move |tx| Ok(devices::sign_in(tx, &street(), device, user(2), now)?));
    signed_in.await.unwrap();
    for _ in 0..2 {
        let answer = world.push(&phone, std::slice::from_ref(&strange)).await;
        assert_eq!(verdicts(&answer), [Verdict::Applied]);
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM reports").await, 1);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM parked WHERE settled_at IS NULL")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_may_take_what_somebody_wrote_on_a_phone_that_is_not_known_as_theirs() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let strange = of_a_stranger(&phone);
    world.push(&phone, std::slice::from_ref(&strange)).await;
    let id = strange.id;
    let taken = world.server.edit(street(), move |edit| push::replay(edit, id)).await;
    assert_eq!(taken.unwrap(), Verdict::Applied);
    let answer = world.push(&phone, &[strange]).await;
    assert_eq!(verdicts(&answer), [Verdict::Applied], "the phone learns it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_taken_back_in_time_ends_its_case_and_closes_its_order() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let one = report(1, "manhole");
    let answer = world
        .push(
            &phone,
            &[creates(&phone, 1, &one), withdrawal(&phone, 2, &one, 600_000)],
        )
        .await;
    assert_eq!(verdicts(&answer), [Verdict::Applied, Verdict::Applied]);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM cases WHERE state = 'void' AND close_reason = 'withdrawn'")
            .await,
        1
    );
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM orders WHERE closed_at IS NULL")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_minutes_a_report_is_no_longer_taken_back() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let one = report(1, "manhole");
    let answer = world
        .push(
            &phone,
            &[creates(&phone, 1, &one), withdrawal(&phone, 2, &one, 600_001)],
        )
        .await;
    assert!(matches!(
        verdicts(&answer)[1],
        Verdict::Rejected {
            code: ErrorCode::WithdrawWindowOver,
            ..
        }
    ));
    assert_eq!(world.number("SELECT COUNT(*) FROM cases WHERE state = 'void'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_phone_is_told_so() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    world
        .server
        .store
        .write(|tx| Ok(tx.execute("UPDATE devices SET status = 'revoked'", &[])?))
        .await
        .unwrap();
    let answer = world.post(Some(&phone.token), "/v1/push", &json!({})).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (403, "device_revoked")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_has_a_revision_of_its_own_and_none_is_skipped() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let before = world.number("SELECT rev FROM streets").await;
    for seq in 1..=5 {
        world
            .push(&phone, &[creates(&phone, seq, &report(u128::from(seq), "manhole"))])
            .await;
    }
    // Each report changes two rows: its case and the outline that the community sees.
    assert_eq!(world.number("SELECT rev FROM streets").await, before + 10);
    assert_eq!(
        world.number("SELECT COUNT(DISTINCT rev) FROM bucket_rows").await,
        before + 10
    );
    assert_eq!(world.number("SELECT MAX(rev) FROM bucket_rows").await, before + 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_of_many_phones_at_once_all_arrive_and_numbers_have_no_gap() {
    let world = std::sync::Arc::new(World::new());
    let mut pushes = Vec::new();
    for number in 1..=20_u128 {
        let phone = world.enrol(number, user(1)).await;
        let world = std::sync::Arc::clone(&world);
        pushes.push(tokio::spawn(async move {
            world
                .push(&phone, &[creates(&phone, 1, &report(number, "manhole"))])
                .await
        }));
    }
    for push in pushes {
        assert_eq!(verdicts(&push.await.unwrap()), [Verdict::Applied]);
    }
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM cases WHERE number BETWEEN 'JL-20260302-0001' AND 'JL-20260302-0020'")
            .await,
        20
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_cannot_have_two_open_leads() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    let second = world
        .server
        .store
        .write(|tx| {
            Ok(tx.execute(
                "INSERT INTO orders (street_id, id, case_id, queue_id, role, note, final_dispatch, opened_at)
                 SELECT street_id, 'second', case_id, 'triage', 'lead', '', 0, 0 FROM orders WHERE role = 'lead'",
                &[],
            )?)
        })
        .await;
    assert!(second.is_err());
    assert_eq!(world.number("SELECT COUNT(*) FROM orders WHERE role = 'lead'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_phone_left_undecided_holds_up_no_other() {
    let world = World::new();
    let (phone, other) = (world.enrol(1, user(1)).await, world.enrol(2, user(1)).await);
    let one = report(1, "manhole");
    world.push(&phone, &[creates(&phone, 1, &one)]).await;
    let unknown = mutation(&other, 1, "report.paint", one.id.0, json!({}));
    world.push(&other, &[unknown]).await;
    let noted = world.push(&phone, &[note(&phone, 2, &one)]).await;
    assert_eq!(verdicts(&noted), [Verdict::Applied]);
    let behind = world.push(&other, &[note(&other, 2, &one)]).await;
    let waits = Verdict::Parked {
        code: ErrorCode::Internal,
    };
    assert_eq!(verdicts(&behind), [waits], "it queues up behind its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_queued_up_behind_an_undecided_one_is_tried_once_that_is_decided() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let one = report(1, "manhole");
    world.push(&phone, &[creates(&phone, 1, &one)]).await;
    let strange = Mutation {
        author: user(2),
        ..note(&phone, 2, &one)
    };
    let own = note(&phone, 3, &one);
    let answer = world.push(&phone, &[strange.clone(), own.clone()]).await;
    let behind = Verdict::Parked {
        code: ErrorCode::Internal,
    };
    assert_eq!(verdicts(&answer), [WAITS, behind]);
    let (device, now) = (phone.device, world.server.now());
    let sign_in = move |tx: &Tx<'_>| Ok(devices::sign_in(tx, &street(), device, user(2), now)?);
    world.server.store.write(sign_in).await.unwrap();
    let decided = verdicts(&world.push(&phone, &[strange]).await);
    assert!(matches!(decided[0], Verdict::Rejected { .. }), "it is not their report");
    assert_eq!(verdicts(&world.push(&phone, &[own]).await), [Verdict::Applied]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_comes_back_goes_on_with_its_numbers() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let days = [0, 40, -40, 0];
    for (n, days) in (1..).zip(days) {
        world.advance(days * 86_400_000);
        let answer = world
            .push(&phone, &[creates(&phone, n, &report(n.into(), "manhole"))])
            .await;
        assert_eq!(verdicts(&answer), [Verdict::Applied], "report {n}");
    }
    let numbers = "SELECT COUNT(DISTINCT number) FROM cases WHERE number LIKE 'JL-20260302-%'";
    assert_eq!(world.number(numbers).await, 3);
    let last = "SELECT COUNT(*) FROM cases WHERE number = 'JL-20260302-0003'";
    assert_eq!(world.number(last).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_was_saved_twice_loses_none_of_its_words() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let one = report(1, "manhole");
    let more = Report {
        text: "井盖松了，有人差点摔倒".to_owned(),
        ..one.clone()
    };
    let mutations = [
        creates(&phone, 1, &one),
        Mutation {
            id: MutationId(Uuid::from_u128(0xF1)),
            ..creates(&phone, 2, &one)
        },
        Mutation {
            id: MutationId(Uuid::from_u128(0xF2)),
            ..creates(&phone, 3, &more)
        },
    ];
    let refused = Verdict::Rejected {
        code: ErrorCode::MutationIdConflict,
        details: Value::Null,
    };
    let answer = world.push(&phone, &mutations).await;
    assert_eq!(verdicts(&answer), [Verdict::Applied, Verdict::Applied, refused]);
    assert_eq!(world.number("SELECT COUNT(*) FROM reports").await, 1);
    let kept = "SELECT COUNT(*) FROM receipts WHERE kept IS NOT NULL";
    assert_eq!(world.number(kept).await, 1, "its author sends it as one of its own");
}
