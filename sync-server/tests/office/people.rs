//! People and phones in the hands of the administrator.

use serde_json::{Value, json};

use crate::phone::{Phone, post};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_person_sets_a_password_through_a_link_that_works_once() {
    let world = World::demo();
    let admin = world.signed_in("admin");
    let new = json!({ "login": "newcomer", "name": "新同事", "roles": ["department_member"], "queues": ["veterans"] });
    let added = admin.post("/v1/people", new.clone()).await.ok();
    assert_eq!(
        (
            added["person"]["has_password"].as_bool(),
            added["person"]["active"].as_bool()
        ),
        (Some(false), Some(true))
    );
    assert_eq!(admin.post("/v1/people", new).await.code(), "login_taken");
    let reset = json!({ "token": added["link"]["token"], "password": "a password of my own" });
    assert_eq!(
        world.anonymous().post("/v1/password-reset", reset.clone()).await.status,
        204
    );
    assert_eq!(
        world.anonymous().post("/v1/password-reset", reset).await.code(),
        "link_invalid"
    );
    let signed = world
        .anonymous()
        .post(
            "/v1/session",
            json!({ "login": "newcomer", "password": "a password of my own" }),
        )
        .await;
    assert_eq!(signed.ok()["queues"], json!(["veterans"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_with_a_new_person_is_told_at_once() {
    let world = World::demo();
    let admin = world.signed_in("admin");
    let odd = json!({ "login": "Odd One", "name": "", "roles": [] });
    let refused = admin.post("/v1/people", odd).await.json();
    assert_eq!(refused["error"]["details"]["problems"].as_array().unwrap().len(), 3);
    let lost =
        json!({ "login": "lost", "name": "某", "roles": ["grid_worker"], "grids": ["nowhere"], "queues": ["none"] });
    let refused = admin.post("/v1/people", lost).await.json();
    assert_eq!(refused["error"]["details"]["problems"].as_array().unwrap().len(), 2);
}

async fn id_of(world: &World, login: &str) -> String {
    let people = world.signed_in("admin").get("/v1/people").await.ok();
    let row = people["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["login"] == login)
        .unwrap()
        .clone();
    row["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_street_keeps_an_administrator() {
    let world = World::demo();
    let admin = world.signed_in("admin");
    let path = format!("/v1/people/{}", id_of(&world, "admin").await);
    for change in [json!({ "active": false }), json!({ "roles": ["auditor"] })] {
        assert_eq!(admin.patch(&path, change).await.code(), "last_administrator");
    }
    admin.get("/v1/people").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_a_person_off_ends_the_sessions_and_empties_the_queue() {
    let world = World::demo();
    let admin = world.signed_in("admin");
    let member = world.signed_in("greening");
    let path = format!("/v1/people/{}", id_of(&world, "greening").await);
    admin.patch(&path, json!({ "active": false })).await.ok();
    assert_eq!(member.get("/v1/me").await.status, 401);
    let queues = admin.get("/v1/queues").await.ok();
    let greening = queues
        .as_array()
        .unwrap()
        .iter()
        .find(|queue| queue["id"] == "greening")
        .unwrap()
        .clone();
    assert_eq!(
        greening["staffed"], false,
        "routing must skip a queue that nobody works"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_for_somebody_who_carries_a_phone() {
    let world = World::demo();
    let admin = world.signed_in("admin");
    let made = admin
        .post("/v1/enrolments", json!({ "user": id_of(&world, "li").await }))
        .await
        .ok();
    assert_eq!(made["code"].as_str().unwrap().len(), 8);
    assert_eq!(
        (&made["qr_svg"], &made["server"]),
        (&Value::Null, &Value::Null),
        "only this machine can enrol"
    );
    let auditor = json!({ "user": id_of(&world, "auditor").await });
    assert_eq!(admin.post("/v1/enrolments", auditor).await.code(), "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_phone_is_shown_as_revoked() {
    let world = World::demo();
    let admin = world.signed_in("admin");
    let phones = admin.get("/v1/devices").await.ok();
    let id = phones[0]["id"].as_str().unwrap();
    let revoked = admin.post(&format!("/v1/devices/{id}/revoke"), json!({})).await.ok();
    assert_eq!(revoked["revoked"], true);
    let nobody = admin
        .post("/v1/devices/01890a5d-ac96-774b-bcce-b302099a8057/revoke", json!({}))
        .await;
    assert_eq!(nobody.code(), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_said_farewell_can_be_ordered_something_else() {
    let world = World::demo();
    let (admin, phone) = (world.signed_in("admin"), Phone::enrol(&world, "li").await);
    let revoke = format!("/v1/devices/{}/revoke", phone.device);
    admin.post(&revoke, json!({ "order": "upload_then_wipe" })).await.ok();
    let farewell = json!({ "proto": 1, "device": phone.device });
    assert_eq!(
        post(&world, Some(&phone.token), "/v1/wiped", &farewell).await.status,
        204
    );
    let locked = admin.post(&revoke, json!({ "order": "lock" })).await.ok();
    assert!(locked["wiped_at"].is_number(), "the control");
    assert_eq!(locked["order"], "lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_are_listed_with_what_they_hold_the_worst_first() {
    let world = World::demo();
    let admin = world.signed_in("admin");
    let (well, holding) = (Phone::enrol(&world, "li").await, Phone::enrol(&world, "wang").await);
    let say = async |phone: &Phone, announce: Value| {
        let body = json!({ "proto": 1, "epoch": null, "device": phone.device, "mutations": [], "announce": announce });
        post(&world, Some(&phone.token), "/v1/push", &body).await.ok()
    };
    let hour = 3_600_000;
    let now = world.server.now().0;
    say(
        &holding,
        json!({ "unsent": 3, "oldest_unsent_ms": 5 * hour, "free_bytes": 90_000_000, "app_version": "0.1.0" }),
    )
    .await;
    say(&well, json!({ "app_version": "0.1.0" })).await;
    let phones = admin.get("/v1/devices").await.ok();
    let place = |phone: &Phone| {
        let mut all = phones.as_array().unwrap().iter();
        all.position(|one| one["id"] == json!(phone.device)).unwrap()
    };
    assert_eq!(place(&holding), 0, "it needs somebody most");
    assert!(place(&well) > 0);
    assert_eq!(phones[0]["worries"], json!(["unsent_long", "low_space"]));
    assert_eq!(phones[0]["holds"]["oldest_unsent_at"], json!(now - 5 * hour));
    let quiet = &phones[place(&well)];
    assert_eq!((&quiet["holds"]["unsent"], &quiet["worries"]), (&json!(0), &json!([])));

    // The phone says nothing more, and what it holds grows older.
    world.advance(80 * hour);
    let later = world.signed_in("admin").get("/v1/devices").await.ok();
    assert_eq!(later[0]["worries"], json!(["unsent_long", "low_space", "silent"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_of_the_demo_keeps_its_data_and_changes_its_password() {
    let world = World::demo();
    let before = world.signed_in("triage").get("/v1/cases").await.ok()["total"].clone();
    let first = world.demo.as_ref().unwrap().password.clone();
    let second = sync_server::demo::start(&world.server).unwrap().unwrap();
    assert_ne!(first, second.password);
    assert_eq!(world.signed_in("triage").get("/v1/cases").await.ok()["total"], before);
    assert_eq!(before, 30);
}
