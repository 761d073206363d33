//! Every reply lost once, every request sent twice: no report, visit, note or photo is lost or doubled.

use std::time::Duration;

use xunge_tests::World;
use xunge_tests::gates::ForgetsWhatItHas;
use xunge_tests::network::{FirstReplyLost, Twice, Weather};
use xunge_tests::phone::Phone;
use xunge_tests::picture;
use xunge_tests::record::{a_report, a_visit};
use xunge_tests::street;

/// A morning's work with no network: reports with photos, a visit with needs, a note with a photo, one taken back.
fn a_mornings_work(phone: &Phone) {
    phone.offline();
    let place = street::place(&phone.worker);
    let tree = phone.capture(
        a_report()
            .saying("大树倒了")
            .with_photo(picture::small(1))
            .with_photo(picture::large(2)),
    );
    phone.capture(a_report().about("sign-fallen").with_photo(picture::small(3)));
    let visit = a_visit()
        .needing("need-home-repair", "水龙头滴水")
        .needing("need-digital", "想学视频通话")
        .thinking("下次早点去")
        .with_photo(picture::small(4));
    phone.visit(street::household(place, 0), visit);
    phone.note(tree, "压住了一辆车", &[picture::small(5)]);
    let mistake = phone.capture(a_report().about("ads").with_photo(picture::small(6)));
    phone.device().withdraw_report(mistake, "拍错了").unwrap();
}

async fn sent_through(world: &World, weather: impl Weather + 'static) -> Phone {
    let phone = world.worker("li").await;
    a_mornings_work(&phone);
    phone.online();
    phone.link.set_weather(weather);
    phone.sync().await;
    phone
}

#[tokio::test(start_paused = true)]
async fn every_reply_lost_once_loses_and_doubles_nothing() {
    let world = World::new();
    let phone = sent_through(&world, FirstReplyLost::default()).await;
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
    assert_eq!(world.led_by("municipal").len(), 1, "the tree, once");
    assert_eq!(world.led_by("repair-team").len(), 1, "the tap, once");
}

#[tokio::test(start_paused = true)]
async fn every_request_sent_twice_and_once_more_later_loses_and_doubles_nothing() {
    let world = World::new();
    let phone = sent_through(&world, Twice).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
    assert_eq!(world.led_by("municipal").len(), 1, "the tree, once");
    assert_eq!(world.led_by("repair-team").len(), 1, "the tap, once");
}

#[tokio::test(start_paused = true)]
async fn enrolling_twice_after_a_lost_reply_is_one_phone() {
    let world = World::new();
    let phone = world.new_phone("li");
    let code = world.code_for("li");
    phone.link.set_weather(Twice);
    phone.enrol(&code).await;
    phone.sync().await;
    let devices = world
        .server
        .read(|tx| Ok(tx.number("SELECT COUNT(*) FROM devices", &[])?));
    assert_eq!(devices, 1);
}

/// The control: without idempotency the same checks fail as soon as anything comes twice, and only then.
#[tokio::test(start_paused = true)]
async fn a_server_that_forgets_what_it_has_is_caught() {
    let calm = World::new();
    calm.server.stand_before(ForgetsWhatItHas::default());
    let phone = sent_through(&calm, xunge_tests::network::Fate::WELL).await;
    assert_eq!(calm.breaches(&[&phone]), [""; 0], "nothing came twice");

    let lost = World::new();
    lost.server.stand_before(ForgetsWhatItHas::default());
    let phone = sent_through(&lost, FirstReplyLost::default()).await;
    assert_ne!(lost.breaches(&[&phone]), [""; 0]);
    assert_eq!(lost.led_by("municipal").len(), 2, "the tree, twice");

    let twice = World::new();
    twice.server.stand_before(ForgetsWhatItHas::default());
    let phone = sent_through(&twice, Twice).await;
    assert_ne!(twice.breaches(&[&phone]), [""; 0]);
    assert_eq!(twice.led_by("repair-team").len(), 3, "the tap, each time it came");
}
