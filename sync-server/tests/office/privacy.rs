//! Household data is shown by role and purpose, and every look is logged.

use serde_json::{Value, json};

use crate::world::World;

async fn first_household(world: &World) -> Value {
    let list = world
        .signed_in("secretary-panlong")
        .get("/v1/households?limit=200")
        .await
        .ok();
    let rows = list["rows"].as_array().unwrap();
    rows.iter()
        .find(|row| row["residents"].as_u64() > Some(0))
        .unwrap()
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_sees_her_own_community_masked_and_no_other() {
    let world = World::demo();
    let row = first_household(&world).await;
    let id = row["id"].as_str().unwrap();
    let file = world
        .signed_in("secretary-panlong")
        .get(&format!("/v1/households/{id}"))
        .await
        .ok();
    let phone = file["household"]["phone"].as_str().unwrap_or("****");
    assert!(phone.contains("****"), "{phone}");
    assert!(file["residents"][0]["name"].as_str().unwrap().contains('*'));
    let other = world.signed_in("secretary-longquan");
    assert_eq!(other.get(&format!("/v1/households/{id}")).await.code(), "not_found");
    assert_eq!(
        world
            .signed_in("municipal")
            .get(&format!("/v1/households/{id}"))
            .await
            .code(),
        "forbidden"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unmasking_a_field_takes_a_reason_and_is_logged() {
    let world = World::demo();
    let row = first_household(&world).await;
    let id = row["id"].as_str().unwrap();
    let secretary = world.signed_in("secretary-panlong");
    let file = secretary.get(&format!("/v1/households/{id}")).await.ok();
    let resident = &file["residents"][0]["id"];
    let path = format!("/v1/households/{id}/reveal");
    let silent = secretary
        .post(
            &path,
            json!({ "field": "resident_name", "resident": resident, "reason": " " }),
        )
        .await;
    assert_eq!(silent.code(), "invalid");
    let asked = json!({ "field": "resident_name", "resident": resident, "reason": "回访" });
    let shown = secretary.post(&path, asked).await.ok();
    assert!(!shown["value"].as_str().unwrap().contains('*'));
    let log = world.signed_in("auditor").get("/v1/access-log").await.ok();
    let entry = &log[0];
    assert_eq!(
        (entry["what"].as_str(), entry["field"].as_str()),
        (Some("reveal"), Some("resident_name"))
    );
    assert_eq!(
        (entry["reason"].as_str(), entry["subject"].as_str()),
        (Some("回访"), resident.as_str())
    );
    let looks = secretary.get(&format!("/v1/households/{id}")).await.ok();
    assert!(
        looks["looks"]
            .as_array()
            .unwrap()
            .iter()
            .any(|look| look["reason"] == "回访"),
        "the file shows who looked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_finds_nothing_of_a_household_and_only_its_own_orders() {
    let world = World::demo();
    let row = first_household(&world).await;
    let estate = row["estate"].as_str().unwrap();
    let department = world.signed_in("municipal");
    for words in [estate, row["room"].as_str().unwrap(), "王阿婆", "199"] {
        let path = format!("/v1/cases?q={}", encoded(words));
        let found = department.get(&path).await.ok();
        for case in found["rows"].as_array().unwrap() {
            assert_eq!(case["from_visit"], false, "{words}");
        }
    }
    let mine = department.get("/v1/cases?limit=200").await.ok();
    let all = world.signed_in("triage").get("/v1/cases?limit=200").await.ok();
    assert!(mine["total"].as_u64().unwrap() > 0 && mine["total"].as_u64() < all["total"].as_u64());
    let foreign = all["rows"].as_array().unwrap().iter().find(|case| {
        case["lead_queue"] == "sanitation" && !case["assists"].as_array().unwrap().contains(&json!("municipal"))
    });
    let id = foreign.unwrap()["id"].as_str().unwrap();
    assert_eq!(department.get(&format!("/v1/cases/{id}")).await.code(), "not_found");
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_shown_to_whoever_may_see_its_case() {
    let world = World::demo();
    let triage = world.signed_in("triage");
    let list = triage.get("/v1/cases?limit=200").await.ok();
    let case =
        list["rows"].as_array().unwrap().iter().find(|row| {
            row["preview_stored"] == true && row["lead_queue"] == "sanitation" && row["assists"] == json!([])
        });
    let hash = case.unwrap()["preview"].as_str().unwrap();
    let photo = triage.get(&format!("/v1/photos/{hash}")).await;
    assert_eq!(
        (photo.status, photo.headers["content-type"].to_str().unwrap()),
        (200, "image/jpeg")
    );
    assert_eq!(
        world
            .signed_in("auditor")
            .get(&format!("/v1/photos/{hash}"))
            .await
            .status,
        404
    );
    assert_eq!(triage.get(&format!("/v1/photos/{}", "../etc/passwd")).await.status, 404);
}
