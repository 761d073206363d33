//! Visits: each need becomes one order, and the household remembers.

use domain::protocol::{RowType, Verdict, kind};
use domain::{CapturedAt, Channel, Condition, ErrorCode, Need, NeedId, Visit, VisitId, VisitOutcome, VisitReason};
use uuid::Uuid;

use crate::pull::{household, settle};
use crate::push::mutation;
use crate::world::{GRID_A, GRID_B, MORNING, Phone, World, shown, user};

const DAY: i64 = 86_400_000;

pub(crate) fn visit(number: u128, ended_at: i64) -> Visit {
    Visit {
        id: VisitId(Uuid::from_u128(0xF000 + number)),
        household: household(1, GRID_A).id,
        channel: Channel::Home,
        reason: VisitReason::Routine,
        started_at: CapturedAt(ended_at - 600_000),
        ended_at: CapturedAt(ended_at),
        outcome: VisitOutcome::Met,
        condition: Some(Condition::Fine),
        facts: "厨房水龙头滴水".to_owned(),
        needs: Vec::new(),
        promises: Vec::new(),
        reflection: Some("今天聊得很好".to_owned()),
        photos: Vec::new(),
    }
}

pub(crate) fn dripping_tap() -> Need {
    Need {
        id: NeedId(Uuid::from_u128(0xF900)),
        category: "need-home-repair".into(),
        text: "水龙头滴水".to_owned(),
    }
}

fn made(phone: &Phone, seq: u64, visit: &Visit) -> domain::protocol::Mutation {
    mutation(
        phone,
        seq,
        kind::VISIT_CREATE,
        visit.id.0,
        serde_json::to_value(visit).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dripping_tap_becomes_an_order_of_the_repair_team_due_a_day_after_capture() {
    let world = World::new();
    settle(&world, household(1, GRID_A)).await;
    let phone = world.enrol(1, user(1)).await;
    let captured = MORNING - 7_200_000;
    let visit = Visit {
        needs: vec![dripping_tap()],
        ..visit(1, captured)
    };
    let answer = world.push(&phone, &[made(&phone, 1, &visit)]).await;
    assert_eq!(answer.receipts[0].verdict, Verdict::Applied);
    let seen = world.pull(&phone, &[]).await;
    let home = seen
        .buckets
        .iter()
        .find(|page| page.id.0 == format!("home:{GRID_A}"))
        .unwrap();
    let case = home.rows.iter().find(|row| row.kind == RowType::Case).unwrap();
    assert_eq!(
        (shown(case)["lead_queue"].as_str(), shown(case)["state"].as_str()),
        (Some("repair-team"), Some("dispatched"))
    );
    assert_eq!(shown(case)["due_at"], captured + DAY);
    let row = home.rows.iter().find(|row| row.kind == RowType::Visit).unwrap();
    assert_eq!(shown(row)["need_cases"][0]["number"], shown(case)["number"]);
    let file = home.rows.iter().find(|row| row.kind == RowType::Household).unwrap();
    assert_eq!(shown(file)["last_visit"], captured);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM bucket_rows WHERE bucket LIKE 'grid:%' AND kind = 'case'")
            .await,
        0
    );
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM bucket_rows WHERE bucket LIKE 'community:%'")
            .await,
        0,
        "a need is private"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_captured_long_ago_runs_from_a_day_before_receipt_at_most() {
    let world = World::new();
    settle(&world, household(1, GRID_A)).await;
    let phone = world.enrol(1, user(1)).await;
    let visit = Visit {
        needs: vec![dripping_tap()],
        ..visit(1, MORNING - 5 * DAY)
    };
    world.push(&phone, &[made(&phone, 1, &visit)]).await;
    assert_eq!(world.number("SELECT due_at FROM cases").await, MORNING);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reflection_is_sent_to_its_author_alone() {
    let world = World::new();
    settle(&world, household(1, GRID_A)).await;
    let phone = world.enrol(1, user(1)).await;
    world.push(&phone, &[made(&phone, 1, &visit(1, MORNING))]).await;
    let seen = world.pull(&phone, &[]).await;
    for page in &seen.buckets {
        let text = serde_json::to_string(page).unwrap();
        assert_eq!(
            text.contains("今天聊得很好"),
            page.id.0.starts_with("me:"),
            "{}",
            page.id
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_home_is_kept_but_is_no_visit() {
    let world = World::new();
    settle(&world, household(1, GRID_A)).await;
    let phone = world.enrol(1, user(1)).await;
    let missed = Visit {
        outcome: VisitOutcome::NoAnswer,
        condition: None,
        facts: String::new(),
        ..visit(2, MORNING)
    };
    let answer = world
        .push(
            &phone,
            &[made(&phone, 1, &visit(1, MORNING - DAY)), made(&phone, 2, &missed)],
        )
        .await;
    assert_eq!(answer.receipts[1].verdict, Verdict::Applied);
    assert_eq!(world.number("SELECT last_visit FROM households").await, MORNING - DAY);
    assert_eq!(world.number("SELECT COUNT(*) FROM visits").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_in_another_workers_grid_is_a_stray() {
    let world = World::new();
    settle(&world, household(1, GRID_B)).await;
    let phone = world.enrol(1, user(1)).await;
    let answer = world.push(&phone, &[made(&phone, 1, &visit(1, MORNING))]).await;
    assert!(matches!(
        answer.receipts[0].verdict,
        Verdict::Rejected {
            code: ErrorCode::OutOfScope,
            ..
        }
    ));
    assert_eq!(world.number("SELECT COUNT(*) FROM strays").await, 1);
}
