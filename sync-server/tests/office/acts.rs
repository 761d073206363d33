//! Acts on cases from the office.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::case::{Case, clock, refusal};
use crate::phone::Phone;
use crate::world::{Browser, World};

const FILLED: &[u8] = include_bytes!("../../../demo/pictures/pothole-filled.png");

async fn dispatched_to(browser: &Browser<'_>) -> Value {
    let list = browser.get("/v1/cases?state=dispatched&mine=true").await.ok();
    list["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["lead_queue"] == "municipal")
        .expect("an open order")
        .clone()
}

fn act(rev: &Value, number: u128, mut body: Value) -> Value {
    body["id"] = json!(Uuid::from_u128(number));
    body["from_state_rev"] = rev.clone();
    body
}

/// How the order of this queue that leads or led stands: open or the way it ended.
fn order(detail: &Value, queue: &str) -> Value {
    let orders = detail["orders"].as_array().unwrap();
    let one = orders.iter().find(|one| one["queue"] == queue && one["lead"] == true);
    one.unwrap()["outcome"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_accepts_and_resolves_its_order_and_the_office_closes_and_reopens_it() {
    let world = World::demo();
    let listed = dispatched_to(&world.signed_in("municipal")).await;
    let case = Case::new(&world, &listed["id"]);

    let accepted = case.act("municipal", json!({ "action": "accept" })).await.ok();
    assert_eq!(accepted["row"]["state"], "accepted");
    assert_eq!(clock(&accepted, "resolve")["running"], true);
    assert_eq!(refusal(&accepted, "resolve"), None);
    assert_eq!(refusal(&accepted, "close").as_deref(), Some("state_refuses_action"));

    // Without proof it is not done, and what was written is not half taken.
    let bare = json!({ "action": "resolve", "text": "补好了", "photos": [], "no_photo_reason": null });
    let refused = case.act("municipal", bare).await;
    assert_eq!(refused.code(), "invalid");
    assert_eq!(refused.json()["error"]["details"]["problems"][0]["field"], "photos");
    assert_eq!(case.seen_by("municipal").await["row"], accepted["row"]);

    let after = case.photo("municipal", "after", FILLED).await;
    let resolve = json!({ "action": "resolve", "text": "补好了", "photos": [after], "no_photo_reason": null });
    let resolved = case.act("municipal", resolve).await.ok();
    assert_eq!(resolved["row"]["state"], "resolved");
    assert_eq!(order(&resolved, "municipal"), "resolved");
    assert_eq!(clock(&resolved, "resolve")["done_at"], world.server.now().0);
    let step = resolved["row"]["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (step["what"].as_str(), step["text"].as_str()),
        (Some("resolve"), Some("补好了"))
    );
    assert_eq!(step["photos"][0]["upright"], after["upright"]);

    let close = json!({ "action": "close", "reason": "fixed", "text": "坑已补平" });
    assert_eq!(case.act("municipal", close.clone()).await.code(), "forbidden");
    let closed = case.act("triage", close).await.ok();
    assert_eq!(
        (closed["row"]["state"].as_str(), closed["row"]["close_reason"].as_str()),
        (Some("closed"), Some("fixed"))
    );

    world.advance(14 * 86_400_000);
    let again = json!({ "action": "reopen", "text": "又塌了" });
    assert_eq!(case.act("municipal", again.clone()).await.code(), "forbidden");
    let reopened = case.act("triage", again).await.ok();
    assert_eq!(
        (
            reopened["row"]["state"].as_str(),
            reopened["row"]["lead_queue"].as_str()
        ),
        (Some("dispatched"), Some("municipal")),
        "to the same lead"
    );
    assert_eq!(reopened["row"]["number"], accepted["row"]["number"]);
    assert!(reopened["row"]["close_reason"].is_null() && order(&reopened, "municipal").is_null());
    assert_eq!(
        dispatched_to(&world.signed_in("municipal")).await["id"],
        case.id.as_str()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_fifteen_days_a_closed_case_stays_closed() {
    let world = World::demo();
    let listed = dispatched_to(&world.signed_in("municipal")).await;
    let case = Case::new(&world, &listed["id"]);
    case.act("municipal", json!({ "action": "accept" })).await.ok();
    let resolve = json!({ "action": "resolve", "text": "补好了", "photos": [], "no_photo_reason": "night" });
    case.act("municipal", resolve).await.ok();
    let close = json!({ "action": "close", "reason": "fixed", "text": "坑已补平" });
    case.act("triage", close).await.ok();
    world.advance(15 * 86_400_000 + 1);
    let late = case
        .act("triage", json!({ "action": "reopen", "text": "又塌了" }))
        .await;
    assert_eq!((late.status, late.code().as_str()), (409, "reopen_window_over"));
    assert_eq!(case.seen_by("triage").await["row"]["state"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_sent_twice_is_done_once() {
    let world = World::demo();
    let department = world.signed_in("municipal");
    let case = dispatched_to(&department).await;
    let path = format!("/v1/cases/{}/acts", case["id"].as_str().unwrap());
    let accept = act(&case["state_rev"], 1, json!({ "action": "accept" }));
    let first = department.post(&path, accept.clone()).await.ok();
    let second = department.post(&path, accept).await.ok();
    assert_eq!(first["row"]["state_rev"], second["row"]["state_rev"]);
    let steps = second["row"]["timeline"].as_array().unwrap();
    assert_eq!(steps.iter().filter(|step| step["what"] == "accept").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loser_of_a_race_is_told_what_the_case_is_now() {
    let world = World::demo();
    let department = world.signed_in("municipal");
    let case = dispatched_to(&department).await;
    let path = format!("/v1/cases/{}/acts", case["id"].as_str().unwrap());
    department
        .post(&path, act(&case["state_rev"], 1, json!({ "action": "accept" })))
        .await
        .ok();
    let late = json!({ "action": "return", "reason": "not_ours", "text": "不在我处范围", "suggested": "greening" });
    let refused = department.post(&path, act(&case["state_rev"], 2, late)).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "stale"));
    let details = &refused.json()["error"]["details"];
    assert_eq!(details["now"], "accepted");
    assert_eq!(
        details["state_rev"].as_u64(),
        case["state_rev"].as_u64().map(|rev| rev + 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_that_returns_a_case_gets_the_answer_and_then_loses_sight_of_it() {
    let world = World::demo();
    let department = world.signed_in("municipal");
    let zhao = Phone::enrol(&world, "zhao").await;
    // An ordinary case: an urgent one is made safe before it is returned, see `dispute`.
    let report = zhao.report(&world, "road-damage", &zhao.profile.grids[0], None).await;
    let case = Case::of_report(&world, &report.id.to_string()).await;
    let path = format!("/v1/cases/{}/acts", case.id);
    let rev = case.seen_by("municipal").await["row"]["state_rev"].clone();
    let back = json!({ "action": "return", "reason": "not_ours", "text": "属于园林", "suggested": "greening" });
    let sent = department.post(&path, act(&rev, 2, back.clone())).await.ok();
    assert_eq!(sent["row"]["state"], "returned");
    let seen = case.seen_by("triage").await;
    let last = seen["row"]["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["what"], &last["suggested"]),
        (&json!("return"), &json!("greening"))
    );
    let transfer = json!({ "action": "transfer", "lead": "greening", "assists": [], "text": "同意" });
    let moved = case.act("triage", transfer).await.ok();
    assert_eq!(moved["row"]["lead_queue"], "greening");
    assert_eq!(department.get(&format!("/v1/cases/{}", case.id)).await.status, 404);
    let again = department.post(&path, act(&rev, 2, back)).await;
    assert_eq!(again.status, 200, "a repeat still gets its answer: {}", again.text);
    assert_eq!(
        case.seen_by("greening").await["row"]["lead_queue"],
        "greening",
        "and does nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_cannot_name_a_photo_that_is_not_here() {
    let world = World::demo();
    let department = world.signed_in("municipal");
    let case = dispatched_to(&department).await;
    let file = json!({ "sha256": "0".repeat(64), "size": 10, "width": 1, "height": 1, "mime": "image/jpeg" });
    let photo = json!({ "role": "after", "upright": file, "preview": file, "original": null, "taken_at": null, "position": null });
    let comment = json!({ "action": "comment", "text": "看图", "photos": [photo] });
    let path = format!("/v1/cases/{}/acts", case["id"].as_str().unwrap());
    let refused = department.post(&path, act(&case["state_rev"], 1, comment)).await;
    assert_eq!(refused.code(), "invalid");
    assert_eq!(refused.json()["error"]["details"]["problems"][0]["field"], "photos.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_of_the_office_goes_through_the_pipeline_and_into_the_act() {
    let world = World::demo();
    let department = world.signed_in("municipal");
    let case = dispatched_to(&department).await;
    let request = department.request(
        "POST".parse().unwrap(),
        "/v1/photos?role=after",
        "image/png",
        FILLED.to_vec(),
    );
    let manifest = world.send(request).await.ok();
    assert!(manifest["original"].is_null() && manifest["preview"]["sha256"].is_string());
    let comment = json!({ "action": "comment", "text": "看图", "photos": [manifest] });
    let path = format!("/v1/cases/{}/acts", case["id"].as_str().unwrap());
    let detail = department.post(&path, act(&case["state_rev"], 1, comment)).await.ok();
    let hash = manifest["upright"]["sha256"].as_str().unwrap();
    assert!(detail["row"]["stored"].as_array().unwrap().contains(&json!(hash)));
    assert_eq!(department.get(&format!("/v1/photos/{hash}")).await.status, 200);
    let request = department.request("POST".parse().unwrap(), "/v1/photos", "image/png", "no picture");
    assert_eq!(world.send(request).await.code(), "photo_not_an_image");
}
