//! The engine against a model of the server: lost replies, everything twice, forks, restores, poison.

mod hands;
mod letting_go;
mod news;
mod photos;
mod proofs;
mod refusals;
mod refused_records;
mod streets;

use domain::protocol::{ErrorCode, Evidence, Proof, Row, RowType};
use domain::{Bucket, Epoch, Sha256Hex};
use serde_json::json;
use uuid::Uuid;

use super::backoff::{Backoff, Lane};
use super::plan::{FactsStep, PhotoStep, facts_step, photo_step};
use crate::device::Device;
use crate::ports::{Clock as _, DiskFiles, Network, NoticeKind};
use crate::store::{cursor, mutation};
use crate::test_support::{HOUSEHOLD, ME, Mode, START_MS, World, jpeg, large_jpeg, server_key};
use crate::view::{DraftEdit, DraftKind, EnrolRequestView, NewDraft, ReasonCode, VisitDraft, Word};

/// Runs the engine as its loops do, but on the test's clock: waits are jumped over.
pub(crate) async fn settle(world: &World) {
    for _ in 0..400 {
        if !step(&world.device).await {
            world.clock.advance(5_000);
        }
        if done(&world.device) {
            return;
        }
    }
    panic!("work is still pending: {:?}", world.device.get_sync().unwrap());
}

/// One step of either loop; false when both wait.
async fn step(device: &Device) -> bool {
    let situation = device.situation().unwrap();
    let now = device.ports.clock.mono_ms();
    let lanes = device.engine.memory().lanes.clone();
    let facts = facts_step(&situation, &lanes, now);
    if !matches!(facts, FactsStep::Wait(_)) {
        device.take_facts_step(facts).await;
        return true;
    }
    match photo_step(&situation, &lanes, now) {
        PhotoStep::Upload(hash) => {
            let _outcome = device.upload(&hash).await;
            true
        }
        PhotoStep::Wait(_) => false,
    }
}

fn done(device: &Device) -> bool {
    let sync = device.get_sync().unwrap();
    sync.facts_waiting == 0 && sync.photos_waiting == 0
}

pub(crate) async fn steps(world: &World, count: usize) {
    for _ in 0..count {
        if !step(&world.device).await {
            world.clock.advance(5_000);
        }
    }
}

/// What was captured is on the server once, whole.
pub(crate) fn assert_once(world: &World, records: usize) {
    let state = world.server.state();
    assert_eq!(state.done.len(), records, "every record once");
    let ids: std::collections::HashSet<_> = state.done.iter().map(|mutation| mutation.id).collect();
    assert_eq!(ids.len(), records, "no record twice");
    for report in world.device.list_reports().unwrap() {
        assert_eq!(report.word, Word::Delivered, "{:?}", report.why);
        for photo in world.device.get_report(report.id).unwrap().photos {
            let upright = photo.manifest.upright.unwrap();
            let here = world.device.photo_file(&upright.sha256).unwrap().0;
            assert_eq!(state.blobs[&upright.sha256], here, "byte for byte");
            assert!(state.blobs.contains_key(&photo.manifest.preview.unwrap().sha256));
        }
    }
}

fn case(report: &str, state: &str, state_rev: u32) -> Row {
    let place = json!({ "chosen": null, "address": "A", "grid": "g1", "other_grid": null });
    let routing = json!({ "rule": "r", "version": 1, "lead": "greening", "assists": [], "skipped": [], "inputs": {},
        "other_grid": null });
    let id = Uuid::from_u128(0x77).to_string();
    let data = json!({ "id": id, "number": "S-1", "state": state, "state_rev": state_rev, "close_reason": null,
        "category": "tree-fallen", "urgency": 1, "lead_queue": "greening", "assists": [], "routing": routing,
        "place": place, "reports": [report], "reporter": ME, "reporter_label": null, "need": null,
        "captured_at": START_MS, "received_at": START_MS, "stage_due": null, "due_at": null, "resolved_at": null });
    Row {
        kind: RowType::Case,
        id,
        rev: 0,
        data: data.into(),
    }
}

#[tokio::test]
async fn a_report_captured_offline_arrives_with_its_photos() {
    let world = World::enrolled();
    world.offline();
    world.save_report("tree-fallen");
    steps(&world, 10).await;
    world.set_network(Network::WIFI);
    world.server.set_mode(Mode::Well);
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn every_reply_lost_once_loses_and_doubles_nothing() {
    let world = World::enrolled();
    world.server.set_mode(Mode::LoseFirstReply);
    for _ in 0..3 {
        world.save_report("tree-fallen");
    }
    world.save_report_with("ads", "", &large_jpeg(7));
    settle(&world).await;
    assert_once(&world, 4);
}

#[tokio::test]
async fn everything_is_compared_once_a_copy_is_full_and_not_with_each_page() {
    let world = World::enrolled();
    world.server.state().unfinished = 3;
    steps(&world, 40).await;
    let state = world.server.state();
    assert_eq!(state.checks[..6], [true, false, false, false, true, false]);
}

#[tokio::test]
async fn every_request_sent_twice_loses_and_doubles_nothing() {
    let world = World::enrolled();
    world.server.set_mode(Mode::Twice);
    world.save_report("tree-fallen");
    world.save_report_with("ads", "", &large_jpeg(8));
    settle(&world).await;
    assert_once(&world, 2);
}

#[tokio::test]
async fn a_server_without_idempotency_is_caught_by_the_same_check() {
    let world = World::enrolled();
    world.server.state().forgetful = true;
    world.server.set_mode(Mode::Twice);
    world.save_report("tree-fallen");
    steps(&world, 20).await;
    let pushed = world.server.state().done.len();
    assert!(
        pushed > 1 || !done(&world.device),
        "the control must show a doubled record or never settle"
    );
}

#[tokio::test]
async fn a_kill_between_any_two_steps_loses_and_doubles_nothing() {
    let mut world = World::enrolled();
    world.server.set_mode(Mode::LoseFirstReply);
    world.save_report("tree-fallen");
    world.save_report_with("ads", "", &large_jpeg(9));
    for round in 0..2_000 {
        if done(&world.device) {
            break;
        }
        if !step(&world.device).await {
            world.clock.advance(5_000);
        }
        // A fresh start pulls first; kills at every distance let each kind of request be the last one.
        if round % 7 == round / 7 % 7 {
            world.restart();
        }
    }
    assert_once(&world, 2);
}

#[tokio::test]
async fn a_cloned_phone_gets_a_device_of_its_own_and_nothing_is_lost() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    settle(&world).await;
    // The other phone with the same outbox used the next number already.
    let other = World::enrolled();
    other.save_report("ads");
    let (first, second) = (
        world.device.identity().unwrap().unwrap(),
        other.device.identity().unwrap().unwrap(),
    );
    assert_eq!(first.device, second.device);
    let report = world.save_report("tree-fallen");
    let mut numbers = world.device.identity().unwrap().unwrap();
    numbers.next_seq = 1;
    world
        .device
        .store
        .write_outbox(|tx| crate::store::identity::put(tx, &numbers))
        .unwrap();
    settle(&world).await;
    assert_ne!(world.device.identity().unwrap().unwrap().device, first.device);
    assert_eq!(
        world.device.get_report(report.summary.id).unwrap().summary.word,
        Word::Delivered
    );
    assert_once(&world, 2);
}

#[tokio::test]
async fn a_gap_is_closed_by_numbering_anew() {
    let world = World::enrolled();
    let mut numbers = world.device.identity().unwrap().unwrap();
    numbers.next_seq = 40;
    world
        .device
        .store
        .write_outbox(|tx| crate::store::identity::put(tx, &numbers))
        .unwrap();
    world.save_report("tree-fallen");
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn a_server_that_sees_a_gap_for_ever_is_asked_ever_more_rarely_and_gets_all_once_it_is_mended() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    world.server.state().sees_gaps = true;
    let mut asked = Vec::new();
    for _ in 0..2 {
        let before = world.server.state().requests.len();
        let began = world.clock.mono_ms();
        while world.clock.mono_ms() < began + 600_000 {
            steps(&world, 1).await;
            assert!(world.server.state().requests.len() < 400, "asked without a pause");
        }
        asked.push(world.server.state().requests.len() - before);
    }
    assert!(asked[1] > 0, "it is never given up");
    world.server.state().sees_gaps = false;
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn a_restored_server_gets_everything_again() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    settle(&world).await;
    world.server.restore_empty(Epoch(Uuid::from_u128(0xf)));
    world.save_report("ads");
    settle(&world).await;
    assert_once(&world, 2);
}

#[tokio::test]
async fn an_offer_to_a_restored_server_sends_everything_again_at_once() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    world.device.push(false).await.unwrap();
    world.server.restore_empty(Epoch(Uuid::from_u128(0xf)));
    world.device.offer().await.unwrap();
    assert_eq!(world.device.get_sync().unwrap().facts_waiting, 1);
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn an_answered_offer_ends_the_waiting_that_failures_before_it_had_piled_up() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    world.device.push(false).await.unwrap();
    let waiting = || *world.device.engine.memory().lanes.get(Lane::Previews) != Backoff::default();
    world.server.set_mode(Mode::Unreachable);
    for _ in 0..6 {
        world.device.take_facts_step(FactsStep::Offer).await;
    }
    assert!(waiting(), "the control: failures are counted");
    world.server.set_mode(Mode::Well);
    world.device.take_facts_step(FactsStep::Offer).await;
    assert!(!waiting());
}

#[tokio::test]
async fn a_revoked_phone_keeps_everything_and_says_so() {
    let world = World::enrolled();
    let report = world.save_report("tree-fallen");
    world.server.state().revoked = true;
    steps(&world, 5).await;
    assert!(world.device.get_session().unwrap().revoked);
    let kept = world.device.get_report(report.summary.id).unwrap();
    assert_eq!(
        (kept.summary.word, kept.summary.why.code),
        (Word::OnPhone, ReasonCode::Revoked)
    );
    assert!(kept.photos[0].url.is_some());
    let locked = world.device.list_households(&Default::default()).unwrap_err();
    assert_eq!(locked.code, ErrorCode::HouseholdsLocked);
}

#[tokio::test]
async fn a_captive_portal_is_not_taken_for_the_server() {
    let world = World::enrolled();
    world.server.set_mode(Mode::Portal);
    world.save_report("tree-fallen");
    steps(&world, 10).await;
    let sync = world.device.get_sync().unwrap();
    assert_eq!(
        (sync.last_error, sync.server_reachable),
        (Some(ErrorCode::NotOurServer), false)
    );
    assert_eq!(sync.facts_waiting, 1);
    world.server.set_mode(Mode::Well);
    settle(&world).await;
    assert_once(&world, 1);
}

/// What the phone said in the requests since the last look.
fn heard(world: &World) -> Vec<Option<(u32, Option<String>)>> {
    let said = std::mem::take(&mut world.server.state().said);
    said.into_iter()
        .map(|said| said.map(|said| (said.unsent, said.last_error)))
        .collect()
}

#[tokio::test]
async fn what_the_server_has_heard_is_not_said_again() {
    let world = World::enrolled();
    world.device.pull().await.unwrap();
    assert_eq!(heard(&world), [Some((0, None))], "the first time");
    world.device.pull().await.unwrap();
    world.device.push(true).await.unwrap();
    assert_eq!(heard(&world), [None, None], "nothing has changed");
    world.save_report("tree-fallen");
    world.device.push(true).await.unwrap();
    world.clock.advance(3_600_000);
    world.device.pull().await.unwrap();
    assert_eq!(heard(&world), [Some((1, None)), None], "older, but not other");
    world.server.restore_empty(Epoch(Uuid::from_u128(77)));
    world.device.pull().await.unwrap();
    world.device.pull().await.unwrap();
    let again = heard(&world);
    assert_eq!(again.last(), Some(&Some((1, None))), "another history has not heard it");
}

#[tokio::test]
async fn a_phone_whose_sync_fails_says_so_until_it_is_heard() {
    let world = World::enrolled();
    world.device.pull().await.unwrap();
    world.save_report("tree-fallen");
    heard(&world);
    world.server.set_mode(Mode::LoseFirstReply);
    steps(&world, 12).await;
    let told = heard(&world);
    assert_eq!(told[0], Some((1, None)), "the reply to this was lost");
    assert_eq!(
        told[1],
        Some((1, Some("unreachable".to_owned()))),
        "so it is said again, and why"
    );
}

#[tokio::test]
async fn a_busy_server_is_left_alone_for_as_long_as_it_asks() {
    let world = World::enrolled();
    world.server.set_mode(Mode::Busy);
    world.save_report("tree-fallen");
    steps(&world, 1).await;
    let next = world
        .device
        .get_report(world.device.list_reports().unwrap()[0].id)
        .unwrap()
        .summary
        .why
        .next_try_at;
    assert!(next.unwrap().millis() >= START_MS + 3_000);
    // Each lane hears it once, and then all of them wait.
    for _ in 0..10 {
        step(&world.device).await;
    }
    let asked = world.server.state().requests.len();
    world.clock.advance(2_900);
    assert!(!step(&world.device).await, "it did not wait");
    assert_eq!(world.server.state().requests.len(), asked);
    world.server.set_mode(Mode::Well);
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn enrolling_again_after_a_lost_reply_finds_the_same_enrolment() {
    let world = World::new();
    world.server.set_mode(Mode::LoseFirstReply);
    let request = EnrolRequestView {
        server: "http://127.0.0.1:1".to_owned(),
        code: "good-code".to_owned(),
        device_name: "P".to_owned(),
    };
    assert_eq!(
        world.device.enrol(request.clone()).await.unwrap_err().code,
        ErrorCode::Unreachable
    );
    assert!(world.device.enrol(request.clone()).await.unwrap().enrolled);
    assert_eq!(
        world.device.enrol(request).await.unwrap_err().code,
        ErrorCode::AlreadyEnrolled
    );
}

#[tokio::test]
async fn a_wrong_code_and_a_wrong_address_have_their_own_codes() {
    let world = World::new();
    let request = |server: &str, code: &str| EnrolRequestView {
        server: server.to_owned(),
        code: code.to_owned(),
        device_name: String::new(),
    };
    let refused = world
        .device
        .enrol(request("http://127.0.0.1:1", "BADCODE9"))
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::CodeInvalid);
    let far = world
        .device
        .enrol(request("http://example.com", "GOODCODE"))
        .await
        .unwrap_err();
    assert_eq!(far.code, ErrorCode::AddressRefused);
    world.server.set_mode(Mode::Portal);
    let portal = world
        .device
        .enrol(request("http://127.0.0.1:1", "GOODCODE"))
        .await
        .unwrap_err();
    assert_eq!(portal.code, ErrorCode::NotOurServer);
}

#[tokio::test]
async fn a_grid_that_left_the_scope_is_forgotten_but_not_what_was_captured_there() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    world.server.state().scope.remove(&Bucket::from("home:g1"));
    settle(&world).await;
    steps(&world, 10).await;
    assert_eq!(world.device.list_households(&Default::default()).unwrap().total, 0);
    assert_eq!(world.device.list_reports().unwrap().len(), 1);
}

#[tokio::test]
async fn a_worker_who_moved_reports_from_the_new_grid_after_the_next_pull() {
    let world = World::enrolled();
    world.server.state().profile.grids = vec!["g2".into()];
    settle(&world).await;
    steps(&world, 3).await;
    let profile = world.device.get_session().unwrap().profile.unwrap();
    assert_eq!(profile.grids, ["g2".into()]);
    let report = world.save_report("tree-fallen").summary.id;
    settle(&world).await;
    let state = world.server.state();
    let sent = state.done.iter().find(|mutation| mutation.entity == report.0).unwrap();
    assert_eq!(sent.body["home_grid"], "g2");
}

#[tokio::test]
async fn a_damaged_cache_is_pulled_again() {
    let mut world = World::enrolled();
    settle(&world).await;
    let path = world.dir.path().join("cache.db");
    world.restart_with(|| {
        for part in ["-wal", "-shm"] {
            let _gone = std::fs::remove_file(path.with_extension(format!("db{part}")));
        }
        std::fs::write(&path, vec![7; 8192]).unwrap();
    });
    assert_eq!(world.device.list_households(&Default::default()).unwrap().total, 0);
    steps(&world, 5).await;
    assert_eq!(world.device.list_households(&Default::default()).unwrap().total, 1);
}

#[tokio::test]
async fn the_base_map_is_fetched_once_and_kept() {
    let mut world = World::enrolled();
    steps(&world, 20).await;
    let asked = world.server.state().requests.clone();
    assert_eq!(asked.iter().filter(|path| *path == "v1/basemap").count(), 1);
    world.restart();
    assert!(world.device.base_map().unwrap().starts_with(b"{\"type\""));
    assert_eq!(world.device.get_map().unwrap().base, crate::view::MapBase::Street);
}

#[tokio::test]
async fn the_base_map_of_another_street_is_not_shown_in_one_that_has_none() {
    let world = World::enrolled();
    steps(&world, 20).await;
    assert!(world.device.base_map().is_ok());
    world.server.state().without_map = true;
    world.device.engine.memory().basemap_due_at = 0;
    steps(&world, 20).await;
    assert!(world.device.base_map().is_err());
}

#[tokio::test(start_paused = true)]
async fn the_running_loops_deliver_without_a_tap() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    let clock = world.clock.clone();
    let delivered = async {
        while !done(&world.device) {
            clock.advance(1_000);
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    };
    tokio::select! {
        () = world.device.run() => unreachable!("the loops never end"),
        done = tokio::time::timeout(std::time::Duration::from_secs(30), delivered) => done.unwrap(),
    }
    assert_once(&world, 1);
}

#[tokio::test]
async fn a_comparison_with_another_history_takes_no_row_away() {
    let world = World::enrolled();
    let home = Bucket::from("home:g1");
    world
        .device
        .store
        .write_cache(|tx| cursor::set_doubtful(tx, &home, true))
        .unwrap();
    let other = br#"{"epoch":"00000000-0000-0000-0000-00000000000f"}"#;
    world.server.set_mode(Mode::Odd(200, other));
    world.device.mend_doubtful().await.unwrap();
    assert_eq!(world.server.state().requests, ["v1/compare"], "asked once");
    assert_eq!(world.device.list_households(&Default::default()).unwrap().total, 1);
    let epoch = world.device.identity().unwrap().unwrap().epoch;
    assert_eq!(epoch, Some(Epoch(Uuid::from_u128(0xf))));
}
