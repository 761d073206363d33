//! What every request shares: compression, size, protocol version.

use axum::body::Body;
use axum::http::{Request, header};
use domain::protocol::{Announcement, PushRequest, PushResponse};
use serde_json::json;

use crate::push::{creates, report};
use crate::world::{Answer, Phone, World, user};

async fn packed(world: &World, phone: &Phone, body: Vec<u8>) -> Answer {
    let request = Request::post("/v1/push")
        .header(header::AUTHORIZATION, format!("Bearer {}", phone.token))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "zstd")
        .header(header::ACCEPT_ENCODING, "gzip, zstd")
        .header("x-sync-proto", "1")
        .header("x-request-id", "r-1")
        .body(Body::from(body))
        .unwrap();
    world.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_push_is_answered_compressed_and_its_request_id_is_echoed() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let mutations = (1..=3)
        .map(|seq| creates(&phone, seq, &report(u128::from(seq), "manhole")))
        .collect();
    let (epoch, device, announce) = (Some(phone.epoch), phone.device, Announcement::default());
    let body = serde_json::to_vec(&PushRequest {
        proto: 1,
        epoch,
        device,
        announce,
        mutations,
    })
    .unwrap();
    let answer = packed(&world, &phone, zstd::encode_all(&body[..], 3).unwrap()).await;
    assert_eq!(answer.headers["content-encoding"], "zstd");
    assert_eq!(
        (&answer.headers["x-request-id"], &answer.headers["x-sync-proto"]),
        (&"r-1".parse().unwrap(), &"1".parse().unwrap())
    );
    let plain = zstd::decode_all(&answer.bytes[..]).unwrap();
    assert_eq!(
        serde_json::from_slice::<PushResponse>(&plain).unwrap().receipts.len(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_is_refused() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let bomb = zstd::encode_all(&vec![b' '; 200 * 1024 * 1024][..], 1).unwrap();
    assert!(bomb.len() < 256 * 1024);
    let answer = packed(&world, &phone, bomb).await;
    assert!(
        ["bad_encoding", "too_large"].contains(&answer.code().as_str()),
        "{}",
        answer.code()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_over_the_limits_is_told_the_limit() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let many: Vec<_> = (1..=129)
        .map(|seq| creates(&phone, seq, &report(1, "manhole")))
        .collect();
    let request = |mutations| json!({ "proto": 1, "device": phone.device, "announce": Announcement::default(), "mutations": mutations });
    let slim: Vec<_> = many
        .iter()
        .cloned()
        .map(|it| domain::protocol::Mutation { body: json!(0), ..it })
        .collect();
    assert_eq!(
        world
            .post(Some(&phone.token), "/v1/push", &request(json!(slim)))
            .await
            .code(),
        "too_large"
    );
    let fat = json!([{ "x": "y".repeat(300_000) }]);
    assert_eq!(
        world
            .post(Some(&phone.token), "/v1/push", &request(fat))
            .await
            .status
            .as_u16(),
        413
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protocol_version_not_spoken_here_is_told_which_are() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let request = Request::get(format!("/v1/blobs/{}", "0".repeat(64)))
        .header(header::AUTHORIZATION, format!("Bearer {}", phone.token))
        .header("x-sync-proto", "9")
        .body(Body::empty())
        .unwrap();
    let answer = world.send(request).await;
    assert_eq!(answer.status.as_u16(), 426);
    assert_eq!(
        answer.json::<serde_json::Value>()["error"]["details"],
        json!({ "min": 1, "max": 1 })
    );
}
