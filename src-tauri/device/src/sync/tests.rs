//! The engine against a model of the server: lost replies, everything twice, forks, restores, poison.

mod hands;
mod refusals;
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
async fn a_poison_mutation_is_set_aside_and_the_rest_goes_on() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    let poison = world.save_report_with("ads", "poison", &jpeg(1));
    for _ in 0..3 {
        world.save_report("tree-fallen");
    }
    steps(&world, 120).await;
    assert_eq!(world.server.state().done.len(), 4);
    let stuck = world.device.get_report(poison.summary.id).unwrap().summary;
    assert_eq!((stuck.word, stuck.why.code), (Word::NeedsYou, ReasonCode::Parked));
    assert_eq!(world.device.get_sync().unwrap().facts_waiting, 1);
}

#[tokio::test]
async fn a_refused_record_is_shown_and_keeps_what_was_typed() {
    let world = World::enrolled();
    let report = world.save_report_with("ads", "refuse me", &jpeg(1));
    world.save_report("tree-fallen");
    steps(&world, 30).await;
    let view = world.device.get_report(report.summary.id).unwrap();
    assert_eq!(
        (view.summary.word, view.summary.why.error),
        (Word::NeedsYou, Some(ErrorCode::OutOfScope))
    );
    assert_eq!(view.summary.text, "refuse me");
    assert_eq!(world.server.state().done.len(), 2);
    let today = world.device.get_today().unwrap();
    assert!(!today.all_delivered, "nobody is sent home with a refused report");
    assert!(
        today
            .items
            .iter()
            .any(|item| item.title_parts.error == Some(ErrorCode::OutOfScope))
    );
}

#[tokio::test]
async fn the_photos_of_a_refused_record_arrive_and_the_phone_comes_to_rest() {
    let world = World::enrolled();
    let report = world.save_report_with("ads", "refuse me", &jpeg(1));
    settle(&world).await;
    let sync = world.device.get_sync().unwrap();
    assert_eq!((sync.facts_waiting, sync.photos_waiting), (0, 0));
    assert!(!world.device.situation().unwrap().pending, "nothing to probe for");
    for (copy, file) in report.photos[0].manifest.files() {
        let arrived = world.server.state().blobs.contains_key(&file.sha256);
        assert_eq!(arrived, copy != domain::PhotoCopy::Original, "{copy:?}");
    }
    assert!(!world.device.sign_out().unwrap().enrolled);
}

#[tokio::test]
async fn a_refused_report_is_changed_and_sent_as_a_new_one() {
    let world = World::enrolled();
    let old = world.save_report_with("ads", "refuse me", &jpeg(1)).summary.id;
    settle(&world).await;
    let refused = world.device.get_report(old).unwrap().refused[0];
    let shown = world.device.get_refused(refused).unwrap();
    assert_eq!(
        (shown.lines, shown.can_revise, shown.report),
        (vec!["refuse me".to_owned()], true, Some(old))
    );
    let draft = world.device.revise_refused(refused).unwrap();
    assert_eq!(world.device.revise_refused(refused).unwrap().id, draft.id, "one draft");
    assert_eq!((draft.photos.len(), draft.photos[0].url.is_some()), (1, true));
    world.device.discard_draft(&draft.id).unwrap();
    assert!(
        world.device.get_refused(refused).is_ok(),
        "a draft thrown away gives nothing up"
    );
    let draft = world.device.revise_refused(refused).unwrap();
    world.edit(&draft.id, |report| report.text = "better".to_owned());
    let new = world.device.save_report(&draft.id).unwrap().summary.id;
    settle(&world).await;
    assert_ne!(new, old);
    assert_eq!(world.device.get_report(new).unwrap().summary.word, Word::Delivered);
    assert_eq!(world.device.get_report(old).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(world.device.list_reports().unwrap().len(), 1);
    let today = world.device.get_today().unwrap();
    assert!(today.all_delivered && today.items.iter().all(|item| item.refused.is_none()));
}

#[tokio::test]
async fn a_refused_visit_is_sent_anew_while_its_household_is_here_and_can_be_given_up_afterwards() {
    let world = World::enrolled();
    let new = NewDraft {
        kind: DraftKind::Visit,
        household: Some(HOUSEHOLD),
        about: None,
    };
    let draft = world.device.open_draft(new).unwrap();
    let visit = VisitDraft {
        condition: Some(domain::Condition::Fine),
        facts: "refuse me".to_owned(),
        ..draft.visit.unwrap()
    };
    let edit = DraftEdit {
        id: draft.id.clone(),
        report: None,
        visit: Some(visit),
        note: None,
    };
    world.device.save_draft(edit).unwrap();
    world.device.save_visit(&draft.id).unwrap();
    let card = world.device.get_household(HOUSEHOLD).unwrap();
    settle(&world).await;
    assert_eq!(card.visits[0].refused, None);
    let refused = world.device.get_household(HOUSEHOLD).unwrap().visits[0]
        .refused
        .unwrap();
    assert_eq!(
        world.device.revise_refused(refused).unwrap().visit.unwrap().facts,
        "refuse me"
    );
    world.server.state().scope.remove(&Bucket::from("home:g1"));
    world.device.sync_now().unwrap();
    steps(&world, 3).await;
    let gone = world.device.get_refused(refused).unwrap();
    assert_eq!((gone.can_revise, gone.household, gone.lines.len()), (false, None, 1));
    world.device.dismiss_refused(refused).unwrap();
    assert_eq!(world.device.get_refused(refused).unwrap_err().code, ErrorCode::NotFound);
    assert!(world.device.get_sync().unwrap().items.is_empty());
}

#[tokio::test]
async fn the_photos_of_a_record_given_up_no_longer_wait() {
    let world = World::enrolled();
    let report = world.save_report_with("ads", "refuse me", &jpeg(1)).summary.id;
    world.device.push(false).await.unwrap();
    assert_eq!(world.device.get_sync().unwrap().photos_waiting, 2);
    let refused = world.device.get_report(report).unwrap().refused[0];
    world.device.dismiss_refused(refused).unwrap();
    assert_eq!(world.device.get_sync().unwrap().photos_waiting, 0);
    assert!(world.device.sign_out().is_ok());
}

#[tokio::test]
async fn a_parked_record_is_offered_again_and_can_still_be_delivered() {
    let world = World::enrolled();
    let report = world.save_report_with("ads", "park me", &jpeg(1));
    steps(&world, 10).await;
    assert_eq!(
        world.device.get_report(report.summary.id).unwrap().summary.why.code,
        ReasonCode::Parked
    );
    let pushes = world.server.state().done.len();
    world.device.sync_now().unwrap();
    steps(&world, 3).await;
    assert_eq!(world.server.state().done.len(), pushes + 1, "offered again");
    assert_eq!(world.device.get_sync().unwrap().facts_waiting, 1, "kept");
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

/// A case with the states it went through, one a minute.
fn case_after(report: &str, states: &[&str]) -> Row {
    let state_rev = u32::try_from(states.len()).unwrap();
    let mut row = case(report, states.last().unwrap(), state_rev);
    let steps = states.iter().zip(1..).map(|(state, minute)| {
        json!({ "what": state, "actor": null, "actor_label": "", "queue": null, "at": START_MS + minute * 60_000,
            "captured_at": null, "state": state, "text": "", "reason": null })
    });
    let mut data: serde_json::Value = row.data.read().unwrap();
    data["timeline"] = steps.collect();
    row.data = data.into();
    row
}

#[tokio::test]
async fn a_resolution_is_told_although_the_case_was_closed_before_the_phone_looked_again() {
    let world = World::enrolled();
    let report = world.save_report("tree-fallen").summary.id.to_string();
    settle(&world).await;
    let me = Bucket(format!("me:{ME}"));
    let seen = |states: &[&str]| {
        let row = case_after(&report, states);
        world.server.state().put_row(me.clone(), row);
        world.device.sync_now().unwrap();
    };
    seen(&["dispatched"]);
    steps(&world, 3).await;
    assert!(world.told.notices.lock().unwrap().is_empty());
    for states in [
        &["dispatched", "resolved", "closed"][..],
        &["dispatched", "resolved", "closed", "rework"],
        &["dispatched", "resolved", "closed", "rework", "resolved"],
        &["dispatched", "resolved", "closed", "rework", "resolved", "closed"],
    ] {
        seen(states);
        steps(&world, 3).await;
    }
    let kinds: Vec<_> = world
        .told
        .notices
        .lock()
        .unwrap()
        .iter()
        .map(|notice| notice.kind)
        .collect();
    assert_eq!(kinds, [NoticeKind::Resolved; 2], "each resolution once");
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
async fn what_became_of_a_report_is_shown_and_told_once() {
    let world = World::enrolled();
    let report = world.save_report("tree-fallen").summary.id;
    settle(&world).await;
    let me = Bucket(format!("me:{ME}"));
    world
        .server
        .state()
        .put_row(me.clone(), case(&report.to_string(), "returned", 3));
    for _ in 0..3 {
        world.device.sync_now().unwrap();
        steps(&world, 3).await;
    }
    let notices = world.told.notices.lock().unwrap().clone();
    assert_eq!(
        notices.iter().map(|notice| notice.kind).collect::<Vec<_>>(),
        [NoticeKind::Returned]
    );
    let shown = world.device.get_report(report).unwrap().summary;
    assert_eq!((shown.case_number.as_deref(), shown.attention), (Some("S-1"), true));
    world
        .server
        .state()
        .put_row(me, case(&report.to_string(), "resolved", 4));
    world.device.sync_now().unwrap();
    steps(&world, 3).await;
    assert_eq!(world.told.notices.lock().unwrap().len(), 2);
    let today = world.device.get_today().unwrap();
    assert!(
        today
            .items
            .iter()
            .any(|item| item.kind == crate::view::TodayKind::Resolved)
    );
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
async fn what_another_key_signed_is_not_believed_and_nothing_is_lost() {
    let world = World::enrolled();
    world.server.state().forger = true;
    world.save_report("tree-fallen");
    steps(&world, 40).await;
    let sync = world.device.get_sync().unwrap();
    assert_eq!(
        (sync.facts_waiting, sync.last_error),
        (1, Some(ErrorCode::NotOurServer))
    );
    assert_eq!(world.device.list_reports().unwrap()[0].word, Word::OnPhone);
    // The photos' answers are forged as well, after the records' were not.
    world.server.state().forger = false;
    steps(&world, 4).await;
    world.server.state().forger = true;
    steps(&world, 40).await;
    assert!(
        !done(&world.device),
        "a photo is not called stored without the server's word"
    );
    world.server.state().forger = false;
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn a_phone_proves_what_was_confirmed_to_it() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    settle(&world).await;
    assert_eq!(proved(&world), (1, 2), "with preview and upright");
    world.server.restore_empty(Epoch(Uuid::from_u128(0xf)));
    world.device.pull().await.unwrap();
    assert_eq!(world.device.get_sync().unwrap().facts_waiting, 1);
    assert_eq!(proved(&world), (1, 2), "although all of it is offered again");
    settle(&world).await;
    assert_eq!(proved(&world), (2, 4), "in both histories");
}

#[tokio::test]
async fn a_report_is_exported_with_what_the_server_said_of_it_alone() {
    let world = World::enrolled();
    let report = world.save_report("tree-fallen").summary.id;
    let folder = world.device.dir.join("downloads");
    let early = world.device.export_report(report, &folder, &DiskFiles).unwrap_err();
    assert_eq!(early.code, ErrorCode::NotFound, "nothing is confirmed yet");
    world.save_report_with("tree-fallen", "another", &jpeg(7));
    settle(&world).await;
    let file = world.device.export_report(report, &folder, &DiskFiles).unwrap();
    let evidence: Evidence = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let shown = |of: fn(&Proof) -> usize| evidence.proofs.iter().map(of).sum::<usize>();
    assert_eq!((evidence.records.len(), shown(|proof| proof.receipts.len())), (1, 1));
    assert_eq!(shown(|proof| proof.photos.len()), 2, "preview and upright");
    assert!(evidence.proofs.iter().all(|proof| proof.holds(&server_key().public())));
    assert_eq!(evidence.unproved(), 0);
    let mut changed = evidence;
    changed.records[0].body["text"] = "something else".into();
    assert_eq!(changed.unproved(), 1, "a changed record is found out");
    world.become_somebody_else();
    assert!(
        world.device.export_report(report, &folder, &DiskFiles).is_err(),
        "it is its author's"
    );
}

/// Receipts and photos that the phone proves; every proof holds.
fn proved(world: &World) -> (usize, usize) {
    let evidence: Evidence = serde_json::from_str(&world.device.export_evidence().unwrap()).unwrap();
    let key = server_key().public();
    assert_eq!(evidence.key, key);
    assert!(evidence.proofs.iter().all(|proof| proof.holds(&key)));
    let shown = |of: fn(&Proof) -> usize| evidence.proofs.iter().map(of).sum::<usize>();
    (shown(|proof| proof.receipts.len()), shown(|proof| proof.photos.len()))
}

/// A phone with a report that it may let go of once it hears that it is safe elsewhere.
async fn with_one_due() -> (World, String) {
    let world = World::enrolled();
    let report = world.save_report("tree-fallen").summary.id.to_string();
    settle(&world).await;
    world.clock.advance(31 * 86_400_000);
    let mut state = world.server.state();
    state.durable_rev = Some(state.rev);
    drop(state);
    (world, report)
}

fn records(world: &World) -> usize {
    world.device.store.outbox(mutation::all).unwrap().len()
}

#[tokio::test]
async fn a_draft_that_does_not_parse_holds_up_nothing_and_keeps_its_photos() {
    let (world, _) = with_one_due().await;
    let kept = world
        .save_report("ads")
        .photos
        .remove(0)
        .manifest
        .preview
        .unwrap()
        .sha256;
    settle(&world).await;
    let of_a_newer_app = format!("{{\"shape\": 99, \"picture\": \"{kept}\"}}");
    let put = "insert into draft (id, body, updated_ms) values ('newer', ?1, 0)";
    world
        .device
        .store
        .write_outbox(|tx| Ok(tx.execute(put, [of_a_newer_app])?))
        .unwrap();
    world.device.let_go().unwrap();
    assert!(world.device.photo_path(&kept).exists());
    let forgotten = "delete from photo_ref; delete from photo_file";
    world
        .device
        .store
        .outbox(|outbox| Ok(outbox.execute_batch(forgotten)?))
        .unwrap();
    let file = std::fs::File::options()
        .write(true)
        .open(world.device.photo_path(&kept))
        .unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    world.device.collect_orphans().unwrap();
    assert!(world.device.photo_path(&kept).exists());
    world
        .device
        .store
        .write_outbox(|tx| Ok(tx.execute("delete from draft", [])?))
        .unwrap();
    world.device.collect_orphans().unwrap();
    assert!(!world.device.photo_path(&kept).exists(), "the control");
}

/// From now on nothing that has to grow the outbox is written, as on a full disk; or it is again.
fn fill_outbox(world: &World, full: bool) {
    let limit = if full { 1 } else { i64::from(u32::MAX - 2) };
    world
        .device
        .store
        .outbox(|outbox| {
            outbox.pragma_update_and_check(None, "max_page_count", limit, |_| Ok(()))?;
            // The pages there are have room; filled up to the last row, only what changes in place can be written.
            let fill = "insert into delivered (id, receipt, proof) select hex(randomblob(64)), null, max(n) from proof";
            while full && outbox.execute(fill, []).is_ok() {}
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_full_disk_on_which_nothing_can_be_let_go_of_still_takes_the_page_that_came() {
    let (world, report) = with_one_due().await;
    fill_outbox(&world, true);
    let refused = world
        .device
        .store
        .write_outbox(|tx| Ok(tx.execute("create table more (n)", [])?));
    assert_eq!(refused.unwrap_err().code(), ErrorCode::PhoneFull, "the control");
    let me = Bucket(format!("me:{ME}"));
    world.server.state().put_row(me, case(&report, "dispatched", 2));
    world.device.pull().await.unwrap();
    let shown = &world.device.list_reports().unwrap()[0];
    assert_eq!((shown.case_number.as_deref(), records(&world)), (Some("S-1"), 1));
    fill_outbox(&world, false);
    world.device.let_go().unwrap();
    assert_eq!(records(&world), 0, "the control: it was due");
}

#[tokio::test]
async fn a_phone_that_cannot_let_go_of_what_is_due_opens_all_the_same() {
    let (mut world, _) = with_one_due().await;
    // SQLite's own limit does not outlive its connection, so another refusal of the same writes stands for the full disk.
    let refuse = "create trigger full before insert on delivered begin select raise(abort, 'full'); end";
    world
        .device
        .store
        .outbox(|outbox| Ok(outbox.execute_batch(refuse)?))
        .unwrap();
    world.device.pull().await.unwrap();
    assert!(world.device.let_go().is_err(), "the control");
    world.restart();
    assert_eq!((world.device.list_reports().unwrap().len(), records(&world)), (1, 1));
    let room = "drop trigger full";
    world
        .device
        .store
        .outbox(|outbox| Ok(outbox.execute_batch(room)?))
        .unwrap();
    world.restart();
    assert_eq!(records(&world), 0);
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
