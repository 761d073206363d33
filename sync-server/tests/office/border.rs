//! Triage puts a case at a border into its other grid: the owner is decided again, unless a queue had its order already.

use domain::GridId;
use serde_json::{Value, json};

use crate::case::{Case, clock};
use crate::phone::Phone;
use crate::world::{Answer, World};

/// Of two communities.
const LONGQUAN: &str = "500199001001004";
const XINGLONG: &str = "500199001002003";

async fn at_the_border<'w>(world: &'w World, phone: &Phone, category: &str) -> Case<'w> {
    let (grid, other) = (GridId::from(LONGQUAN), GridId::from(XINGLONG));
    let report = phone.report(world, category, &grid, Some(&other)).await;
    Case::of_report(world, &report.id.to_string()).await
}

async fn put_into(world: &World, case: &Case<'_>, grid: &str) -> Answer {
    let path = format!("/v1/cases/{}/place", case.id);
    world.signed_in("triage").patch(&path, json!({ "grid": grid })).await
}

fn last_place(detail: &Value) -> Value {
    let mut steps = detail["row"]["timeline"].as_array().unwrap().iter();
    steps.rfind(|step| step["what"] == "place").unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_waits_gets_the_owner_and_the_reason_of_the_other_grid() {
    let world = World::demo();
    let zhao = Phone::enrol(&world, "zhao").await;
    let case = at_the_border(&world, &zhao, "neighbor-dispute").await;
    let before = case.seen_by("triage").await;
    assert_eq!(before["row"]["routing"]["lead"], "community-longquan");

    world.advance(600_000);
    let moved = put_into(&world, &case, XINGLONG).await.ok();
    let routing = &moved["row"]["routing"];
    assert_eq!(routing["lead"], "community-xinglong");
    assert_eq!(routing["inputs"]["grid"], XINGLONG);
    assert_eq!(routing["inputs"]["community"], "xinglong");
    assert_eq!(routing["other_grid"], LONGQUAN);
    assert_eq!(
        (&moved["row"]["state"], &moved["row"]["lead_queue"]),
        (&json!("submitted"), &json!("triage")),
        "a person still sends it"
    );
    let step = last_place(&moved);
    assert_eq!(
        (&step["reason"], &step["suggested"]),
        (&json!("category-default"), &json!("community-xinglong"))
    );
    let triage = clock(&before, "triage");
    assert_eq!(clock(&moved, "triage"), triage, "the desk gains no time by it");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_about_to_send_it_to_the_old_owner_is_told_that_it_has_moved() {
    let world = World::demo();
    let zhao = Phone::enrol(&world, "zhao").await;
    let case = at_the_border(&world, &zhao, "neighbor-dispute").await;
    let seen = case.seen_by("triage").await["row"]["state_rev"].clone();
    put_into(&world, &case, XINGLONG).await.ok();
    let open = json!({ "id": Case::first_act(), "from_state_rev": seen, "action": "open" });
    let late = world
        .signed_in("triage")
        .post(&format!("/v1/cases/{}/acts", case.id), open)
        .await;
    assert_eq!((late.status, late.code().as_str()), (409, "stale"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_a_worker_is_about_to_give_is_still_taken() {
    let world = World::demo();
    let zhao = Phone::enrol(&world, "zhao").await;
    let case = at_the_border(&world, &zhao, "neighbor-dispute").await;
    let asked = case
        .act("triage", json!({ "action": "ask_check", "question": "是哪一户？" }))
        .await
        .ok();
    let moved = put_into(&world, &case, XINGLONG).await.ok();
    assert_eq!(moved["row"]["routing"]["lead"], "community-xinglong");
    assert_eq!(moved["row"]["state_rev"], asked["row"]["state_rev"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_nobody_could_take_goes_out_at_once_where_the_other_grid_has_somebody() {
    let world = World::demo();
    let zhao = Phone::enrol(&world, "zhao").await;
    let admin = world.signed_in("admin");
    let people = admin.get("/v1/people").await.ok();
    let mut rows = people["rows"].as_array().unwrap().iter();
    let away = rows.find(|row| row["login"] == "secretary-longquan").unwrap()["id"].clone();
    let path = format!("/v1/people/{}", away.as_str().unwrap());
    admin.patch(&path, json!({ "active": false })).await.ok();

    let case = at_the_border(&world, &zhao, "fitness").await;
    let before = case.seen_by("triage").await;
    assert_eq!(before["row"]["routing"]["rule"], "triage-fallback");
    assert_eq!(before["row"]["state"], "submitted");
    let moved = put_into(&world, &case, XINGLONG).await.ok();
    assert_eq!(
        (&moved["row"]["state"], &moved["row"]["lead_queue"]),
        (&json!("dispatched"), &json!("community-xinglong"))
    );
    assert_eq!(clock(&moved, "accept")["started_at"], world.server.now().0);
    let steps: Vec<&str> = moved["row"]["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["what"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["report", "place", "open", "dispatch"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatched_case_keeps_its_orders_and_says_so() {
    let world = World::demo();
    let zhao = Phone::enrol(&world, "zhao").await;
    let case = at_the_border(&world, &zhao, "fitness").await;
    let before = case.seen_by("triage").await;
    assert_eq!(before["row"]["lead_queue"], "community-longquan");
    let moved = put_into(&world, &case, XINGLONG).await.ok();
    assert_eq!(moved["row"]["place"]["grid"], XINGLONG);
    for kept in ["lead_queue", "routing", "due_at", "stage_due", "state_rev"] {
        assert_eq!(moved["row"][kept], before["row"][kept], "{kept}");
    }
    assert_eq!(moved["orders"], before["orders"]);
    assert_eq!(moved["clocks"], before["clocks"]);
    let step = last_place(&moved);
    assert_eq!(
        (&step["reason"], &step["suggested"]),
        (&json!("orders_kept"), &Value::Null)
    );
}
