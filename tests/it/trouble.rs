//! When something goes wrong for good: what the worker and the office read then, and that nothing typed is dropped.

use std::time::Duration;

use device::NewValues;
use device::view::{ReasonCode, Word};
use domain::protocol::ErrorCode;
use domain::{ReportId, Sha256Hex};
use serde_json::json;
use xunge_tests::World;
use xunge_tests::gates::{ChokesOn, RefusesPhoto};
use xunge_tests::phone::Phone;
use xunge_tests::picture;
use xunge_tests::record::a_report;
use xunge_tests::rest;
use xunge_tests::sentences;
use xunge_tests::street;

const HOUR: Duration = Duration::from_secs(3_600);

/// What the worker reads at a report.
fn read_by_worker(phone: &Phone, report: ReportId) -> String {
    sentences::at_report(&phone.device().get_report(report).unwrap().summary)
}

fn shown(phone: &Phone, report: ReportId) -> (Word, ReasonCode, Option<ErrorCode>) {
    let view = phone.device().get_report(report).unwrap().summary;
    (view.word, view.why.code, view.why.error)
}

#[tokio::test(start_paused = true)]
async fn a_report_the_server_chokes_on_is_set_aside_and_the_rest_goes_on() {
    let world = World::new();
    let phone = world.worker("li").await;
    world.server.stand_before(ChokesOn("毒"));
    let reports: Vec<ReportId> = (0..9)
        .map(|n| phone.capture(a_report().saying(if n == 4 { "毒" } else { "树" })))
        .collect();
    phone.run_for(HOUR / 4).await;
    assert_eq!(world.queue("municipal").len(), 8, "all but the one");
    for (n, report) in reports.iter().enumerate().filter(|(n, _)| *n != 4) {
        assert_eq!(shown(&phone, *report).0, Word::Delivered, "report {n}");
    }
    let (word, reason, error) = shown(&phone, reports[4]);
    assert_eq!(
        (word, reason, error),
        (Word::NeedsYou, ReasonCode::Parked, Some(ErrorCode::Internal))
    );
    assert_eq!(
        read_by_worker(&phone, reports[4]),
        "需要处理：服务器还没能处理这条，内容都还在，手机会自动再试。一天后还这样，请告诉街道办。"
    );
    let device = &world.office(street::KEEPER).get("/v1/devices")[0];
    let unsent = sentences::in_office("device.unsent_n");
    assert_eq!(
        (unsent.as_str(), device["holds"]["unsent"].as_u64()),
        ("上次联系时还有 {n} 条记录没有结果、{p} 个照片文件没有传上来", Some(1)),
        "the office sees which phone holds what"
    );

    world.server.stand_alone();
    phone.sync().await;
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
    assert_eq!(
        world.queue("municipal").len(),
        9,
        "delivered by itself once the fault is mended"
    );
}

#[tokio::test(start_paused = true)]
async fn what_an_older_server_does_not_know_waits_for_it_and_the_office_sees_it() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    let strange = phone.capture(a_report().saying("以后的版本"));
    let outbox = rest::database(phone.folder(), "outbox.db");
    outbox.execute("update mutation set kind = 'report.dance'", []).unwrap();
    let plain = phone.capture(a_report());
    phone.online();
    phone.run_for(HOUR / 4).await;
    assert_eq!(shown(&phone, plain).0, Word::Delivered);
    let strays = world.office(street::KEEPER).get("/v1/strays");
    assert_eq!(
        (strays[0]["kind"].as_str(), strays[0]["parked"].as_bool()),
        (Some("report.dance"), Some(true))
    );
    let read = ["stray.parked", "stray_kind.other"].map(sentences::in_office);
    assert_eq!(read, ["等待处理", "新版本的内容"], "what the office reads");
    assert!(
        phone.device().get_sync().unwrap().facts_waiting == 1,
        "{strange} is kept"
    );
}

#[tokio::test(start_paused = true)]
async fn a_photo_that_never_completes_holds_up_neither_its_report_nor_the_next_photo() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    let stuck = phone.capture(a_report().with_photo(picture::small(1)));
    let other = phone.capture(a_report().with_photo(picture::small(2)));
    let upright = phone.device().get_report(stuck).unwrap().photos[0]
        .manifest
        .upright
        .clone()
        .unwrap();
    let Sha256Hex(name) = upright.sha256;
    world.server.stand_before(RefusesPhoto(name));
    phone.online();
    phone.run_for(HOUR / 4).await;
    assert_eq!(world.queue("municipal").len(), 2, "the facts are there");
    assert_eq!(shown(&phone, other).0, Word::Delivered);
    let waiting = phone.device().get_report(stuck).unwrap().summary;
    assert_eq!((waiting.word, waiting.why.photos_waiting), (Word::OnPhone, 1));
    assert_eq!(
        read_by_worker(&phone, stuck),
        "在手机上：记录已送到；上次没传成。照片传输中损坏，会自动重新上传。"
    );
    assert_eq!(
        sentences::in_office("photo.missing"),
        "照片还没有到",
        "what the office reads at its place"
    );

    world.server.stand_alone();
    phone.sync().await;
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_full_phone_says_so_keeps_the_draft_and_saves_it_once_there_is_room() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    let before = phone.capture(a_report().with_photo(picture::small(1)));
    let half = phone.draft(a_report().saying("写了一半").with_photo(picture::small(2)));
    let half = half.unwrap();
    phone.disk.set_full(true);
    let refused = phone.try_capture(a_report().with_photo(picture::small(3)));
    let refused = refused.unwrap_err().code;
    assert_eq!(refused, ErrorCode::PhoneFull);
    assert_eq!(
        sentences::error(refused),
        "手机存储已满，请先腾出空间。已保存的内容都在。"
    );
    let drafts = phone.device().list_drafts().unwrap();
    let texts: Vec<_> = drafts
        .iter()
        .filter_map(|draft| draft.report.as_ref())
        .map(|body| body.text.as_str())
        .collect();
    assert!(texts.contains(&"写了一半"), "{texts:?}");
    phone.disk.set_full(false);
    phone.save_draft(&half).unwrap();
    phone.online().sync().await;
    assert_eq!(shown(&phone, before).0, Word::Delivered);
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
    assert_eq!(world.queue("municipal").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_full_server_says_so_takes_nothing_by_halves_and_goes_on_once_there_is_room() {
    let world = World::new();
    let phone = world.worker("li").await;
    world.server.set_full(true);
    for n in 0..6 {
        phone.capture(
            a_report()
                .saying(&"很长的文字".repeat(100))
                .with_photo(picture::small(n)),
        );
    }
    phone.run_for(HOUR / 6).await;
    let sync = phone.device().get_sync().unwrap();
    assert!(sync.facts_waiting > 0, "not everything can fit");
    assert_eq!(sync.last_error, Some(ErrorCode::DiskFull));
    assert_eq!(
        sentences::on_sync_sheet(&sync),
        "服务器存储已满，内容仍留在手机上，请告诉街道办。"
    );
    assert!(
        phone
            .device()
            .list_reports()
            .unwrap()
            .iter()
            .all(|report| report.word != Word::NeedsYou)
    );
    world.server.set_full(false);
    phone.sync().await;
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
    assert_eq!(world.queue("municipal").len(), 6);
    println!("PROVE P12 story_of_a_full_server runs=1 violations=0");
}

#[tokio::test(start_paused = true)]
async fn an_app_that_the_server_does_not_speak_with_any_more_keeps_its_work_and_asks_for_an_update() {
    for announced in ["0", "2"] {
        let world = World::new();
        let phone = world.worker("li").await;
        phone.offline();
        let report = phone.capture(a_report().with_photo(picture::small(1)));
        phone.link.speak_as(Some(announced));
        phone.online();
        phone.run_for(HOUR / 4).await;
        let sync = phone.device().get_sync().unwrap();
        assert_eq!(sync.last_error, Some(ErrorCode::ProtoUnsupported));
        assert_eq!(sentences::on_sync_sheet(&sync), "程序版本与服务器不符，请升级。");
        assert_eq!(shown(&phone, report).0, Word::OnPhone);
        assert_eq!(world.queue("municipal").len(), 0, "nothing was taken by halves");
        phone.link.speak_as(None);
        phone.sync().await;
        assert_eq!(shown(&phone, report).0, Word::Delivered, "the updated app sends it");
        assert_eq!(world.breaches(&[&phone]), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_phone_keeps_everything_and_its_worker_enrols_again() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    let report = phone.capture(a_report().with_photo(picture::small(1)));
    let keeper = world.office(street::KEEPER);
    let devices = keeper.get("/v1/devices");
    let path = format!("/v1/devices/{}/revoke", devices[0]["id"].as_str().unwrap());
    assert_eq!(keeper.post(&path, &json!({})).0, 200);
    phone.online();
    phone.run_for(HOUR / 4).await;
    let said = (Word::OnPhone, ReasonCode::Revoked, Some(ErrorCode::DeviceRevoked));
    assert_eq!(shown(&phone, report), said);
    assert_eq!(
        read_by_worker(&phone, report),
        "在手机上：这台手机要重新登记后才能送出，内容都在手机上。"
    );
    assert_eq!(
        sentences::in_office("device.ordered_lock"),
        "已停用，锁住",
        "what the office reads"
    );
    assert!(phone.device().get_session().unwrap().revoked);
    assert_eq!(world.queue("municipal").len(), 0);

    phone.enrol(&world.code_for("li")).await;
    phone.sync().await;
    assert_eq!(shown(&phone, report).0, Word::Delivered);
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_moved_worker_loses_the_old_grid_and_no_report() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    let before = phone.capture(a_report());
    world.move_worker("li", "zhao");
    world.hours_pass(80).await;
    let unaware = phone.capture(a_report().saying("还不知道调走了"));
    phone.online().sync().await;
    assert_eq!(shown(&phone, before).0, Word::Delivered, "made before the move");
    assert_eq!(
        shown(&phone, unaware).0,
        Word::Delivered,
        "public ground is everybody's"
    );
    let strays = world.office(street::KEEPER).get("/v1/strays");
    assert_eq!(strays.as_array().unwrap().len(), 0);
    let profile = phone.device().get_session().unwrap().profile.unwrap();
    assert_eq!(profile.grids, [street::grid(street::place("zhao"))], "the phone knows");
    assert_eq!(read_by_worker(&phone, unaware), "已送达：服务器已全部收到。");
    let households = phone.device().list_households(&device::view::HouseholdQuery {
        limit: 10,
        ..Default::default()
    });
    let mut ids: Vec<_> = households.unwrap().rows.iter().map(|row| row.id).collect();
    ids.sort();
    assert_eq!(ids, [0, 1].map(|door| street::household(street::place("zhao"), door)));
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_server_restored_from_yesterday_gets_everything_again() {
    let world = World::new();
    let (li, wang) = (world.worker("li").await, world.worker("wang").await);
    let early = li.capture(a_report().with_photo(picture::small(1)));
    li.sync().await;
    let backup = world.new_folder("backup");
    world.server.back_up(&backup);
    world.hours_pass(24).await;
    let late = li.capture(a_report().saying("昨天以后").with_photo(picture::small(2)));
    li.sync().await;
    wang.capture(a_report().with_photo(picture::small(3)));
    wang.sync().await;
    world.server.restore(&backup, world.new_folder("server"));
    assert_eq!(world.queue("municipal").len(), 1, "the server forgot a day");

    li.run_for(HOUR / 4).await;
    wang.run_for(HOUR / 4).await;
    li.run_for(HOUR / 4).await;
    assert_eq!(world.queue("municipal").len(), 3);
    for report in [early, late] {
        assert_eq!(read_by_worker(&li, report), "已送达：服务器已全部收到。");
    }
    assert_eq!(world.breaches(&[&li, &wang]), [""; 0]);
}

/// One worker wrote somebody down, a colleague takes them off the list: after a restore the colleague's phone may come first.
#[tokio::test(start_paused = true)]
async fn who_moved_out_stays_away_in_whatever_order_phones_send_again_to_a_restored_server() {
    let world = World::new();
    world.move_worker("wang", "li");
    let (li, wang) = (world.worker("li").await, world.worker("wang").await);
    let backup = world.new_folder("backup");
    world.server.back_up(&backup);
    let home = street::household(street::place("li"), 0);
    let tenant = NewValues::from(
        [("name", "新住户"), ("relation", "租户")].map(|(field, text)| (field.to_owned(), text.into())),
    );
    let added = li.device().add_resident(home, &tenant).unwrap();
    let lives_there = |phone: &Phone| {
        let residents = phone.device().get_household(home).unwrap().residents;
        residents.iter().any(|resident| resident.name == "新住户")
    };
    li.run_for(HOUR / 4).await;
    wang.run_for(HOUR / 4).await;
    assert!(lives_there(&wang));
    let gone = added
        .residents
        .iter()
        .find(|resident| resident.name == "新住户")
        .unwrap()
        .id;
    wang.device().remove_resident(home, gone, &NewValues::new()).unwrap();
    wang.run_for(HOUR / 4).await;
    li.run_for(HOUR / 4).await;
    assert!(!lives_there(&li));

    world.server.restore(&backup, world.new_folder("server"));
    wang.run_for(HOUR / 4).await;
    let strays = world.office(street::SECRETARY).get("/v1/strays");
    let why = [&strays[0]["parked"], &strays[0]["code"]];
    assert_eq!(
        why,
        [&json!(true), &json!("not_found")],
        "the office sees what waits, and for what"
    );
    let read = ["stray.early", "stray.early_help"].map(sentences::in_office);
    assert!(read[1].contains("自动接上"), "{read:?}");
    li.run_for(HOUR / 4).await;
    assert_eq!(
        world.office(street::SECRETARY).get("/v1/strays"),
        json!([]),
        "nobody had to do anything"
    );
    wang.run_for(HOUR * 2).await;
    li.run_for(HOUR / 4).await;
    assert!(!lives_there(&li) && !lives_there(&wang));
    assert_eq!(world.breaches(&[&li, &wang]), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn nothing_waits_for_an_original_that_a_restored_server_does_not_know_it_asked_for() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.capture(a_report().with_photo(picture::small(1)));
    phone.sync().await;
    let backup = world.new_folder("backup");
    world.server.back_up(&backup);
    let case = world.queue("municipal").remove(0);
    // Signed in anew each time: the restored server has forgotten who was.
    let row = || {
        let officer = world.office(street::TRIAGE_OFFICER);
        officer.get(&format!("/v1/cases/{}", case.id))["row"].clone()
    };
    let stored = || row()["stored"].as_array().unwrap().len();
    let photos = row()["photos"].clone();
    let original = photos[0]["original"]["sha256"].as_str().unwrap();
    let ask = || {
        let path = format!("/v1/photos/{original}/request-original");
        world.office(street::TRIAGE_OFFICER).post(&path, &json!({})).0
    };
    assert_eq!((ask(), stored()), (204, 2));
    phone.run_for(HOUR / 4).await;
    assert_eq!(stored(), 3, "the phone sent it");
    world.server.restore(&backup, world.new_folder("server"));
    phone.run_for(HOUR / 4).await;
    assert_eq!(stored(), 2, "nobody asks for it any more");
    assert!(phone.has_sent_all());
    assert_eq!(phone.device().get_sync().unwrap().photos_waiting, 0);
    assert_eq!(ask(), 204);
    phone.run_for(HOUR / 4).await;
    assert_eq!(stored(), 3, "it was kept, and goes once it is asked for again");
}
