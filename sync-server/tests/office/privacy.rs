//! Household data is shown by role and purpose, and every look is logged.

use domain::protocol::{Verdict, kind};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::phone::Phone;
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
    let phone = file["household"]["phone"].as_str().unwrap();
    assert!(phone.len() == 11 && &phone[3..7] == "****", "{phone}");
    let name = file["residents"][0]["name"].as_str().unwrap();
    assert!(name.chars().skip(1).all(|sign| sign == '*'), "{name}");
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

/// An elder of the demo street, of the grids of the worker `li`.
const HOUSEHOLD: &str = "d10e897e-3fad-4fe7-8ce6-ea6c6b804e9c";
/// Everything that could lead from a case to her.
const WORDS: &[&str] = &[
    "盘龙新城三区",
    "101",
    "王阿婆",
    "王",
    "199",
    "5678",
    "水龙头",
    "漏",
    HOUSEHOLD,
];

/// Visits her and writes down a dripping tap.
async fn dripping_tap(world: &World) {
    let li = Phone::enrol(world, "li").await;
    let now = world.server.now().0;
    let visit = json!({ "id": Uuid::from_u128(0xF1), "household": HOUSEHOLD, "channel": "home", "reason": "routine",
        "started_at": now - 600_000, "ended_at": now, "outcome": "met", "condition": "fine", "facts": "王阿婆说厨房漏水",
        "needs": [{ "id": Uuid::from_u128(0xF2), "category": "need-home-repair", "text": "水龙头滴水" }],
        "promises": [], "reflection": null, "photos": [] });
    let verdict = li.push(world, kind::VISIT_CREATE, Uuid::from_u128(0xF1), visit).await;
    assert_eq!(verdict, Verdict::Applied);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_need_is_an_order_of_its_queue_and_nobody_else_finds_it_or_the_household() {
    let world = World::demo();
    dripping_tap(&world).await;
    let own = world.signed_in("repair-team").get("/v1/cases").await.ok();
    assert_eq!(own["total"], 1);
    let order = &own["rows"][0];
    assert_eq!(
        (&order["from_visit"], &order["lead_queue"]),
        (&json!(true), &json!("repair-team"))
    );
    assert_eq!(
        order["due_at"],
        world.server.now().0 + 86_400_000,
        "a day after capture"
    );
    let found = world
        .signed_in("repair-team")
        .get(&format!("/v1/cases?q={}", encoded("水龙头")))
        .await
        .ok();
    assert_eq!(found["total"], 1, "the control: the words can be found");
    let path = format!("/v1/cases/{}", order["id"].as_str().unwrap());
    for login in ["municipal", "civil-affairs", "triage", "head"] {
        let browser = world.signed_in(login);
        assert_eq!(browser.get(&path).await.code(), "not_found", "{login}");
        let whole = browser.get("/v1/cases?limit=200").await.text;
        for words in WORDS {
            let found = browser.get(&format!("/v1/cases?q={}", encoded(words))).await.ok();
            for case in found["rows"].as_array().unwrap() {
                assert_eq!(case["from_visit"], false, "{login} finds the need by {words}");
            }
        }
        for words in ["王阿婆", "水龙头", HOUSEHOLD] {
            assert!(!whole.contains(words), "{login} reads {words}");
        }
        let household = browser.get(&format!("/v1/households/{HOUSEHOLD}")).await;
        assert_eq!(household.code(), "forbidden", "{login}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_sees_its_own_orders_alone() {
    let world = World::demo();
    let department = world.signed_in("municipal");
    let mine = department.get("/v1/cases?limit=200").await.ok();
    let all = world.signed_in("triage").get("/v1/cases?limit=200").await.ok();
    let concerns = |case: &&Value| {
        case["lead_queue"] == "municipal" || case["assists"].as_array().unwrap().contains(&json!("municipal"))
    };
    let cases = all["rows"].as_array().unwrap();
    let expected = cases.iter().filter(concerns).count();
    assert!(expected > 0 && expected < cases.len());
    let shown = mine["rows"].as_array().unwrap();
    assert!(shown.len() >= expected);
    let foreign = cases
        .iter()
        .find(|case| case["lead_queue"] == "sanitation" && !concerns(case));
    let id = foreign.unwrap()["id"].as_str().unwrap();
    assert!(shown.iter().all(|case| case["id"] != id));
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
