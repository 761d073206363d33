//! A phone that cannot reach the server exports what it holds, and somebody carries the file to the office.

use std::path::PathBuf;
use std::time::Duration;

use device::ports::DiskFiles;
use device::view::{BundleView, Word};
use domain::StreetId;
use serde_json::{Value, json};
use sync_server::bundle;
use sync_server::store::streets;
use xunge_tests::World;
use xunge_tests::phone::Phone;
use xunge_tests::picture;
use xunge_tests::record::a_report;
use xunge_tests::street;

const HOUR: Duration = Duration::from_secs(3_600);

/// A phone that has seen the server once and lost it, with two reports, three photo files among them.
async fn cut_off(world: &World) -> Phone {
    let phone = world.worker("li").await;
    phone.sync().await;
    phone.offline();
    phone.capture(a_report().saying("树倒了").with_photo(picture::small(1)));
    phone.capture(a_report().saying("又一棵"));
    phone
}

fn export(world: &World, phone: &Phone) -> (BundleView, Vec<u8>) {
    let folder = world.new_folder("carried");
    let made = phone.device().export_bundle(&folder, &DiskFiles).unwrap();
    let bytes = std::fs::read(PathBuf::from(&made.folder).join(&made.name)).unwrap();
    assert_eq!(bytes.len() as u64, made.bytes);
    (made, bytes)
}

/// What is in the database that a bundle could change.
fn stored(world: &World) -> Vec<i64> {
    [
        "receipts",
        "reports",
        "cases",
        "blobs",
        "photos",
        "parked",
        "strays",
        "bucket_rows",
    ]
    .into_iter()
    .map(|table| {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        world.server.read(|tx| Ok(tx.number(&sql, &[])?))
    })
    .collect()
}

fn rev(world: &World) -> u64 {
    world.server.read(|tx| Ok(streets::rev(tx, &street::street())?))
}

#[tokio::test(start_paused = true)]
async fn what_is_carried_to_the_office_arrives_once_and_later_gets_the_same_answers() {
    let world = World::new();
    let phone = cut_off(&world).await;
    let (made, file) = export(&world, &phone);
    assert_eq!((made.records, made.photos), (2, 2));
    let known: Vec<&[u8]> = vec!["树倒了".as_bytes(), b"report.create", b"Bearer"];
    for text in known {
        assert!(!file.windows(text.len()).any(|part| part == text), "it is readable");
    }

    let keeper = world.office(street::KEEPER);
    let (status, taken) = keeper.carry(&file);
    assert_eq!(status, 200, "{taken}");
    assert_eq!(
        taken["records"],
        json!({ "new": 2, "again": 0, "refused": 0, "parked": 0, "left": 0 })
    );
    assert_eq!(taken["photos"], json!({ "new": 2, "again": 0, "unwanted": 0 }));
    assert_eq!(world.queue("municipal").len(), 2);
    assert_eq!(
        phone.device().get_sync().unwrap().facts_waiting,
        2,
        "the phone keeps its work"
    );

    let (then, before) = (rev(&world), stored(&world));
    let (_, again) = keeper.carry(&file);
    assert_eq!(
        again["records"],
        json!({ "new": 0, "again": 2, "refused": 0, "parked": 0, "left": 0 })
    );
    assert_eq!(again["photos"], json!({ "new": 0, "again": 2, "unwanted": 0 }));
    assert_eq!(
        (rev(&world), stored(&world)),
        (then, before),
        "a second time changes nothing"
    );

    phone.online();
    phone.run_for(HOUR / 4).await;
    assert!(phone.has_sent_all());
    for report in phone.device().list_reports().unwrap() {
        assert_eq!(report.word, Word::Delivered);
    }
    assert_eq!(rev(&world), then, "nothing was left to do");
    phone.capture(a_report().saying("第三棵"));
    phone.run_for(HOUR / 4).await;
    assert_eq!(world.queue("municipal").len(), 3, "its numbers go on");
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn of_a_bundle_that_is_not_whole_nothing_is_taken() {
    let world = World::new();
    let phone = cut_off(&world).await;
    let (_, file) = export(&world, &phone);
    let keeper = world.office(street::KEEPER);
    let before = stored(&world);
    let mut wrong: Vec<(String, Vec<u8>)> = (0..20)
        .map(|n| file.len() * n / 20)
        .map(|end| (format!("cut at {end}"), file[..end].to_vec()))
        .collect();
    wrong.extend((0..40).map(|n| file.len() * n / 40).map(|at| {
        let mut flipped = file.clone();
        flipped[at] ^= 0x10;
        (format!("flipped at {at}"), flipped)
    }));
    wrong.push(("continued".to_owned(), [&file[..], b"more"].concat()));
    wrong.push(("twice".to_owned(), file.repeat(2)));
    wrong.push(("a picture".to_owned(), picture::small(3)));
    let (runs, mut let_in) = (wrong.len(), 0);
    for (what, bytes) in wrong {
        let (status, said) = keeper.carry(&bytes);
        let code = said["error"]["code"].as_str().unwrap_or_default();
        let known = ["bundle_damaged", "bundle_foreign"].contains(&code);
        assert_eq!((status, known), (422, true), "{what}: {said}");
        let_in += u32::from(stored(&world) != before);
    }
    // The control: the same look at the database does notice a bundle that is whole.
    assert_eq!(keeper.carry(&file).0, 200);
    assert_ne!(stored(&world), before);
    println!("PROVE P9 carried_bundles runs={runs} violations={let_in} control=caught");
    assert_eq!(let_in, 0);
}

#[tokio::test(start_paused = true)]
async fn a_bundle_of_another_street_or_of_a_revoked_phone_is_refused() {
    let (world, elsewhere) = (World::new(), World::seeded(9));
    let phone = cut_off(&world).await;
    let (_, file) = export(&world, &phone);
    let code = |answer: (u16, Value)| answer.1["error"]["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(code(elsewhere.office(street::KEEPER).carry(&file)), "bundle_foreign");
    let keeper = world.office(street::KEEPER);
    let (device, _) = phone.credentials();
    let (status, said) = keeper.post(&format!("/v1/devices/{device}/revoke"), &json!({}));
    assert_eq!(status, 200, "{said}");
    assert_eq!(code(keeper.carry(&file)), "device_revoked");
    assert!(world.queue("municipal").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_bundle_leaves_on_the_phone_what_waits_for_a_colleague_to_sign_in_on_it() {
    let world = World::new();
    let phone = cut_off(&world).await;
    let keeper = world.office(street::KEEPER);
    let (device, _) = phone.credentials();
    assert_eq!(keeper.post(&format!("/v1/devices/{device}/revoke"), &json!({})).0, 200);
    phone.online();
    phone.run_for(HOUR / 4).await;
    phone.enrol(&world.code_for("wang")).await;
    phone.run_for(HOUR / 4).await;
    phone.offline();
    phone.capture(a_report().saying("王的"));
    let (made, file) = export(&world, &phone);
    assert_eq!(
        (made.records, made.photos),
        (1, 0),
        "nothing of the colleague, whose photos too were not sent"
    );
    let sheet = phone.device().get_sync().unwrap();
    assert_eq!((sheet.facts_waiting, sheet.of_others, sheet.held_back), (1, 0, 2));
    let (status, taken) = keeper.carry(&file);
    assert_eq!(status, 200, "{taken}");
    assert_eq!(
        taken["records"],
        json!({ "new": 1, "again": 0, "refused": 0, "parked": 0, "left": 0 })
    );
    assert_eq!(world.queue("municipal").len(), 1);
    assert_eq!(stored(&world)[5..7], [0, 0], "nothing is parked or strays");

    phone.online();
    phone.device().switch_user(&world.code_for("li")).await.unwrap();
    phone.run_for(HOUR / 4).await;
    assert!(phone.has_sent_all());
    assert_eq!(world.queue("municipal").len(), 3);
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn of_a_bundle_the_work_of_somebody_unknown_on_that_phone_is_not_taken() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.sync().await;
    let backup = world.new_folder("backup");
    world.server.back_up(&backup);
    phone.device().switch_user(&world.code_for("wang")).await.unwrap();
    phone.offline();
    phone.capture(a_report().saying("王的"));
    phone.online();
    phone.device().switch_user(&world.code_for("li")).await.unwrap();
    phone.offline();
    phone.capture(a_report().saying("李的"));
    let (made, file) = export(&world, &phone);
    assert_eq!(made.records, 2, "both signed in on this phone");
    world.server.restore(&backup, world.new_folder("restored"));
    let (status, taken) = world.office(street::KEEPER).carry(&file);
    assert_eq!(status, 200, "{taken}");
    assert_eq!(
        taken["records"],
        json!({ "new": 1, "again": 0, "refused": 0, "parked": 0, "left": 1 })
    );
    assert_eq!(stored(&world)[5..7], [0, 0], "nothing is parked or strays");
}

#[tokio::test(start_paused = true)]
async fn a_bundle_of_a_phone_that_is_to_send_what_is_left_is_taken() {
    let world = World::new();
    let phone = cut_off(&world).await;
    let (_, file) = export(&world, &phone);
    let keeper = world.office(street::KEEPER);
    let (device, _) = phone.credentials();
    let order = json!({ "order": "upload_then_wipe" });
    assert_eq!(keeper.post(&format!("/v1/devices/{device}/revoke"), &order).0, 200);
    let (status, taken) = keeper.carry(&file);
    assert_eq!((status, &taken["records"]["new"]), (200, &json!(2)), "{taken}");
}

#[tokio::test(start_paused = true)]
async fn a_bundle_of_more_records_than_a_transaction_takes_is_answered_in_several() {
    const RECORDS: usize = domain::protocol::MAX_MUTATIONS + 1;
    let world = World::new();
    let phone = world.worker("li").await;
    phone.sync().await;
    phone.offline();
    for n in 0..RECORDS {
        phone.capture(a_report().saying(&format!("{n}")));
    }
    let (_, file) = export(&world, &phone);
    let (status, taken) = world.office(street::KEEPER).carry(&file);
    assert_eq!((status, &taken["records"]["new"]), (200, &json!(RECORDS)), "{taken}");
}

#[tokio::test(start_paused = true)]
async fn on_the_servers_machine_a_bundle_finds_its_street_by_the_phone_that_made_it() {
    let world = World::new();
    let phone = cut_off(&world).await;
    let (_, file) = export(&world, &phone);
    let server = world.server.handle();
    let mut first = world
        .server
        .read(|tx| Ok(streets::get(tx, &street::street())?))
        .unwrap();
    first.id = StreetId::from("a");
    let now = server.now();
    let made = server.store.write(move |tx| Ok(streets::insert(tx, &first, "A", now)?));
    made.await.unwrap();
    let all = world.server.read(|tx| Ok(streets::all(tx)?));
    assert_eq!((all.len(), all[0].id.as_str()), (2, "a"));
    let path = world.new_folder("by-hand");
    std::fs::write(&path, &file).unwrap();
    let carried = |street: Option<StreetId>| {
        let (server, file) = (server.clone(), std::fs::File::open(&path).unwrap());
        async move { bundle::take(&server, street.as_ref(), None, file).await }
    };
    let code = carried(Some(StreetId::from("a"))).await.unwrap_err().wire().code;
    assert_eq!(code, domain::ErrorCode::BundleForeign, "the office of another street");
    assert_eq!(carried(None).await.unwrap().records.new, 2);
    assert_eq!(world.queue("municipal").len(), 2);
}
