//! Acts on cases from the office.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{Browser, World};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_department_accepts_and_resolves_its_order() {
    let world = World::demo();
    let department = world.signed_in("municipal");
    let case = dispatched_to(&department).await;
    let path = format!("/v1/cases/{}/acts", case["id"].as_str().unwrap());
    let accepted = department
        .post(&path, act(&case["state_rev"], 1, json!({ "action": "accept" })))
        .await
        .ok();
    assert_eq!(accepted["row"]["state"], "accepted");
    assert!(
        accepted["clocks"]
            .as_array()
            .unwrap()
            .iter()
            .any(|clock| clock["running"] == true)
    );
    let allowed = accepted["allowed"].as_array().unwrap();
    let of = |name: &str| allowed.iter().find(|one| one["action"] == name).unwrap().clone();
    assert_eq!(of("resolve")["allowed"], true);
    assert_eq!(
        (of("close")["allowed"].as_bool(), of("close")["refusal"].is_string()),
        (Some(false), true)
    );
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
    let case = dispatched_to(&department).await;
    let id = case["id"].as_str().unwrap();
    let path = format!("/v1/cases/{id}/acts");
    let back = json!({ "action": "return", "reason": "not_ours", "text": "属于园林", "suggested": "greening" });
    let sent = department.post(&path, act(&case["state_rev"], 2, back.clone())).await;
    if sent.status == 409 {
        // An urgent case: the danger comes first.
        assert_eq!(sent.code(), "make_safe_first");
        return;
    }
    assert_eq!(sent.ok()["row"]["state"], "returned");
    let transfer = json!({ "action": "transfer", "lead": "greening", "assists": [], "text": "同意" });
    let triage = world.signed_in("triage");
    let now = triage.get(&format!("/v1/cases/{id}")).await.ok()["row"]["state_rev"].clone();
    let moved = triage.post(&path, act(&now, 3, transfer)).await.ok();
    assert_eq!(moved["row"]["lead_queue"], "greening");
    assert_eq!(department.get(&format!("/v1/cases/{id}")).await.status, 404);
    let again = department.post(&path, act(&case["state_rev"], 2, back)).await;
    assert_eq!(again.status, 200, "a repeat still gets its answer: {}", again.text);
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
    let bytes = include_bytes!("../../../demo/pictures/pothole-filled.png");
    let request = department.request(
        "POST".parse().unwrap(),
        "/v1/photos?role=after",
        "image/png",
        bytes.to_vec(),
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
