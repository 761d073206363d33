//! What a phone says of itself reaches the office, above all when its sync fails.

use domain::ErrorCode;
use domain::protocol::{Announcement, PullRequest, PushRequest, RevokeOrder};
use serde_json::{Value, json};
use sync_server::store::devices::{self, DeviceRecord};
use sync_server::store::streets;

use crate::push::{creates, report};
use crate::world::{Phone, World, enrolment, street, user};

fn holding(unsent: u32) -> Announcement {
    Announcement {
        unsent,
        oldest_unsent_ms: Some(7_200_000),
        last_error: Some("unreachable".to_owned()),
        free_bytes: Some(180_000_000),
        app_version: "0.0.9".to_owned(),
        ..Announcement::default()
    }
}

async fn known(world: &World, phone: &Phone) -> DeviceRecord {
    let id = phone.device;
    let found = world.server.store.read(move |tx| Ok(devices::by_id(tx, id)?)).await;
    found.unwrap().unwrap()
}

fn push(phone: &Phone, announce: &Announcement) -> Value {
    let request = PushRequest {
        proto: 1,
        epoch: Some(phone.epoch),
        device: phone.device,
        seen: None,
        announce: Some(announce.clone()),
        mutations: Vec::new(),
    };
    json!(request)
}

fn pull(phone: &Phone, announce: Option<&Announcement>) -> PullRequest {
    PullRequest {
        proto: 1,
        bundle_key: false,
        epoch: Some(phone.epoch),
        device: phone.device,
        cursors: [].into(),
        seen: None,
        profile: None,
        check: false,
        max_bytes: None,
        announce: announce.cloned(),
    }
}

/// Ways in which a handshake fails: its body, and the code it is refused with.
fn refused(phone: &Phone, number: u32) -> Vec<(&'static str, Value, ErrorCode)> {
    let said = push(phone, &holding(number));
    let (mut old, mut many, mut ahead) = (said.clone(), said.clone(), said);
    old["proto"] = json!(9);
    let one = creates(phone, 1, &report(1, "manhole"));
    many["mutations"] = json!(vec![one; 129]);
    ahead["seen"] = json!(1_000_000);
    vec![
        ("/v1/push", old, ErrorCode::ProtoUnsupported),
        ("/v1/push", many, ErrorCode::TooLarge),
        ("/v1/push", ahead, ErrorCode::ReadOnly),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_phone_says_of_itself_is_kept_also_when_its_sync_is_refused() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    for number in 0..3 {
        let (path, body, code) = refused(&phone, number + 1).swap_remove(number as usize);
        let answer = world.post(Some(&phone.token), path, &body).await;
        assert_eq!(answer.code(), json!(code).as_str().unwrap(), "{path}");
        assert_eq!(
            known(&world, &phone).await.announce,
            Some(holding(number + 1)),
            "{code:?}"
        );
    }
    // The street is closed to writing now, and the phone is revoked on top: it is heard all the same.
    let hashes = json!({ "proto": 1, "hashes": vec!["a"; 201], "announce": holding(7) });
    let answer = world.post(Some(&phone.token), "/v1/blobs/offer", &hashes).await;
    assert_eq!(answer.code(), "too_large");
    assert_eq!(known(&world, &phone).await.announce, Some(holding(7)));
    world.revoke(&phone, RevokeOrder::Lock).await;
    let answer = world
        .post(Some(&phone.token), "/v1/pull", &pull(&phone, Some(&holding(8))))
        .await;
    assert_eq!(answer.code(), "device_revoked");
    assert_eq!(known(&world, &phone).await.announce, Some(holding(8)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_speaks_for_itself_alone() {
    let world = World::new();
    let (phone, other) = (world.enrol(1, user(1)).await, world.enrol(2, user(2)).await);
    let mut body = push(&phone, &holding(5));
    body["device"] = json!(other.device);
    let answer = world.post(Some(&phone.token), "/v1/push", &body).await;
    assert_eq!(answer.code(), "device_mismatch");
    for one in [&phone, &other] {
        assert_eq!(known(&world, one).await.announce, None, "neither of the two said it");
    }
    let answer = world.post(Some("nobody"), "/v1/push", &push(&phone, &holding(5))).await;
    assert_eq!(answer.code(), "unauthenticated");
    assert_eq!(known(&world, &phone).await.announce, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_already_is_not_written_again_within_a_minute() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let ask = async |announce: Option<&Announcement>| {
        let answer = world
            .post(Some(&phone.token), "/v1/pull", &pull(&phone, announce))
            .await;
        assert_eq!(answer.status, 200);
        let now = known(&world, &phone).await;
        (now.last_seen_at.unwrap().0, now.announced_at.map(|at| at.0))
    };
    let said = holding(2);
    world.advance(100_000);
    let first = ask(Some(&said)).await;
    assert_eq!(first, (world.server.now().0, Some(world.server.now().0)));
    world.advance(59_000);
    assert_eq!(ask(Some(&said)).await, first, "the same again");
    assert_eq!(ask(None).await, first, "and left out");
    world.advance(1_000);
    let later = world.server.now().0;
    assert_eq!(ask(None).await, (later, first.1), "heard of, with nothing new");
    assert_eq!(known(&world, &phone).await.announce, Some(said));
    world.advance(1);
    assert_eq!(ask(Some(&holding(3))).await.0, later + 1, "news is written at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_joins_brings_what_it_holds() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let mut request = enrolment("CODE0001", 1);
    request.announce = Some(holding(4));
    let again = world.post(None, "/v1/enrol", &request).await;
    assert_eq!(again.status, 200, "the same request with its reply lost");
    let now = known(&world, &phone).await;
    assert_eq!((now.announce, now.app_version.as_str()), (Some(holding(4)), "0.0.9"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_after_phones_is_poked_by_news_and_by_nothing_else() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let mut pokes = world.server.store.watch();
    world
        .post(Some(&phone.token), "/v1/push", &push(&phone, &holding(1)))
        .await;
    assert_eq!(pokes.try_recv().unwrap().bucket.as_str(), "fleet");
    world.advance(90_000);
    world.post(Some(&phone.token), "/v1/pull", &pull(&phone, None)).await;
    assert!(pokes.try_recv().is_err(), "nothing new");
    let rev = world.server.store.read(|tx| Ok(streets::rev(tx, &street())?)).await;
    assert_eq!(rev.unwrap(), 0, "nobody has to pull because of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn that_unsent_work_grew_older_is_no_news() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let aged = |age: i64| Announcement {
        signed_in: Some(user(1)),
        oldest_unsent_ms: Some(age),
        ..holding(1)
    };
    let say = async |age: i64| {
        world
            .post(Some(&phone.token), "/v1/push", &push(&phone, &aged(age)))
            .await;
        known(&world, &phone).await.announced_at.unwrap()
    };
    let mut pokes = world.server.store.watch();
    let first = say(5_000).await;
    assert_eq!(pokes.try_recv().unwrap().bucket.as_str(), "fleet");
    world.advance(30_000);
    assert_eq!(say(35_000).await, first, "the same work, half a minute older");
    world.advance(90_000);
    assert_eq!(say(125_000).await, world.server.now(), "it was heard of");
    assert!(pokes.try_recv().is_err(), "and nobody needs to look");
    world.advance(1_000);
    assert_eq!(say(7_200_000).await, world.server.now(), "other work");
    assert!(pokes.try_recv().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_cannot_shut_the_office_out_by_saying_farewell() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let farewell = domain::protocol::WipedRequest {
        proto: 1,
        device: phone.device,
    };
    assert_eq!(world.post(Some(&phone.token), "/v1/wiped", &farewell).await.status, 204);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM devices WHERE wiped_at IS NOT NULL")
            .await,
        0,
        "nobody ordered it"
    );
}
