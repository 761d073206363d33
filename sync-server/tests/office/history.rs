//! What two workers wrote about one household: the secretary reads both and chooses, nobody else learns of it.

use domain::protocol::{Verdict, kind};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::phone::Phone;
use crate::world::World;

/// An elder of the demo street, of the grids of the worker `li`.
const HOUSEHOLD: &str = "d10e897e-3fad-4fe7-8ce6-ea6c6b804e9c";

async fn number(world: &World, phone: &Phone, value: &str, ms: i64) -> Verdict {
    let hlc = (world.server.now().0 - 60_000 + ms) * 1_000;
    let body = json!({ "household": HOUSEHOLD, "hlc": hlc,
        "fields": { "phone": { "value": value, "base_rev": 0 } } });
    let home: Uuid = HOUSEHOLD.parse().unwrap();
    phone.push(world, kind::HOUSEHOLD_EDIT, home, body).await
}

/// Two numbers from two phones.
async fn two_numbers(world: &World) {
    let li = Phone::enrol(world, "li").await;
    let secretary = Phone::enrol(world, "secretary-panlong").await;
    assert_eq!(number(world, &li, "13900000002", 2).await, Verdict::Applied);
    let fields = vec!["phone".to_owned()];
    assert_eq!(
        number(world, &secretary, "13900000001", 1).await,
        Verdict::Merged { fields }
    );
}

fn values(history: &Value) -> Vec<(&str, bool)> {
    let all = history.as_array().unwrap().iter();
    all.filter(|past| past["field"] == "phone")
        .map(|past| (past["value"].as_str().unwrap(), past["current"].as_bool().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secretary_reads_both_numbers_with_a_reason_and_chooses_one() {
    let world = World::demo();
    two_numbers(&world).await;
    let secretary = world.signed_in("secretary-panlong");
    let waiting = secretary.get("/v1/reviews").await.ok();
    assert_eq!(
        (waiting[0]["household"].as_str(), waiting[0]["field"].as_str()),
        (Some(HOUSEHOLD), Some("phone"))
    );
    assert!(!waiting.to_string().contains("139"), "the list carries no value");
    let path = format!("/v1/households/{HOUSEHOLD}/history");
    assert_eq!(secretary.post(&path, json!({ "reason": "" })).await.code(), "invalid");
    let history = secretary.post(&path, json!({ "reason": "核对电话" })).await.ok();
    let seen = values(&history);
    assert_eq!(&seen[..2], [("13900000002", true), ("13900000001", false)]);
    assert_eq!(seen.len(), 3, "the number of before is there too");
    let log = world.signed_in("auditor").get("/v1/access-log").await.ok();
    assert_eq!(
        (log[0]["what"].as_str(), log[0]["reason"].as_str()),
        (Some("history"), Some("核对电话"))
    );
    let settle = format!("/v1/households/{HOUSEHOLD}/settle");
    let choice = json!({ "entity": HOUSEHOLD, "field": "phone", "value": "13900000001" });
    assert_eq!(secretary.post(&settle, choice.clone()).await.status, 204);
    assert_eq!(secretary.get("/v1/reviews").await.ok(), json!([]));
    assert_eq!(secretary.post(&settle, choice).await.code(), "not_found");
    let history = secretary.post(&path, json!({ "reason": "核对电话" })).await.ok();
    assert_eq!(values(&history)[0], ("13900000001", true));
    assert_eq!(values(&history).len(), 4, "nothing is overwritten");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_communitys_secretary_and_the_worker_read_no_history() {
    let world = World::demo();
    two_numbers(&world).await;
    let other = world.signed_in("secretary-longquan");
    assert_eq!(other.get("/v1/reviews").await.ok(), json!([]));
    let (history, settle) = (
        format!("/v1/households/{HOUSEHOLD}/history"),
        format!("/v1/households/{HOUSEHOLD}/settle"),
    );
    let reason = json!({ "reason": "核对电话" });
    let choice = json!({ "entity": HOUSEHOLD, "field": "phone", "value": "1" });
    assert_eq!(other.post(&history, reason.clone()).await.code(), "not_found");
    assert_eq!(other.post(&settle, choice.clone()).await.code(), "not_found");
    let li = world.signed_in("li");
    assert_eq!(li.post(&history, reason).await.code(), "forbidden");
    assert_eq!(li.post(&settle, choice).await.code(), "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_cannot_be_is_refused_and_the_question_stays() {
    let world = World::demo();
    two_numbers(&world).await;
    let secretary = world.signed_in("secretary-panlong");
    let settle = format!("/v1/households/{HOUSEHOLD}/settle");
    for (field, value, code) in [
        ("phone", json!("call"), "invalid"),
        ("grid", json!("g"), "invalid"),
        ("tenure", json!("owner"), "not_found"),
    ] {
        let choice = json!({ "entity": HOUSEHOLD, "field": field, "value": value });
        assert_eq!(secretary.post(&settle, choice).await.code(), code, "{field}");
    }
    assert_eq!(secretary.get("/v1/reviews").await.ok().as_array().unwrap().len(), 1);
}
