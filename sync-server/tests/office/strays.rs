//! What the server could not carry out is read, tried again and taken off the list by those whom its content concerns.

use domain::protocol::{Mutation, kind};
use domain::{DeviceId, ErrorCode, MutationId, PhotoManifest, Sha256Hex, StreetId, UserId};
use serde_json::{Value, json};
use sync_server::store::photos::{self, Subject};
use sync_server::store::{blobs, devices, parked, people, strays};
use uuid::Uuid;

use crate::world::{MORNING, World};

fn mutation(number: u128, kind: &str, author: UserId, body: Value) -> Mutation {
    Mutation {
        id: MutationId(Uuid::from_u128(number)),
        seq: 1,
        kind: kind.to_owned(),
        v: 1,
        entity: Uuid::from_u128(number + 1000),
        author,
        wall_ms: MORNING,
        server_est_ms: None,
        body,
    }
}

fn author(world: &World) -> (StreetId, UserId) {
    world
        .server
        .store
        .read_blocking(|tx| {
            let person = people::by_login(tx, "li", None)?.expect("a worker of the demo street");
            Ok((person.street, person.id))
        })
        .unwrap()
}

pub(crate) fn refused(world: &World, number: u128, kind: &str, body: Value) -> String {
    let (street, user) = author(world);
    let one = mutation(number, kind, user, body);
    let id = one.id.to_string();
    world
        .server
        .store
        .write_blocking(move |tx| {
            let device = DeviceId(Uuid::from_u128(7));
            Ok(strays::insert(
                tx,
                &street,
                device,
                &one,
                ErrorCode::OutOfScope,
                domain::ReceivedAt(MORNING),
            )?)
        })
        .unwrap();
    id
}

/// A mutation of a kind that this server does not know yet.
pub(crate) fn parked(world: &World, number: u128) -> String {
    let (street, user) = author(world);
    let one = mutation(number, "report.of_the_future", user, json!({ "text": "later" }));
    let id = one.id.to_string();
    world
        .server
        .store
        .write_blocking(move |tx| {
            let device = devices::all(tx, &street)?
                .first()
                .map_or(DeviceId(Uuid::from_u128(7)), |one| one.id);
            let now = domain::ReceivedAt(MORNING);
            Ok(parked::insert(
                tx,
                &street,
                device,
                &one,
                "hash",
                ErrorCode::MutationUnknown,
                now,
            )?)
        })
        .unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn triage_reads_a_stray_report_whole_and_takes_it_off_the_list() {
    let world = World::demo();
    let body =
        json!({ "text": "井盖松动", "category": "manhole", "place": { "address": "龙泉路" }, "captured_at": MORNING });
    let id = refused(&world, 1, kind::REPORT_CREATE, body.clone());
    let triage = world.signed_in("triage");
    let file = triage.get(&format!("/v1/strays/{id}")).await.ok();
    assert_eq!(
        (file["text"].as_str(), file["address"].as_str()),
        (Some("井盖松动"), Some("龙泉路"))
    );
    assert_eq!((&file["category"], &file["body"]), (&json!("manhole"), &body));
    let log = world.signed_in("auditor").get("/v1/access-log").await.ok();
    assert_eq!(
        log[0]["subject"].as_str(),
        Some(id.as_str()),
        "a look at what somebody wrote is logged"
    );

    assert_eq!(
        triage.post(&format!("/v1/strays/{id}/handled"), json!({})).await.status,
        204
    );
    assert_eq!(triage.get("/v1/strays").await.ok(), json!([]));
    assert_eq!(
        triage.post(&format!("/v1/strays/{id}/handled"), json!({})).await.code(),
        "not_found"
    );
    let kept = world
        .server
        .store
        .read(|tx| Ok(tx.number("SELECT COUNT(*) FROM strays", &[])?))
        .await
        .unwrap();
    assert_eq!(kept, 1, "off the list, not out of the database");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_at_a_door_is_read_by_its_community_alone() {
    let world = World::demo();
    let households = world
        .signed_in("secretary-panlong")
        .get("/v1/households?limit=200")
        .await
        .ok();
    let household = households["rows"][0]["id"].clone();
    let id = refused(
        &world,
        1,
        kind::VISIT_CREATE,
        json!({ "household": household, "facts": "睡不好" }),
    );
    let path = format!("/v1/strays/{id}");
    assert_eq!(
        world.signed_in("secretary-panlong").get(&path).await.ok()["text"],
        "睡不好"
    );
    for other in ["secretary-longquan", "triage", "admin"] {
        assert_eq!(world.signed_in(other).get(&path).await.code(), "forbidden", "{other}");
        assert_eq!(
            world
                .signed_in(other)
                .post(&format!("{path}/handled"), json!({}))
                .await
                .code(),
            "forbidden"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_tries_a_parked_mutation_again_without_reading_it() {
    let world = World::demo();
    let id = parked(&world, 5);
    let admin = world.signed_in("admin");
    assert_eq!(admin.get(&format!("/v1/strays/{id}")).await.code(), "forbidden");
    let still = admin.post(&format!("/v1/strays/{id}/replay"), json!({})).await.ok();
    assert_eq!(still["verdict"]["verdict"], "parked", "nothing has been mended yet");
    assert_eq!(
        admin.get("/v1/strays").await.ok().as_array().map(Vec::len),
        Some(1),
        "so it waits on"
    );
    let gone = format!("/v1/strays/{}/replay", Uuid::from_u128(99));
    assert_eq!(admin.post(&gone, json!({})).await.code(), "not_found");
    let triage = world.signed_in("triage");
    assert_eq!(
        triage.post(&format!("/v1/strays/{id}/handled"), json!({})).await.code(),
        "invalid"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_photos_of_a_stray_are_shown_to_those_who_may_read_it_and_to_nobody_else() {
    let world = World::demo();
    let bytes = b"a picture".to_vec();
    let name = Sha256Hex(sync_server::hash::of(&bytes));
    let size = bytes.len() as u64;
    let file = json!({ "sha256": name, "size": size, "width": 1, "height": 1, "mime": "image/jpeg" });
    let photo = json!({ "role": "wide", "upright": file, "preview": file, "original": null, "taken_at": null,
        "position": null, "flags": [] });
    let id = refused(
        &world,
        9,
        kind::REPORT_CREATE,
        json!({ "text": "井盖松动", "photos": [photo] }),
    );
    let (street, user) = author(&world);
    let part = [bytes];
    world
        .server
        .files
        .put(&street, &name, &part, Uuid::from_u128(1))
        .unwrap();
    let (sha256, stray) = (name.clone(), MutationId(id.parse().unwrap()));
    let manifest: PhotoManifest = serde_json::from_value(photo).unwrap();
    world
        .server
        .store
        .write_blocking(move |tx| {
            let now = domain::ReceivedAt(MORNING);
            photos::add(tx, &street, Subject::Stray(stray), &[manifest], Some(user))?;
            blobs::insert(tx, &street, &sha256, size, None, now)?;
            Ok(())
        })
        .unwrap();
    let path = format!("/v1/photos/{name}");
    assert_eq!(world.signed_in("triage").get(&path).await.status, 200);
    assert_eq!(world.signed_in("admin").get(&path).await.code(), "not_found");
}
