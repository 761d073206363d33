//! Acts on cases: one lead at any time, the loser of a race is told, and an act counts once.

use domain::case::machine::Actor;
use domain::protocol::{Verdict, kind};
use domain::{Action, CaseAct, CaseId, CloseReason, ErrorCode, MutationId, QueueId, Report, ReturnReason, Role};
use sync_server::Outcome;
use sync_server::intake::act::from_office;
use sync_server::intake::push::replay;
use sync_server::rules;
use sync_server::store::Tx;
use sync_server::store::cases::{self, CaseRecord};
use uuid::Uuid;

use crate::push::{creates, mutation, note, report};
use crate::world::{Phone, World, shown, street, user};

const HOUR: i64 = 3_600_000;

/// A case of a loose manhole cover, dispatched by rule, and the phone that reported it.
async fn dispatched(world: &World) -> (Phone, CaseRecord) {
    let phone = world.enrol(1, user(1)).await;
    world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    let case = only(world).await;
    (phone, case)
}

async fn only(world: &World) -> CaseRecord {
    let all = world
        .server
        .store
        .read(|tx| Ok(cases::find(tx, "1 = 1 ORDER BY number", &[])?))
        .await
        .unwrap();
    all.into_iter().next().unwrap()
}

async fn read(world: &World, id: CaseId) -> CaseRecord {
    world
        .server
        .store
        .read(move |tx| Ok(cases::get(tx, &street(), id)?))
        .await
        .unwrap()
        .unwrap()
}

fn triage() -> Actor {
    Actor::person(user(50), &[Role::StreetHead])
}

fn member(queue: &QueueId) -> Actor {
    Actor {
        queues: [queue.clone()].into(),
        ..Actor::person(user(51), &[Role::DepartmentMember])
    }
}

async fn act(world: &World, number: u128, actor: Actor, case: &CaseRecord, act: Action) -> Outcome<CaseRecord> {
    let (id, act) = (
        case.id,
        CaseAct {
            case: case.id,
            from_state_rev: case.state_rev,
            act,
        },
    );
    world
        .server
        .edit(street(), move |edit| {
            from_office(edit, &actor, &act, MutationId(Uuid::from_u128(number)))
        })
        .await?;
    Ok(read(world, id).await)
}

fn code<T: std::fmt::Debug>(outcome: Outcome<T>) -> ErrorCode {
    outcome.unwrap_err().wire().code
}

fn resolve() -> Action {
    Action::Resolve {
        text: "换好了".to_owned(),
        photos: Vec::new(),
        no_photo_reason: Some("night".to_owned()),
    }
}

fn give_back(suggested: &str) -> Action {
    Action::Return {
        reason: ReturnReason::NotOurs,
        text: "权属不明".to_owned(),
        suggested: suggested.into(),
    }
}

async fn open_leads(world: &World) -> i64 {
    world
        .number("SELECT COUNT(*) FROM orders WHERE role = 'lead' AND closed_at IS NULL")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_from_dispatch_to_close_with_one_lead_at_a_time() {
    let world = World::new();
    let (_, case) = dispatched(&world).await;
    let queue = case.lead_queue.clone();
    assert_eq!(open_leads(&world).await, 1);
    let case = act(&world, 1, member(&queue), &case, Action::Accept).await.unwrap();
    let case = act(&world, 2, member(&queue), &case, resolve()).await.unwrap();
    assert_eq!(open_leads(&world).await, 0);
    let close = Action::Close {
        reason: CloseReason::Fixed,
        text: "修好了".to_owned(),
    };
    let case = act(&world, 3, triage(), &case, close).await.unwrap();
    assert_eq!(
        (case.close_reason, case.closed_at.is_some()),
        (Some(CloseReason::Fixed), true)
    );
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM clocks WHERE stage = 'resolve' AND done_at IS NOT NULL")
            .await,
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM timeline").await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_act_on_what_they_saw_the_second_is_told_what_it_is_now() {
    let world = World::new();
    let (_, case) = dispatched(&world).await;
    let queue = case.lead_queue.clone();
    act(&world, 1, member(&queue), &case, Action::Accept).await.unwrap();
    let error = act(&world, 2, member(&queue), &case, give_back("triage"))
        .await
        .unwrap_err()
        .wire();
    assert_eq!(error.code, ErrorCode::Stale);
    assert_eq!(error.details["now"], "accepted");
    assert_eq!(error.details["state_rev"], case.state_rev + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_sent_twice_counts_once_and_its_id_serves_no_other() {
    let world = World::new();
    let (_, case) = dispatched(&world).await;
    let queue = case.lead_queue.clone();
    let first = act(&world, 1, member(&queue), &case, Action::Accept).await.unwrap();
    let again = act(&world, 1, member(&queue), &case, Action::Accept).await.unwrap();
    assert_eq!(first.state_rev, again.state_rev);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM timeline WHERE what = 'accept'")
            .await,
        1
    );
    assert_eq!(
        code(act(&world, 1, member(&queue), &case, resolve()).await),
        ErrorCode::MutationIdConflict
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_does_not_exist_gets_no_case() {
    let world = World::new();
    let (_, case) = dispatched(&world).await;
    let case = act(
        &world,
        1,
        triage(),
        &case,
        Action::Refer {
            text: "谁的".to_owned(),
        },
    )
    .await
    .unwrap();
    let ruling = |lead: &str| Action::FinalDispatch {
        lead: lead.into(),
        assists: Vec::new(),
        mandatory: Vec::new(),
        ruling: "归你".to_owned(),
    };
    assert_eq!(
        code(act(&world, 2, triage(), &case, ruling("no-such-queue")).await),
        ErrorCode::Invalid
    );
    let case = act(&world, 3, triage(), &case, ruling("urban-mgmt")).await.unwrap();
    assert_eq!((case.lead_queue.as_str(), open_leads(&world).await), ("urban-mgmt", 1));
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM orders WHERE final_dispatch = 1 AND closed_at IS NULL")
            .await,
        1
    );
    let refused = act(&world, 4, member(&case.lead_queue), &case, give_back("triage")).await;
    assert_eq!(code(refused), ErrorCode::FinalDispatch);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_hears_of_every_step_and_may_answer_from_the_field() {
    let world = World::new();
    let (phone, case) = dispatched(&world).await;
    let remark = CaseAct {
        case: case.id,
        from_state_rev: 1,
        act: Action::Comment {
            text: "孩子常走这里".to_owned(),
            photos: Vec::new(),
        },
    };
    let accept = CaseAct {
        case: case.id,
        from_state_rev: case.state_rev,
        act: Action::Accept,
    };
    let acts = [
        mutation(
            &phone,
            2,
            kind::CASE_ACT,
            case.id.0,
            serde_json::to_value(remark).unwrap(),
        ),
        mutation(
            &phone,
            3,
            kind::CASE_ACT,
            case.id.0,
            serde_json::to_value(accept).unwrap(),
        ),
    ];
    let answer = world.push(&phone, &acts).await;
    assert_eq!(
        answer.receipts[0].verdict,
        Verdict::Applied,
        "a remark is never too late"
    );
    assert!(matches!(
        answer.receipts[1].verdict,
        Verdict::Rejected {
            code: ErrorCode::Forbidden,
            ..
        }
    ));
    let seen = world.pull(&phone, &[]).await;
    let row = seen
        .buckets
        .iter()
        .flat_map(|page| &page.rows)
        .find(|row| row.id == case.id.to_string())
        .unwrap();
    assert_eq!(
        shown(row)["timeline"].as_array().unwrap().last().unwrap()["what"],
        "comment"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_cannot_act_on_a_case_it_may_not_see() {
    let world = World::new();
    let (_, case) = dispatched(&world).await;
    let other = world.enrol(2, user(2)).await;
    let remark = CaseAct {
        case: case.id,
        from_state_rev: 1,
        act: Action::Comment {
            text: "看看".to_owned(),
            photos: Vec::new(),
        },
    };
    let act = mutation(
        &other,
        1,
        kind::CASE_ACT,
        case.id.0,
        serde_json::to_value(remark).unwrap(),
    );
    let answer = world.push(&other, &[act]).await;
    assert!(matches!(
        answer.receipts[0].verdict,
        Verdict::Rejected {
            code: ErrorCode::OutOfScope,
            ..
        }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_reports_move_to_the_main_case_and_back() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    // Without auto-dispatch both wait at triage.
    let two = [1, 2].map(|number| Report {
        text: "吵架".to_owned(),
        ..report(number, "neighbor-dispute")
    });
    world
        .push(&phone, &[creates(&phone, 1, &two[0]), creates(&phone, 2, &two[1])])
        .await;
    let all = world
        .server
        .store
        .read(|tx| Ok(cases::find(tx, "1 = 1 ORDER BY number", &[])?))
        .await
        .unwrap();
    let merged = act(&world, 1, triage(), &all[1], Action::Merge { into: all[0].id })
        .await
        .unwrap();
    assert_eq!(merged.merged_into, Some(all[0].id));
    let seen = world.pull(&phone, &[]).await;
    let rows: Vec<_> = seen
        .buckets
        .iter()
        .find(|page| page.id.0.starts_with("me:"))
        .unwrap()
        .rows
        .iter()
        .collect();
    let main = rows.iter().find(|row| row.id == all[0].id.to_string()).unwrap();
    assert_eq!(shown(main)["reports"].as_array().unwrap().len(), 2);
    let away = rows.iter().find(|row| row.id == all[1].id.to_string()).unwrap();
    let first_step = shown(away)["timeline"][0].clone();
    assert_eq!(
        (first_step["what"].as_str(), first_step["text"].as_str()),
        (Some("report"), Some("吵架")),
        "a merged case still shows what was reported"
    );
    let undone = act(&world, 2, triage(), &merged, Action::Unmerge).await.unwrap();
    assert_eq!((undone.state, undone.merged_into), (all[1].state, None));
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM reports WHERE case_id = first_case_id")
            .await,
        2
    );
    assert_eq!(
        code(act(&world, 3, triage(), &undone, Action::Merge { into: undone.id }).await),
        ErrorCode::Invalid
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_main_case_that_was_merged_itself_takes_back_all_that_was_under_it() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let three = [1, 2, 3].map(|number| creates(&phone, number, &report(number.into(), "neighbor-dispute")));
    world.push(&phone, &three).await;
    let read = |tx: &Tx<'_>| Ok(cases::find(tx, "1 = 1 ORDER BY number", &[])?);
    let all = world.server.store.read(read).await.unwrap();
    let (first, main, other) = (&all[0], &all[1], &all[2]);
    act(&world, 1, triage(), first, Action::Merge { into: main.id })
        .await
        .unwrap();
    let main_now = self::read(&world, main.id).await;
    let merged = act(&world, 2, triage(), &main_now, Action::Merge { into: other.id })
        .await
        .unwrap();
    let under =
        "SELECT COUNT(*) FROM reports JOIN cases ON cases.id = reports.case_id WHERE cases.number = 'JL-20260302-0003'";
    assert_eq!(world.number(under).await, 3);
    act(&world, 3, triage(), &merged, Action::Unmerge).await.unwrap();
    assert_eq!(world.number(under).await, 1, "its own alone");
    let of_main =
        "SELECT COUNT(*) FROM reports JOIN cases ON cases.id = reports.case_id WHERE cases.number = 'JL-20260302-0002'";
    assert_eq!(world.number(of_main).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_nobody_answers_counts_as_taken_when_its_limit_runs_out() {
    let world = World::new();
    let (_, case) = dispatched(&world).await;
    assert_eq!(rules::look(&world.server).await.unwrap(), 0);
    world.advance(30 * 24 * HOUR);
    assert_eq!(rules::look(&world.server).await.unwrap(), 1);
    assert_eq!(read(&world, case.id).await.state, domain::CaseState::Accepted);
    assert_eq!(rules::look(&world.server).await.unwrap(), 0, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_that_wait_for_a_person_do_not_keep_others_from_closing_by_themselves() {
    let world = World::new();
    let (_, first) = dispatched(&world).await;
    let resolved = domain::ReceivedAt(crate::world::MORNING);
    // A long queue of urgent cases that nobody has checked, all resolved before the ordinary one.
    world
        .server
        .store
        .write(move |tx| {
            let case = cases::get(tx, &street(), first.id)?.unwrap();
            for number in 0..250 {
                let waiting = CaseRecord {
                    id: CaseId(Uuid::from_u128(9_000 + number)),
                    number: None,
                    state: domain::CaseState::Resolved,
                    urgency: 1,
                    resolved_at: Some(resolved),
                    ..case.clone()
                };
                cases::insert(tx, &street(), &waiting)?;
            }
            let mut ordinary = CaseRecord {
                state: domain::CaseState::Resolved,
                urgency: 3,
                resolved_at: Some(domain::ReceivedAt(resolved.0 + 1)),
                ..case
            };
            ordinary.facts.after_photo = true;
            cases::update(tx, &street(), &ordinary)?;
            Ok(())
        })
        .await
        .unwrap();
    world.advance(73 * HOUR);
    assert_eq!(rules::look(&world.server).await.unwrap(), 1);
    assert_eq!(read(&world, first.id).await.state, domain::CaseState::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_case_wakes_on_its_date_with_the_time_it_had_left() {
    let world = World::new();
    let (_, case) = dispatched(&world).await;
    let case = act(&world, 1, member(&case.lead_queue), &case, Action::Accept)
        .await
        .unwrap();
    let until = domain::ReceivedAt(crate::world::MORNING + 48 * HOUR);
    let due = case.due_at.unwrap();
    let suspend = Action::Suspend {
        reason: "等配件".to_owned(),
        until,
    };
    act(&world, 2, triage(), &case, suspend).await.unwrap();
    world.advance(48 * HOUR);
    assert_eq!(rules::look(&world.server).await.unwrap(), 1);
    let woken = read(&world, case.id).await;
    assert_eq!(
        (woken.state, woken.suspended_until),
        (domain::CaseState::Accepted, None)
    );
    assert!(woken.due_at.unwrap() > due);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_behind_a_parked_report_is_never_judged_without_it() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let change = |sql: &'static str| {
        let store = &world.server.store;
        async move { store.write(move |tx| Ok(tx.execute(sql, &[])?)).await.unwrap() }
    };
    change("ALTER TABLE reports RENAME TO reports_away").await;
    let reported = report(1, "manhole");
    let (create, note) = (creates(&phone, 1, &reported), note(&phone, 2, &reported));
    world.push(&phone, &[create.clone(), note.clone()]).await;
    let again = |id| {
        let server = &world.server;
        async move { server.edit(street(), move |edit| replay(edit, id)).await.unwrap() }
    };
    // The list shows the newest first, and so they are tried.
    let still = again(note.id).await;
    assert!(matches!(still, Verdict::Parked { .. }), "{still:?}");
    change("ALTER TABLE reports_away RENAME TO reports").await;
    assert_eq!(again(note.id).await, Verdict::Applied);
    let answer = world.push(&phone, &[create, note]).await;
    let verdicts: Vec<&Verdict> = answer.receipts.iter().map(|receipt| &receipt.verdict).collect();
    assert_eq!(verdicts, [&Verdict::Applied, &Verdict::Applied]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_mutation_gets_its_one_verdict_when_it_is_played_again() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    world
        .server
        .store
        .write(|tx| Ok(tx.execute("ALTER TABLE reports RENAME TO reports_away", &[])?))
        .await
        .unwrap();
    let create = creates(&phone, 1, &report(1, "manhole"));
    world.push(&phone, std::slice::from_ref(&create)).await;
    let id = create.id;
    let still = world.server.edit(street(), move |edit| replay(edit, id)).await.unwrap();
    assert_eq!(
        still,
        Verdict::Parked {
            code: ErrorCode::Internal
        }
    );
    world
        .server
        .store
        .write(|tx| Ok(tx.execute("ALTER TABLE reports_away RENAME TO reports", &[])?))
        .await
        .unwrap();
    let verdict = world.server.edit(street(), move |edit| replay(edit, id)).await.unwrap();
    assert_eq!(verdict, Verdict::Applied);
    let answer = world.push(&phone, &[create]).await;
    assert_eq!(answer.receipts[0].verdict, Verdict::Applied);
    assert!(answer.receipts[0].rev.is_some());
    assert_eq!(world.number("SELECT COUNT(*) FROM cases").await, 1);
}
