//! Phones that the office takes back: they send what is left where they are to, and remove everything.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use device::ports::{Request, Response};
use device::view::{DraftKind, NewDraft};
use domain::ErrorCode;
use domain::protocol::RevokeOrder;
use serde_json::json;
use xunge_tests::World;
use xunge_tests::network::Fate;
use xunge_tests::phone::Phone;
use xunge_tests::picture;
use xunge_tests::record::a_report;
use xunge_tests::server::{Gate, copy_folder};
use xunge_tests::street;

const HOUR: Duration = Duration::from_secs(3_600);
/// Words that must not be left in any file of a wiped phone.
const SECRET: &str = "只有我知道的一句话";

/// What a worker's phone has beside reports: the name of somebody in a household, a sheet and a visit begun, a file on its way from
/// the page and a damaged copy set aside. Returns words of each that stand in its files, and the token.
fn leave_traces(phone: &Phone) -> Vec<String> {
    let device = phone.device();
    let home = street::household(street::place("li"), 1);
    let name = device.get_household(home).unwrap().residents[0].name.clone();
    let typed = json!({ "door_note": "打了一半的字" });
    device.keep_typed(home, "household", typed).unwrap();
    let visit = NewDraft {
        kind: DraftKind::Visit,
        household: Some(home),
        about: None,
    };
    device.open_draft(visit).unwrap();
    let upload = device.begin_upload("IMG.jpg", 30).unwrap();
    let on_the_way = "on its way";
    let base64 = base64::engine::general_purpose::STANDARD.encode(on_the_way);
    device.append_upload(&upload, 0, &base64).unwrap();
    let set_aside = "an older copy of the rows";
    std::fs::write(phone.folder().join("cache.db.damaged-1-wal"), set_aside).unwrap();
    let (_, token) = phone.credentials();
    [
        SECRET,
        &name,
        "打了一半的字",
        on_the_way,
        set_aside,
        &token,
        &home.to_string(),
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Names of all files below a folder.
fn files_of(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .flat_map(|entry| {
            if entry.path().is_dir() {
                files_of(&entry.path())
            } else {
                vec![entry.file_name().to_string_lossy().into_owned()]
            }
        })
        .collect()
}

/// True when the words stand in some file under the folder.
fn stands_in(folder: &Path, words: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return stands_in(&path, words);
        }
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(words.len()).any(|part| part == words.as_bytes())
    })
}

/// The office has the report with the secret, and both copies of its photo.
fn assert_arrived_with_its_photo(world: &World) {
    let officer = world.office(street::TRIAGE_OFFICER);
    let mut shown = world
        .queue("municipal")
        .into_iter()
        .map(|case| officer.get(&format!("/v1/cases/{}", case.id)));
    let shown = shown
        .find(|shown| shown.to_string().contains(SECRET))
        .expect("it was sent");
    let (row, photo) = (&shown["row"], &shown["row"]["photos"][0]);
    for copy in ["preview", "upright"] {
        assert!(
            row["stored"].as_array().unwrap().contains(&photo[copy]["sha256"]),
            "its {copy} too"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_is_to_send_first_sends_all_and_then_keeps_nothing() {
    let world = World::new();
    // Nothing hides what is left: not even encryption.
    let mut phone = world.bare_worker("li").await;
    phone.offline();
    phone.capture(a_report().saying(SECRET).with_photo(picture::small(1)));
    let personal = leave_traces(&phone);
    for words in &personal {
        assert!(stands_in(phone.folder(), words), "the search finds what is there");
    }
    world.revoke(&phone, RevokeOrder::UploadThenWipe);
    phone.online();
    phone.run_for(HOUR).await;
    assert_arrived_with_its_photo(&world);
    let session = phone.device().get_session().unwrap();
    assert!(session.wiped && !session.enrolled);
    phone.kill();
    for words in &personal {
        assert!(!stands_in(phone.folder(), words));
    }
    let left = files_of(phone.folder());
    assert!(
        left.iter()
            .all(|name| name.starts_with("outbox.db") || name.starts_with("cache.db")),
        "{left:?}"
    );
    let devices = world.office(street::KEEPER).get("/v1/devices");
    assert!(devices[0]["wiped_at"].is_number(), "the office sees that it is done");
}

#[tokio::test(start_paused = true)]
async fn what_is_saved_while_the_office_is_told_that_a_phone_removes_everything_is_sent_first() {
    let world = World::new();
    let phone = world.worker("li").await;
    world.revoke(&phone, RevokeOrder::UploadThenWipe);
    let slow = Fate {
        back: Duration::from_secs(20),
        ..Fate::WELL
    };
    phone.link.set_weather(slow);
    let saves = async {
        for _ in 0..1_200 {
            if phone.session().order.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        // It has heard the order, and waits for the answer to its farewell.
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(phone.is_enrolled());
        phone.capture(a_report());
    };
    tokio::join!(phone.run_for(HOUR), saves);
    assert!(phone.session().wiped);
    assert_eq!(world.queue("municipal").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_phone_removes_everything_at_its_next_contact_and_may_be_used_anew() {
    let world = World::new();
    // Nothing hides what is left: not even encryption.
    let mut phone = world.bare_worker("li").await;
    phone.offline();
    phone.capture(a_report().saying(SECRET));
    world.revoke(&phone, RevokeOrder::Wipe);
    phone.online();
    phone.run_for(Duration::from_secs(600)).await;
    assert_eq!(world.queue("municipal").len(), 0, "what was ordered to go is not sent");
    phone.restart();
    let session = phone.device().get_session().unwrap();
    assert!(session.wiped && !session.enrolled);
    assert_eq!(phone.device().list_reports().unwrap(), []);
    assert!(!stands_in(phone.folder(), SECRET));
    phone.enrol(&world.code_for("wang")).await;
    phone.sync().await;
    assert!(!phone.device().get_session().unwrap().wiped);
    let home = street::household(street::place("wang"), 1);
    assert!(
        phone.device().get_household(home).is_ok(),
        "its worker's households came"
    );
}

/// A server that is too busy for farewells.
struct NoFarewell;

impl Gate for NoFarewell {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        let mut answer = server(request);
        if request.url.ends_with("/v1/wiped") {
            answer.status = 503;
        }
        answer
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_sends_again_what_a_restored_server_lost_before_it_removes_everything() {
    // The copy is from before the order, so that the server forgot that too; or the office orders after the restore.
    for hears_first in [true, false] {
        let world = World::new();
        let phone = world.worker("li").await;
        let backup = world.new_folder("backup");
        world.server.back_up(&backup);
        phone.capture(a_report().saying(SECRET).with_photo(picture::small(1)));
        phone.sync().await;
        if hears_first {
            world.server.stand_before(NoFarewell);
            world.revoke(&phone, RevokeOrder::UploadThenWipe);
            phone.run_for(HOUR).await;
            assert!(phone.is_enrolled(), "it waits for an answer to its farewell");
            assert_eq!(phone.session().order, Some(RevokeOrder::UploadThenWipe));
        }
        world.server.restore(&backup, world.new_folder("restored"));
        world.server.stand_alone();
        if !hears_first {
            world.revoke(&phone, RevokeOrder::UploadThenWipe);
        }
        phone.run_for(HOUR).await;
        assert!(phone.session().wiped);
        assert_arrived_with_its_photo(&world);
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_the_server_does_not_know_any_more_removes_nothing_and_its_worker_enrols_again() {
    let world = World::new();
    let backup = world.new_folder("backup");
    world.server.back_up(&backup);
    let phone = world.worker("li").await;
    phone.capture(a_report());
    phone.sync().await;
    world.server.stand_before(NoFarewell);
    world.revoke(&phone, RevokeOrder::UploadThenWipe);
    phone.run_for(HOUR).await;
    world.server.restore(&backup, world.new_folder("restored"));
    world.server.stand_alone();
    phone.run_for(HOUR).await;
    let session = phone.session();
    assert!(session.enrolled && session.revoked && session.order.is_none());
    phone.enrol(&world.code_for("li")).await;
    phone.sync().await;
    assert_eq!(world.queue("municipal").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_left_goes_too_before_a_phone_removes_everything() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    phone.capture(a_report().saying(SECRET).with_photo(picture::small(1)));
    world.revoke(&phone, RevokeOrder::Lock);
    phone.online();
    phone.run_for(HOUR).await;
    // As another device, which does not speak for whoever held it before.
    phone.enrol(&world.code_for("wang")).await;
    phone.sync().await;
    assert_eq!(phone.device().get_sync().unwrap().held_back, 1);
    world.revoke(&phone, RevokeOrder::UploadThenWipe);
    phone.run_for(HOUR).await;
    assert!(phone.session().wiped);
    assert_eq!(world.queue("municipal").len(), 0, "the office looks at it first");
    assert_eq!(world.office(street::KEEPER).replay_parked(), 1);
    assert_arrived_with_its_photo(&world);
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_was_set_back_sends_what_is_left_under_another_name_and_removes_everything() {
    let world = World::new();
    let mut phone = world.worker("li").await;
    let copy = world.new_folder("copy");
    phone.capture(a_report());
    phone.sync().await;
    phone.kill();
    copy_folder(phone.folder(), &copy);
    phone.start();
    phone.capture(a_report().saying("后来的"));
    phone.sync().await;
    phone.kill();
    std::fs::remove_dir_all(phone.folder()).unwrap();
    copy_folder(&copy, phone.folder());
    phone.start();
    phone.offline();
    phone.capture(a_report().saying(SECRET));
    world.revoke(&phone, RevokeOrder::UploadThenWipe);
    phone.online();
    phone.run_for(HOUR).await;
    assert!(phone.session().wiped);
    assert_eq!(world.queue("municipal").len(), 3);
    let devices = world.office(street::KEEPER).get("/v1/devices");
    let devices = devices.as_array().unwrap().iter();
    let orders: Vec<_> = devices.map(|device| (&device["revoked"], &device["order"])).collect();
    let leaves = (&json!(true), &json!(RevokeOrder::UploadThenWipe));
    assert_eq!(
        orders,
        [leaves, leaves],
        "the office sees the one it took back, and what it goes on as"
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_signs_out_of_a_phone_that_everything_is_to_go_from() {
    let world = World::new();
    let phone = world.worker("li").await;
    world.server.stand_before(NoFarewell);
    world.revoke(&phone, RevokeOrder::UploadThenWipe);
    phone.run_for(HOUR).await;
    let refused = phone.device().sign_out().unwrap_err();
    assert_eq!(refused.code, ErrorCode::DeviceRevoked);
    world.server.stand_alone();
    phone.run_for(HOUR).await;
    assert!(phone.session().wiped, "the order is not forgotten");
}

#[tokio::test(start_paused = true)]
async fn a_locked_phone_hears_that_it_is_to_send_what_is_left_and_does() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    phone.capture(a_report().saying(SECRET).with_photo(picture::small(1)));
    world.revoke(&phone, RevokeOrder::Lock);
    phone.online();
    phone.run_for(HOUR).await;
    assert!(phone.session().revoked);
    assert_eq!(world.queue("municipal").len(), 0);
    world.revoke(&phone, RevokeOrder::UploadThenWipe);
    phone.run_for(HOUR).await;
    assert!(phone.session().wiped);
    assert_arrived_with_its_photo(&world);
}

/// A worker's old phone is lost, and the new one was set up from a copy of it. A server that was set back takes both for one.
#[tokio::test(start_paused = true)]
async fn a_twin_that_a_restored_server_takes_for_a_lost_phone_is_locked_and_keeps_what_it_has_not_sent() {
    for locked_first in [false, true] {
        let world = World::new();
        let mut lost = world.worker("li").await;
        lost.capture(a_report());
        lost.sync().await;
        let backup = world.new_folder("backup");
        world.server.back_up(&backup);
        lost.kill();
        let copy = world.new_folder("copy");
        copy_folder(lost.folder(), &copy);
        lost.start();
        lost.capture(a_report());
        lost.sync().await;
        let twin = Phone::in_folder("li", copy, &world.server, world.clock, 7);
        twin.capture(a_report());
        twin.sync().await;
        let own = twin.credentials().0;
        assert_ne!(own, lost.credentials().0, "it has a name of its own");

        world.server.restore(&backup, world.new_folder("restored"));
        twin.offline();
        twin.capture(a_report().saying(SECRET).with_photo(picture::small(1)));
        if locked_first {
            world.revoke(&lost, RevokeOrder::Lock);
            twin.online();
            twin.run_for(HOUR).await;
            assert!(twin.session().revoked);
        }
        world.revoke(&lost, RevokeOrder::Wipe);
        twin.online();
        lost.run_for(HOUR).await;
        twin.run_for(HOUR).await;
        assert!(lost.session().wiped);
        let session = twin.session();
        assert!(session.enrolled && session.revoked && !session.wiped, "{session:?}");
        let home = street::household(street::place("li"), 1);
        assert!(twin.device().get_household(home).is_err(), "it shows no household");
        let devices = world.office(street::KEEPER).get("/v1/devices");
        let devices = devices.as_array().unwrap().iter();
        let mut seen: Vec<_> = devices
            .map(|one| (one["forked_from"].is_null(), one["order"].clone()))
            .collect();
        seen.sort_by_key(|(meant, _)| *meant);
        let orders = [(false, json!(RevokeOrder::Lock)), (true, json!(RevokeOrder::Wipe))];
        assert_eq!(seen, orders, "the office sees both");
        assert_eq!(world.queue("municipal").len(), 1, "a locked phone sends nothing");

        twin.enrol(&world.code_for("li")).await;
        twin.run_for(HOUR).await;
        assert_eq!(
            world.queue("municipal").len(),
            3,
            "only what the lost phone alone held is gone"
        );
        assert_arrived_with_its_photo(&world);
    }
}
