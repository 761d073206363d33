//! Enrolment: a code counts once, a lost reply is repaired, and a cloned phone gets a device of its own.

use domain::protocol::{EnrolResponse, ForkRequest, RevokeOrder};
use domain::{DeviceId, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::push::{creates, report};
use crate::world::{Phone, World, enrolment, user};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_enrols_one_phone_and_a_repeat_finds_the_same_enrolment() {
    let world = World::new();
    world.enrol(1, user(1)).await;
    let request = enrolment("code-0001", 1);
    let again: EnrolResponse = world.post(None, "/v1/enrol", &request).await.json();
    assert_eq!(
        (
            again.profile.user,
            again.profile.grids.len(),
            again.profile.street_name.as_str()
        ),
        (user(1), 1, "一街道")
    );
    let other = world.post(None, "/v1/enrol", &enrolment("CODE0001", 2)).await;
    assert_eq!((other.status.as_u16(), other.code().as_str()), (410, "code_invalid"));
    assert_eq!(world.number("SELECT COUNT(*) FROM devices").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_or_unknown_code_enrols_nobody() {
    let world = World::new();
    assert_eq!(
        world.post(None, "/v1/enrol", &enrolment("NONE0000", 1)).await.code(),
        "code_invalid"
    );
    let person: UserId = user(1);
    let record = sync_server::store::codes::CodeRecord {
        street: crate::world::street(),
        code_hash: sync_server::store::codes::hash("LATE0001"),
        user: person,
        created_by: None,
        expires_at: domain::ReceivedAt(crate::world::MORNING),
        used_device: None,
    };
    let now = domain::ReceivedAt(0);
    world
        .server
        .store
        .write(move |tx| Ok(sync_server::store::codes::insert(tx, &record, now)?))
        .await
        .unwrap();
    assert_eq!(
        world.post(None, "/v1/enrol", &enrolment("LATE0001", 1)).await.code(),
        "code_invalid"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_slowed_down() {
    let world = World::new();
    let mut refusals = Vec::new();
    for number in 0..10 {
        refusals.push(
            world
                .post(None, "/v1/enrol", &enrolment(&format!("GUESS{number:03}"), 1))
                .await,
        );
    }
    let last = refusals.last().unwrap();
    assert_eq!((last.status.as_u16(), last.code().as_str()), (429, "too_many_tries"));
    assert!(last.headers.contains_key("retry-after"));
}

fn fork_of(phone: &Phone) -> ForkRequest {
    ForkRequest {
        announce: None,
        proto: 1,
        epoch: Some(phone.epoch),
        device: DeviceId(Uuid::from_u128(0xDF00)),
        token: "f".repeat(43),
    }
}

fn twin(phone: &Phone, request: &ForkRequest) -> Phone {
    Phone {
        device: request.device,
        token: request.token.clone(),
        ..phone.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_phone_gets_a_device_of_its_own_and_nothing_is_doubled() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    let request = fork_of(&phone);
    for _ in 0..2 {
        let answer = world.post(Some(&phone.token), "/v1/fork", &request).await;
        assert_eq!(
            answer.status.as_u16(),
            200,
            "a repeat after a lost reply finds the same device"
        );
        assert!(
            answer.json::<Value>().get("order").is_none(),
            "nothing is ordered of it"
        );
    }
    let twin = twin(&phone, &request);
    // The same mutation ids, renumbered from 1 on the new device.
    let known = creates(&phone, 1, &report(1, "manhole"));
    let fresh = domain::protocol::Mutation {
        seq: 2,
        ..creates(&phone, 7, &report(2, "manhole"))
    };
    let answer = world.push(&twin, &[known, fresh]).await;
    assert_eq!((answer.receipts.len(), answer.last_seq, answer.stop), (2, 2, None));
    assert_eq!(world.number("SELECT COUNT(*) FROM cases").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_to_send_what_is_left_has_the_same_order_under_its_new_name_and_a_locked_one_gets_none() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let request = fork_of(&phone);
    world.revoke(&phone, RevokeOrder::Lock).await;
    let locked = world.post(Some(&phone.token), "/v1/fork", &request).await;
    assert_eq!(locked.code(), "device_revoked");
    world.revoke(&phone, RevokeOrder::UploadThenWipe).await;
    for _ in 0..2 {
        let answer = world.post(Some(&phone.token), "/v1/fork", &request).await;
        assert_eq!(answer.status.as_u16(), 200);
    }
    let twin = twin(&phone, &request);
    let answer = world.push(&twin, &[creates(&twin, 1, &report(1, "manhole"))]).await;
    assert_eq!(answer.receipts.len(), 1);
    let pull = json!({ "proto": 1, "epoch": null, "device": twin.device, "cursors": {}, "max_bytes": null });
    let refused = world.post(Some(&twin.token), "/v1/pull", &pull).await;
    let details = refused.json::<Value>()["error"]["details"].clone();
    assert_eq!(
        (refused.code().as_str(), &details["order"]),
        ("device_revoked", &json!("upload_then_wipe"))
    );
    let farewell = json!({ "proto": 1, "device": twin.device });
    let farewell = world.post(Some(&twin.token), "/v1/wiped", &farewell).await;
    let epoch = farewell.headers.get("x-sync-epoch").unwrap().to_str().unwrap();
    assert_eq!(
        (farewell.status.as_u16(), epoch),
        (204, twin.epoch.to_string().as_str())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twin_of_a_phone_that_is_to_remove_everything_at_once_is_locked_under_its_new_name() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let request = fork_of(&phone);
    world.revoke(&phone, RevokeOrder::Wipe).await;
    for _ in 0..2 {
        let answer = world.post(Some(&phone.token), "/v1/fork", &request).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json::<Value>()["order"]),
            (200, &json!("lock"))
        );
    }
    let order_of = async |phone: &Phone| {
        let pull = json!({ "proto": 1, "epoch": null, "device": phone.device, "cursors": {}, "max_bytes": null });
        let refused = world.post(Some(&phone.token), "/v1/pull", &pull).await;
        refused.json::<Value>()["error"]["details"]["order"].clone()
    };
    assert_eq!(order_of(&twin(&phone, &request)).await, "lock");
    assert_eq!(
        order_of(&phone).await,
        "wipe",
        "the one that was meant is told as before"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_or_with_a_foreign_device_nothing_is_told() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    assert_eq!(world.post(None, "/v1/pull", &json!({})).await.code(), "unauthenticated");
    assert_eq!(
        world.post(Some("wrong"), "/v1/pull", &json!({})).await.code(),
        "unauthenticated"
    );
    let other = Phone {
        device: DeviceId(Uuid::from_u128(1)),
        ..phone
    };
    let request = json!({ "proto": 1, "epoch": null, "device": other.device, "cursors": {}, "max_bytes": null,
        "announce": domain::protocol::Announcement::default() });
    assert_eq!(
        world.post(Some(&other.token), "/v1/pull", &request).await.code(),
        "device_mismatch"
    );
}
