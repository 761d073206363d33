//! Photos: which network they may use, and what becomes of one that is missing.

use super::*;

#[tokio::test]
async fn photos_wait_for_wifi_while_the_record_and_its_preview_go() {
    let world = World::enrolled();
    world.set_network(Network::MOBILE);
    let report = world.save_report("ads");
    steps(&world, 20).await;
    let shown = world.device.get_report(report.summary.id).unwrap().summary;
    assert_eq!(
        (shown.word, shown.why.code),
        (Word::OnPhone, ReasonCode::WaitingForWifi)
    );
    assert!(shown.why.facts_delivered);
    assert_eq!(world.server.state().blobs.len(), 1, "the preview alone");
    world.set_network(Network::WIFI);
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn urgent_photos_use_any_network() {
    let world = World::enrolled();
    world.set_network(Network::MOBILE);
    world.save_report("gas-leak");
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn the_photos_of_a_case_the_office_finds_urgent_stop_waiting_for_wifi() {
    let world = World::enrolled();
    world.set_network(Network::MOBILE);
    let report = world.save_report("ads").summary.id;
    steps(&world, 20).await;
    assert_eq!(world.server.state().blobs.len(), 1, "the preview alone");
    let me = Bucket(format!("me:{ME}"));
    world
        .server
        .state()
        .put_row(me, case(&report.to_string(), "dispatched", 2));
    world.device.sync_now().unwrap();
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn a_missing_photo_file_does_not_hold_up_the_others() {
    let mut world = World::enrolled();
    let broken = world.save_report("ads");
    let hash: Sha256Hex = broken.photos[0].manifest.upright.as_ref().unwrap().sha256.clone();
    let path = world.device.photo_path(&hash);
    let away = path.with_extension("away");
    std::fs::rename(&path, &away).unwrap();
    let good = world.save_report("ads");
    steps(&world, 60).await;
    assert_eq!(
        world.device.get_report(good.summary.id).unwrap().summary.word,
        Word::Delivered
    );
    assert_eq!(world.device.get_sync().unwrap().photos_waiting, 0, "nobody can send it");
    let said = world.device.get_report(broken.summary.id).unwrap().summary;
    assert_eq!((said.word, said.why.code), (Word::NeedsYou, ReasonCode::PhotoLost));
    std::fs::rename(&away, &path).unwrap();
    world.restart();
    steps(&world, 60).await;
    let said = world.device.get_report(broken.summary.id).unwrap().summary;
    assert_eq!(said.word, Word::Delivered, "it was only out of reach");
}

#[tokio::test]
async fn a_photo_that_is_lost_keeps_nobody_signed_in() {
    let world = World::enrolled();
    let broken = world.save_report("ads");
    let hash: Sha256Hex = broken.photos[0].manifest.upright.as_ref().unwrap().sha256.clone();
    std::fs::remove_file(world.device.photo_path(&hash)).unwrap();
    steps(&world, 60).await;
    assert!(!world.device.sign_out().unwrap().enrolled);
}

#[tokio::test]
async fn a_photo_that_is_all_there_and_not_put_together_yet_is_finished() {
    let world = World::enrolled();
    world.save_report_with("ads", "x", &large_jpeg(1));
    world.server.state().fails_to_finish = 1;
    settle(&world).await;
    assert_eq!(world.server.state().fails_to_finish, 0, "the control");
    assert_eq!(world.device.get_sync().unwrap().photos_waiting, 0);
}
