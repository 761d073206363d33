//! Photos: taken only when a mutation named them, resumed where they broke off, stored only when the hash is right.

use axum::body::Body;
use axum::http::{Method, Request, header};
use domain::protocol::{OfferRequest, OfferResponse, RowType, UploadState, Verdict};
use domain::{PhotoFile, PhotoManifest, PhotoRole, Report, Sha256Hex};
use serde_json::{Value, json};

use crate::push::{creates, report};
use crate::world::{Answer, Phone, World, shown, user};

pub(crate) struct Photo {
    pub(crate) bytes: Vec<u8>,
    pub(crate) file: PhotoFile,
}

fn photo(seed: u8, size: usize) -> Photo {
    let bytes: Vec<u8> = (0..size)
        .map(|at| seed.wrapping_add(u8::try_from(at % 251).unwrap()))
        .collect();
    let sha256 = Sha256Hex(sync_server::hash::of(&bytes));
    let file = PhotoFile {
        sha256,
        size: size as u64,
        width: 320,
        height: 240,
        mime: "image/jpeg".to_owned(),
    };
    Photo { bytes, file }
}

fn manifest(upright: &Photo, preview: &Photo, original: &Photo) -> PhotoManifest {
    PhotoManifest {
        role: PhotoRole::Wide,
        upright: Some(upright.file.clone()),
        preview: Some(preview.file.clone()),
        original: Some(original.file.clone()),
        taken_at: None,
        position: None,
        flags: Vec::new(),
    }
}

/// A report with one photo of 600 kB, its preview and its original, pushed as the phone's first mutation.
pub(crate) async fn reported(world: &World) -> (Phone, [Photo; 3]) {
    let phone = world.enrol(1, user(1)).await;
    let photos = report_photos(world, &phone).await;
    (phone, photos)
}

fn stored(answer: &Answer) -> (domain::Epoch, u64, bool) {
    let state: UploadState = answer.json();
    (state.epoch, state.offset, state.stored)
}

/// The name of a photo that the phone's first mutation announces.
pub(crate) async fn announced(world: &World, phone: &Phone) -> Sha256Hex {
    let [upright, ..] = report_photos(world, phone).await;
    upright.file.sha256
}

async fn report_photos(world: &World, phone: &Phone) -> [Photo; 3] {
    let photos = [photo(1, 600_000), photo(2, 9_000), photo(3, 700_000)];
    let shown = manifest(&photos[0], &photos[1], &photos[2]);
    let one = Report {
        photos: vec![shown],
        no_photo_reason: None,
        ..report(1, "manhole")
    };
    let answer = world.push(phone, &[creates(phone, 1, &one)]).await;
    assert_eq!(answer.receipts[0].verdict, Verdict::Applied);
    photos
}

pub(crate) async fn blob(
    world: &World,
    phone: &Phone,
    method: Method,
    name: &str,
    chunk: Option<(usize, bool)>,
    body: &[u8],
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/v1/blobs/{name}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", phone.token))
        .header("x-sync-proto", "1");
    if let Some((offset, complete)) = chunk {
        request = request
            .header("upload-offset", offset)
            .header("upload-complete", if complete { "?1" } else { "?0" });
    }
    world.send(request.body(Body::from(body.to_vec())).unwrap()).await
}

pub(crate) async fn offer(world: &World, phone: &Phone, hashes: Vec<Sha256Hex>) -> Vec<Value> {
    let answer: OfferResponse = world
        .post(
            Some(&phone.token),
            "/v1/blobs/offer",
            &OfferRequest {
                announce: None,
                proto: 1,
                epoch: Some(phone.epoch),
                hashes,
            },
        )
        .await
        .json();
    assert_eq!(answer.epoch, world.server.epoch);
    answer
        .lines
        .iter()
        .map(|line| serde_json::to_value(line.answer).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_mutation_named_is_wanted_and_an_original_only_when_asked_for() {
    let world = World::new();
    let (phone, [upright, preview, original]) = reported(&world).await;
    let stranger = photo(9, 10).file.sha256;
    let asked = vec![
        upright.file.sha256,
        preview.file.sha256,
        original.file.sha256,
        stranger.clone(),
    ];
    let lines = offer(&world, &phone, asked).await;
    assert_eq!(lines[0], json!({"answer": "want", "offset": 0}));
    assert_eq!(lines[1], json!({"answer": "want", "offset": 0}));
    assert_eq!(lines[2], json!({"answer": "not_asked"}));
    assert_eq!(lines[3], json!({"answer": "unknown"}));
    let refused = blob(
        &world,
        &phone,
        Method::PUT,
        stranger.as_str(),
        None,
        &photo(9, 10).bytes,
    )
    .await;
    assert_eq!(refused.code(), "blob_unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_goes_in_one_request_and_shows_on_its_case() {
    let world = World::new();
    let (phone, [_, preview, _]) = reported(&world).await;
    let before = world.pull(&phone, &[]).await;
    let name = preview.file.sha256.as_str();
    let answer = blob(&world, &phone, Method::PUT, name, None, &preview.bytes).await;
    assert_eq!(stored(&answer), (phone.epoch, 9_000, true));
    let after = world.pull(&phone, &crate::pull::cursors(&before)).await;
    let case = after
        .buckets
        .iter()
        .flat_map(|page| &page.rows)
        .find(|row| row.kind == RowType::Case)
        .unwrap();
    assert_eq!(shown(case)["stored"], json!([name]));
    let shown = blob(&world, &phone, Method::GET, name, None, b"").await;
    assert_eq!(shown.bytes, preview.bytes);
    assert_eq!(
        (
            shown.headers["content-type"].as_bytes(),
            shown.headers["x-content-type-options"].as_bytes()
        ),
        (&b"image/jpeg"[..], &b"nosniff"[..])
    );
    assert!(shown.headers["cache-control"].to_str().unwrap().contains("immutable"));
    assert_eq!(
        offer(&world, &phone, vec![preview.file.sha256]).await[0],
        json!({"answer": "have"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_where_it_broke_off() {
    let world = World::new();
    let (phone, [upright, ..]) = reported(&world).await;
    let name = upright.file.sha256.as_str();
    let begin = &upright.bytes[..200_000];
    blob(&world, &phone, Method::PATCH, name, Some((0, false)), begin).await;
    // The answer was lost: the same chunk again is told where to go on.
    let again = blob(&world, &phone, Method::PATCH, name, Some((0, false)), begin).await;
    assert_eq!((again.status.as_u16(), again.code().as_str()), (409, "offset_mismatch"));
    assert_eq!(again.json::<Value>()["error"]["details"]["offset"], 200_000);
    let head = blob(&world, &phone, Method::HEAD, name, None, b"").await;
    assert_eq!(
        (
            head.headers["upload-offset"].as_bytes(),
            head.headers["upload-complete"].as_bytes()
        ),
        (&b"200000"[..], &b"?0"[..])
    );
    let last = blob(
        &world,
        &phone,
        Method::PATCH,
        name,
        Some((200_000, true)),
        &upright.bytes[200_000..],
    )
    .await;
    assert_eq!(stored(&last), (phone.epoch, 600_000, true));
    let repeat = blob(
        &world,
        &phone,
        Method::PATCH,
        name,
        Some((200_000, true)),
        &upright.bytes[200_000..],
    )
    .await;
    assert_eq!(
        repeat.json::<Value>()["stored"],
        true,
        "a repeat after a lost answer finds it stored"
    );
    assert_eq!(
        blob(&world, &phone, Method::GET, name, None, b"").await.bytes,
        upright.bytes
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM upload_chunks").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_do_not_hash_to_their_name_are_dropped_and_the_upload_begins_again() {
    let world = World::new();
    let (phone, [upright, preview, _]) = reported(&world).await;
    let name = upright.file.sha256.as_str();
    let mut wrong = upright.bytes.clone();
    wrong[300_000] ^= 1;
    let refused = blob(&world, &phone, Method::PATCH, name, Some((0, true)), &wrong).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (422, "hash_mismatch")
    );
    assert_eq!(
        offer(&world, &phone, vec![upright.file.sha256.clone()]).await[0],
        json!({"answer": "want", "offset": 0})
    );
    let right = blob(&world, &phone, Method::PATCH, name, Some((0, true)), &upright.bytes).await;
    assert_eq!(right.json::<Value>()["stored"], true);
    let small = blob(
        &world,
        &phone,
        Method::PUT,
        preview.file.sha256.as_str(),
        None,
        b"nonsense",
    )
    .await;
    assert_eq!(small.code(), "hash_mismatch");
    assert_eq!(world.number("SELECT COUNT(*) FROM blobs").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_larger_than_it_was_said_to_be_is_refused() {
    let world = World::new();
    let (phone, [upright, ..]) = reported(&world).await;
    let longer = vec![0; 600_001];
    let refused = blob(
        &world,
        &phone,
        Method::PATCH,
        upright.file.sha256.as_str(),
        Some((0, false)),
        &longer,
    )
    .await;
    assert_eq!(refused.code(), "too_large");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_shown_only_to_phones_that_hold_its_case() {
    let world = World::new();
    let (phone, [_, preview, _]) = reported(&world).await;
    let name = preview.file.sha256.as_str();
    blob(&world, &phone, Method::PUT, name, None, &preview.bytes).await;
    let other = world.enrol(2, user(2)).await;
    let refused = blob(&world, &other, Method::GET, name, None, b"").await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (404, "not_found"));
    let nonsense = blob(&world, &phone, Method::GET, "..%2f..%2fxunge.db", None, b"").await;
    assert_eq!(nonsense.code(), "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_file_is_on_the_disk_under_its_name() {
    let world = World::new();
    let (phone, [_, preview, _]) = reported(&world).await;
    blob(
        &world,
        &phone,
        Method::PUT,
        preview.file.sha256.as_str(),
        None,
        &preview.bytes,
    )
    .await;
    assert!(
        world
            .server
            .files
            .exists(&crate::world::street(), &preview.file.sha256)
            .unwrap()
    );
    let parts = walk(world.folder.path())
        .into_iter()
        .filter(|path| path.ends_with(".part"))
        .count();
    assert_eq!(parts, 0, "no temporary file is left");
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .flat_map(|entry| {
            if entry.path().is_dir() {
                walk(&entry.path())
            } else {
                vec![entry.path().display().to_string()]
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_photos_of_a_refused_record_are_taken_and_no_phone_is_shown_them() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let photos = [photo(4, 9_000), photo(5, 2_000), photo(6, 11_000)];
    let refused = Report {
        category: "no-such-category".into(),
        photos: vec![manifest(&photos[0], &photos[1], &photos[2])],
        ..report(1, "manhole")
    };
    let answer = world.push(&phone, &[creates(&phone, 1, &refused)]).await;
    assert!(matches!(answer.receipts[0].verdict, Verdict::Rejected { .. }));
    let names: Vec<_> = photos.iter().map(|one| one.file.sha256.clone()).collect();
    let want = json!({"answer": "want", "offset": 0});
    assert_eq!(
        offer(&world, &phone, names.clone()).await,
        [want.clone(), want, json!({"answer": "not_asked"})]
    );
    for one in &photos[..2] {
        let name = one.file.sha256.as_str();
        let taken = blob(&world, &phone, Method::PUT, name, None, &one.bytes).await;
        assert_eq!(taken.json::<Value>()["stored"], true);
        let shown = blob(&world, &phone, Method::GET, name, None, &[]).await;
        assert_eq!(shown.code(), "not_found");
    }
    assert_eq!(
        offer(&world, &phone, names[..2].to_vec()).await,
        [json!({"answer": "have"}), json!({"answer": "have"})]
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM cases").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_nobody_could_have_made_is_not_wanted_however_it_is_named() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let mut huge = photo(7, 1_000);
    huge.file.size = u64::MAX;
    let refused = Report {
        photos: vec![manifest(&huge, &photo(8, 10), &photo(9, 10))],
        ..report(1, "manhole")
    };
    world.push(&phone, &[creates(&phone, 1, &refused)]).await;
    assert_eq!(
        offer(&world, &phone, vec![huge.file.sha256]).await,
        [json!({"answer": "unknown"})]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_at_its_place_any_more_is_asked_for_again() {
    let world = World::on_sqlite();
    let (phone, [_, preview, _]) = reported(&world).await;
    crate::migrate::put_preview(&world, &phone, &preview).await;
    let name = preview.file.sha256.clone();
    assert_eq!(offer(&world, &phone, vec![name.clone()]).await[0]["answer"], "have");
    std::fs::remove_file(crate::migrate::find(&world.folder.path().join("blobs"), name.as_str())).unwrap();
    assert_eq!(offer(&world, &phone, vec![name.clone()]).await[0]["answer"], "want");
    crate::migrate::put_preview(&world, &phone, &preview).await;
    assert_eq!(offer(&world, &phone, vec![name]).await[0]["answer"], "have");
}
