//! What every request shares: compression, size, protocol version.

use axum::body::Body;
use axum::http::{Request, header};
use domain::protocol::{Announcement, DICTIONARY, DICTIONARY_HEADER, DICTIONARY_NUMBER, PushRequest, PushResponse};
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
    let (epoch, device, announce) = (Some(phone.epoch), phone.device, None);
    let body = serde_json::to_vec(&PushRequest {
        proto: 1,
        epoch,
        device,
        seen: None,
        announce,
        mutations,
    })
    .unwrap();
    let answer = packed(&world, &phone, zstd::encode_all(&body[..], 3).unwrap()).await;
    assert_eq!(answer.headers["content-encoding"], "zstd");
    assert!(!answer.headers.contains_key("vary"), "nobody keeps it on its way");
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

async fn packed_by_a_reader_of_the_dictionary(world: &World, phone: &Phone, body: Vec<u8>) -> Answer {
    let request = Request::post("/v1/push")
        .header(header::AUTHORIZATION, format!("Bearer {}", phone.token))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "zstd")
        .header(header::ACCEPT_ENCODING, "zstd")
        .header(DICTIONARY_HEADER, DICTIONARY_NUMBER)
        .header("x-sync-proto", "1")
        .body(Body::from(body))
        .unwrap();
    world.send(request).await
}

fn one_report(phone: &Phone) -> Vec<u8> {
    let push = PushRequest {
        proto: 1,
        epoch: Some(phone.epoch),
        device: phone.device,
        seen: None,
        announce: None,
        mutations: vec![creates(phone, 1, &report(1, "manhole"))],
    };
    serde_json::to_vec(&push).unwrap()
}

fn with_dictionary(dictionary: &[u8], plain: &[u8]) -> Vec<u8> {
    zstd::bulk::Compressor::with_dictionary(3, dictionary)
        .unwrap()
        .compress(plain)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_with_the_dictionary_is_read_and_answered_with_it() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let body = one_report(&phone);
    let answer = packed_by_a_reader_of_the_dictionary(&world, &phone, with_dictionary(DICTIONARY, &body)).await;
    assert_eq!(answer.headers["content-encoding"], "zstd");
    assert_eq!(answer.headers[DICTIONARY_HEADER], "1");
    assert!(
        zstd::decode_all(&answer.bytes[..]).is_err(),
        "the answer does not use the dictionary"
    );
    let mut reader = zstd::bulk::Decompressor::with_dictionary(DICTIONARY).unwrap();
    let plain = reader.decompress(&answer.bytes, 1 << 20).unwrap();
    assert_eq!(
        serde_json::from_slice::<PushResponse>(&plain).unwrap().receipts.len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_knows_no_dictionary_never_meets_it() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let answer = packed(&world, &phone, zstd::encode_all(&one_report(&phone)[..], 3).unwrap()).await;
    assert!(!answer.headers.contains_key(DICTIONARY_HEADER));
    let plain = zstd::decode_all(&answer.bytes[..]).unwrap_or(answer.bytes);
    assert_eq!(
        serde_json::from_slice::<PushResponse>(&plain).unwrap().receipts.len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_made_with_an_unknown_dictionary_is_refused() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let mut other = DICTIONARY.to_vec();
    other[4..8].copy_from_slice(&77_u32.to_le_bytes());
    let answer =
        packed_by_a_reader_of_the_dictionary(&world, &phone, with_dictionary(&other, &one_report(&phone))).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "bad_encoding"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_is_refused() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let bomb = zstd::encode_all(&vec![b' '; 200 * 1024 * 1024][..], 1).unwrap();
    assert!(bomb.len() < 256 * 1024);
    let answer = packed(&world, &phone, bomb).await;
    assert_eq!(answer.code(), "too_large", "stopped at the first byte over the limit");
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
