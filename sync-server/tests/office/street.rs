//! The street's own settings, in the hands of the administrator; phones receive them, cases follow them from then on.

use std::collections::BTreeMap;

use domain::GridId;
use domain::protocol::{PullRequest, PullResponse, RowType};
use domain::view::StreetRow;
use serde_json::{Value, json};

use crate::case::Case;
use crate::phone::{Phone, post};
use crate::world::{World, in_march};

async fn change(world: &World, asked: Value) -> Value {
    world.signed_in("admin").patch("/v1/street", asked).await.ok()
}

/// The street as a phone pulls it.
async fn pulled(world: &World, phone: &Phone) -> StreetRow {
    let ask = PullRequest {
        proto: 1,
        bundle_key: false,
        epoch: None,
        device: phone.device,
        cursors: BTreeMap::new(),
        profile: None,
        max_bytes: None,
        seen: None,
        check: false,
        announce: None,
    };
    let answer = post(
        world,
        Some(&phone.token),
        "/v1/pull",
        &serde_json::to_value(ask).unwrap(),
    )
    .await
    .ok();
    let answer: PullResponse = serde_json::from_value(answer).unwrap();
    let mut rows = answer.buckets.into_iter().flat_map(|page| page.rows);
    let street = rows.find(|row| row.kind == RowType::Street);
    let street = street.expect("the street is among the reference rows");
    street.data.read().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_changes_the_rest_stays_and_phones_receive_it() {
    let world = World::demo();
    let phone = Phone::enrol(&world, "li").await;
    let before = pulled(&world, &phone).await;
    assert!(before.triage_first.is_empty() && before.calendar.holidays.is_empty());
    let first = json!({ "triage_first": ["road-damage", "need-aid", "road-damage"], "holidays": ["2026-03-05"] });
    change(&world, first).await;
    let second = json!({ "disabled_categories": ["fitness"], "make_up_days": ["2026-03-07"] });
    let shown: StreetRow = serde_json::from_value(change(&world, second).await).unwrap();
    assert_eq!(shown.triage_first, ["need-aid".into(), "road-damage".into()]);
    assert_eq!(shown.disabled_categories, ["fitness".into()]);
    let days = |set: &std::collections::BTreeSet<_>| set.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(days(&shown.calendar.holidays), ["2026-03-05"]);
    assert_eq!(days(&shown.calendar.make_up_days), ["2026-03-07"]);
    assert_eq!((&shown.name, &shown.time_zone), (&before.name, &before.time_zone));
    assert_eq!(pulled(&world, &phone).await, shown);
    let again: StreetRow = serde_json::from_value(world.signed_in("admin").get("/v1/street").await.ok()).unwrap();
    assert_eq!(again, shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_switched_to_triage_waits_but_danger_never_does() {
    let world = World::demo();
    let phone = Phone::enrol(&world, "li").await;
    let grid = GridId::from("500199001003002");
    let state = async |category: &str| {
        let report = phone.report(&world, category, &grid, None).await;
        let case = Case::of_report(&world, &report.id.to_string()).await;
        case.seen_by("triage").await["row"]["state"].clone()
    };
    assert_eq!(state("road-damage").await, "dispatched", "the control: it goes at once");
    change(&world, json!({ "triage_first": ["road-damage", "gas-leak"] })).await;
    assert_eq!(state("road-damage").await, "submitted");
    assert_eq!(state("gas-leak").await, "dispatched");
    change(&world, json!({ "triage_first": [] })).await;
    assert_eq!(state("road-damage").await, "dispatched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_off_moves_what_is_due_from_then_on_and_nothing_that_runs_already() {
    let world = World::demo();
    let phone = Phone::enrol(&world, "li").await;
    let grid = GridId::from("500199001003002");
    world.in_march(2, 9, 0);
    let due = async |case: &Case<'_>| case.seen_by("triage").await["row"]["due_at"].as_i64();
    let made = async || {
        let report = phone.report(&world, "road-damage", &grid, None).await;
        Case::of_report(&world, &report.id.to_string()).await
    };
    // Five working days from Monday morning.
    let before = made().await;
    assert_eq!(due(&before).await, Some(in_march(9, 9, 0)));
    change(
        &world,
        json!({ "holidays": ["2026-03-04", "2026-03-05"], "make_up_days": ["2026-03-07"] }),
    )
    .await;
    let after = made().await;
    assert_eq!(
        due(&after).await,
        Some(in_march(10, 9, 0)),
        "two days off, one Saturday worked"
    );
    assert_eq!(due(&before).await, Some(in_march(9, 9, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_with_the_settings_is_told_at_once_and_nothing_is_changed() {
    let world = World::demo();
    let admin = world.signed_in("admin");
    let before = admin.get("/v1/street").await.ok();
    let odd = json!({ "triage_first": ["tree-fallen", "dragons"], "disabled_categories": ["other"],
        "holidays": ["2026-02-30", "1026-01-01", "2026-03-07"], "make_up_days": ["2026-03-04", "2026-03-07"] });
    let refused = admin.patch("/v1/street", odd).await;
    assert_eq!(refused.code(), "invalid");
    let problems = refused.json()["error"]["details"]["problems"]
        .as_array()
        .unwrap()
        .clone();
    let told: Vec<_> = problems
        .iter()
        .map(|one| (one["field"].as_str().unwrap(), one["problem"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("triage_first.1", "unknown"),
            ("disabled_categories.0", "unknown"),
            ("holidays.0", "malformed"),
            ("holidays.1", "out_of_range"),
            ("make_up_days", "out_of_range"),
            ("make_up_days", "contradiction"),
        ]
    );
    assert_eq!(admin.get("/v1/street").await.ok(), before);
}
