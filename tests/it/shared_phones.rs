//! Phones that change hands or stay away too long, and locked ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use device::NewValues;
use device::ports::Request;
use device::view::{HouseholdQuery, LockReason, Word};
use domain::protocol::{ErrorCode, RevokeOrder};
use serde_json::json;
use xunge_tests::World;
use xunge_tests::network::{Fate, FirstReplyLost, Weather};
use xunge_tests::phone::Phone;
use xunge_tests::picture;
use xunge_tests::record::{a_report, a_visit};
use xunge_tests::server::copy_folder;
use xunge_tests::street;

const DAY_H: u64 = 24;
const SECRET: &str = "只有我知道的一句话";

fn households(phone: &Phone) -> Result<u32, ErrorCode> {
    let query = HouseholdQuery {
        limit: 9,
        ..HouseholdQuery::default()
    };
    let page = phone.device().list_households(&query);
    page.map(|page| page.total).map_err(|error| error.code)
}

#[tokio::test(start_paused = true)]
async fn what_one_worker_left_is_sent_from_anothers_hands_and_never_shown() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    let report = phone.capture(a_report().saying(SECRET).with_photo(picture::small(1)));
    phone.visit(
        street::household(street::place("li"), 1),
        a_visit().thinking("只给自己看"),
    );
    phone.online();

    let session = phone.device().switch_user(&world.code_for("wang")).await.unwrap();
    assert_eq!(session.profile.unwrap().user, street::user("wang"));
    assert_eq!(phone.device().list_reports().unwrap(), []);
    assert_eq!(phone.device().get_report(report).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(households(&phone), Ok(0), "nothing of the other grid is left");
    let sheet = phone.device().get_sync().unwrap();
    assert_eq!((sheet.facts_waiting, sheet.of_others, sheet.items.len()), (0, 2, 0));
    assert_eq!((sheet.held_back, sheet.word), (0, Word::OnPhone));
    assert_eq!(phone.device().get_today().unwrap().unsent, 0);

    let own = phone.capture(a_report().saying("王的"));
    phone.sync().await;
    assert_eq!(
        world.queue("municipal").len(),
        2,
        "both are there, each under its author's name"
    );
    assert_eq!(phone.device().get_sync().unwrap().of_others, 0);
    assert_eq!(phone.device().list_reports().unwrap().len(), 1);
    let mine = phone.device().get_report(own).unwrap();
    assert_eq!(mine.summary.word, Word::Delivered);
    assert!(households(&phone).unwrap() > 0, "the own grid's households came");
    let page = phone.device().list_households(&HouseholdQuery {
        limit: 99,
        ..HouseholdQuery::default()
    });
    let of_li = street::household(street::place("li"), 1);
    assert!(page.unwrap().rows.iter().all(|row| row.id != of_li));

    phone.device().switch_user(&world.code_for("li")).await.unwrap();
    phone.sync().await;
    let back = phone.device().get_report(report).unwrap();
    assert_eq!(
        (back.summary.word, back.summary.text.as_str()),
        (Word::Delivered, SECRET)
    );
    let listed = phone.device().list_reports().unwrap();
    let mine: Vec<_> = listed.iter().filter(|one| one.mine).map(|one| one.id).collect();
    assert_eq!(
        mine,
        [report],
        "the other's report lies in this grid, and is not called one's own"
    );
    let known = world.office(street::KEEPER).get("/v1/devices");
    assert_eq!(
        (
            known.as_array().unwrap().len(),
            known[0]["others"].as_array().unwrap().len()
        ),
        (1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_worker_began_on_a_shared_phone_is_theirs_alone_and_waits_for_them() {
    let world = World::new();
    let phone = world.worker("li").await;
    let home = street::household(street::place("li"), 1);
    phone
        .device()
        .keep_typed(home, "household", json!({ "door_note": SECRET }))
        .unwrap();
    let draft = phone.draft(a_report().saying(SECRET)).unwrap();

    phone.device().switch_user(&world.code_for("wang")).await.unwrap();
    assert_eq!(phone.device().typed(home).unwrap(), NewValues::new());
    assert_eq!(phone.device().get_draft(&draft).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(phone.device().list_drafts().unwrap(), []);
    assert!(
        !phone
            .device()
            .get_today()
            .unwrap()
            .items
            .iter()
            .any(|item| item.id == draft)
    );
    phone.sync().await;

    phone.device().switch_user(&world.code_for("li")).await.unwrap();
    let kept = phone.device().typed(home).unwrap();
    assert_eq!(kept["household"]["door_note"], SECRET);
    let kept = phone.device().get_draft(&draft).unwrap();
    assert_eq!(kept.report.unwrap().text, SECRET);
}

#[tokio::test(start_paused = true)]
async fn a_server_restored_to_before_the_change_of_hands_shows_nobody_the_others_households() {
    let world = World::new();
    let phone = world.worker("li").await;
    let backup = world.new_folder("backup");
    world.server.back_up(&backup);
    phone.device().switch_user(&world.code_for("wang")).await.unwrap();
    phone.sync().await;
    phone.offline();
    let report = phone.capture(a_report().saying(SECRET));
    world.server.restore(&backup, world.new_folder("restored"));
    phone.online();
    phone.run_for(Duration::from_secs(600)).await;

    let session = phone.device().get_session().unwrap();
    assert_eq!((session.revoked, session.locked), (true, Some(LockReason::Revoked)));
    assert_eq!(session.profile.unwrap().user, street::user("wang"));
    let of_li = street::household(street::place("li"), 1);
    assert!(phone.device().get_household(of_li).is_err());
    let li = phone.device().list_reports().unwrap();
    assert!(li.iter().all(|one| one.mine), "nothing of the other grid came in");

    phone.enrol(&world.code_for("wang")).await;
    phone.sync().await;
    assert_eq!(phone.device().get_report(report).unwrap().summary.word, Word::Delivered);
    assert!(households(&phone).unwrap() > 0);
}

#[tokio::test(start_paused = true)]
async fn after_a_restore_to_before_somebody_used_the_phone_their_work_waits_for_their_next_sign_in() {
    let world = World::new();
    let phone = world.worker("li").await;
    let backup = world.new_folder("backup");
    world.server.back_up(&backup);
    phone.device().switch_user(&world.code_for("wang")).await.unwrap();
    phone.offline();
    let report = phone.capture(a_report().saying(SECRET));
    phone.online();
    phone.device().switch_user(&world.code_for("li")).await.unwrap();
    world.server.restore(&backup, world.new_folder("restored"));
    phone.run_for(Duration::from_secs(3_600)).await;
    assert_eq!(
        world.queue("municipal").len(),
        0,
        "nobody knows that it is wang's phone too"
    );

    phone.device().switch_user(&world.code_for("wang")).await.unwrap();
    world.hours_pass(DAY_H).await;
    phone.run_for(Duration::from_secs(3_600)).await;
    assert_eq!(phone.device().get_report(report).unwrap().summary.word, Word::Delivered);
    assert_eq!(world.queue("municipal").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_restore_lost_of_somebody_who_signed_out_comes_back_under_the_next_and_waits_for_them() {
    let world = World::new();
    let phone = world.worker("li").await;
    let backup = world.new_folder("backup");
    world.server.back_up(&backup);
    let report = phone.capture(a_report().saying(SECRET).with_photo(picture::small(1)));
    phone.sync().await;
    phone.device().sign_out().unwrap();
    world.server.restore(&backup, world.new_folder("restored"));

    phone.enrol(&world.code_for("wang")).await;
    phone.run_for(Duration::from_secs(600)).await;
    let strays = world.office(street::KEEPER).get("/v1/strays");
    let parked = (&strays[0]["kind"], &strays[0]["parked"]);
    assert_eq!(
        parked,
        (&json!("report.create"), &json!(true)),
        "nobody knows that it was li's phone"
    );
    assert_eq!(world.queue("municipal").len(), 0);
    assert_eq!(phone.device().get_report(report).unwrap_err().code, ErrorCode::NotFound);
    let sheet = phone.device().get_sync().unwrap();
    assert_eq!((sheet.of_others, sheet.held_back, sheet.photos_waiting), (1, 0, 0));
    assert!(!phone.device().sign_out().unwrap().enrolled, "the server has all of it");

    phone.enrol(&world.code_for("li")).await;
    phone.run_for(Duration::from_secs(2 * 3_600)).await;
    assert_eq!(phone.device().get_report(report).unwrap().summary.word, Word::Delivered);
    let case = world.queue("municipal").remove(0);
    let shown = world
        .office(street::TRIAGE_OFFICER)
        .get(&format!("/v1/cases/{}", case.id));
    let (stored, photo) = (&shown["row"]["stored"], &shown["row"]["photos"][0]["upright"]["sha256"]);
    assert!(stored.as_array().unwrap().contains(photo), "with its photo");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_hands_whose_answer_was_lost_is_finished_by_the_phone_itself() {
    let world = World::new();
    let phone = world.worker("li").await;
    let code = world.code_for("wang");
    phone.link.set_weather(FirstReplyLost::default());
    assert!(phone.device().switch_user(&code).await.is_err());
    let report = phone.capture(a_report().saying(SECRET));
    let of_wang = street::household(street::place("wang"), 1);
    let session = phone.device().get_session().unwrap();
    assert_eq!(
        session.profile.unwrap().user,
        street::user("li"),
        "the control: it was lost"
    );
    assert!(phone.device().get_household(of_wang).is_err());
    phone.online();
    phone.run_for(Duration::from_secs(600)).await;
    let session = phone.device().get_session().unwrap();
    assert_eq!(session.profile.unwrap().user, street::user("wang"));
    assert_eq!((session.revoked, session.locked), (false, None));
    phone.sync().await;
    assert!(phone.device().get_household(of_wang).is_ok());
    let of_li = street::household(street::place("li"), 1);
    assert!(phone.device().get_household(of_li).is_err());
    let theirs = world.queue("municipal");
    assert_eq!(theirs.len(), 1, "what li wrote meanwhile was sent under their name");
    assert!(
        phone
            .device()
            .list_reports()
            .unwrap()
            .iter()
            .all(|one| one.id != report)
    );
}

#[tokio::test(start_paused = true)]
async fn a_change_of_hands_that_never_reached_the_server_is_not_made_behind_anybodys_back() {
    let world = World::new();
    let phone = world.worker("li").await;
    let user = || {
        let session = phone.device().get_session().unwrap();
        (session.profile.unwrap().user, session.locked)
    };
    phone.offline();
    assert!(phone.device().switch_user(&world.code_for("wang")).await.is_err());
    phone.online();
    phone.run_for(Duration::from_secs(600)).await;
    assert_eq!(user(), (street::user("li"), None));
    // Nor does it bring a phone back that the office revoked.
    world.revoke(&phone, RevokeOrder::Lock);
    phone.run_for(Duration::from_secs(3_600)).await;
    assert_eq!(user(), (street::user("li"), Some(LockReason::Revoked)));
}

/// Longer than somebody takes to sign in.
const SLOW: Duration = Duration::from_secs(15);

/// The next pull fares so; all else goes well.
struct NextPull {
    asked: Arc<AtomicBool>,
    fares: Fate,
}

impl Weather for NextPull {
    fn fate(&mut self, request: &Request) -> Fate {
        if request.url.ends_with("/v1/pull") && !self.asked.swap(true, Ordering::Relaxed) {
            self.fares
        } else {
            Fate::WELL
        }
    }
}

/// The phone pulls, and while that is under way these sign in, one after the other.
async fn pulls_as_these_sign_in(world: &World, phone: &Phone, fares: Fate, workers: &[&'static str]) {
    let asked = Arc::new(AtomicBool::new(false));
    phone.link.set_weather(NextPull {
        asked: Arc::clone(&asked),
        fares,
    });
    let sign_in = async {
        while !asked.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        for worker in workers {
            phone.device().switch_user(&world.code_for(worker)).await.unwrap();
        }
    };
    tokio::join!(phone.run_for(Duration::from_secs(120)), sign_in);
}

#[tokio::test(start_paused = true)]
async fn what_a_worker_asked_before_giving_the_phone_away_is_not_taken_for_an_answer_once_it_is_back() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.sync().await;
    let before = households(&phone).unwrap();
    let late = Fate {
        back: SLOW,
        ..Fate::WELL
    };
    pulls_as_these_sign_in(&world, &phone, late, &["zhao", "li"]).await;
    assert_eq!(households(&phone), Ok(before));
    assert_eq!(world.breaches(&[&phone]), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_to_the_worker_before_locks_the_phone_of_nobody_else() {
    let world = World::new();
    let phone = world.worker("li").await;
    // From now on it says who asks.
    for worker in ["zhao", "li"] {
        phone.device().switch_user(&world.code_for(worker)).await.unwrap();
    }
    phone.sync().await;
    let overtaken = Fate {
        out: SLOW,
        ..Fate::WELL
    };
    pulls_as_these_sign_in(&world, &phone, overtaken, &["zhao"]).await;
    let session = phone.session();
    assert_eq!(session.profile.unwrap().user, street::user("zhao"));
    assert_eq!((session.revoked, session.order, session.locked), (false, None, None));
    assert!(households(&phone).unwrap() > 0);
}

/// A phone, and one with everything the first one held.
async fn with_twin(world: &World) -> (Phone, Phone) {
    let mut phone = world.worker("li").await;
    phone.kill();
    let copy = world.new_folder("twin");
    copy_folder(phone.folder(), &copy);
    phone.start();
    let twin = Phone::in_folder("li", copy, &world.server, world.clock, 7);
    (phone, twin)
}

#[tokio::test(start_paused = true)]
async fn a_twin_of_a_phone_that_changed_hands_is_shown_nothing_of_the_new_worker() {
    let world = World::new();
    let (phone, twin) = with_twin(&world).await;
    phone.device().switch_user(&world.code_for("wang")).await.unwrap();
    phone.sync().await;

    let report = twin.capture(a_report().saying(SECRET));
    twin.run_for(Duration::from_secs(600)).await;
    let session = twin.session();
    assert_eq!(session.profile.unwrap().user, street::user("li"));
    assert_eq!(session.locked, Some(LockReason::Revoked), "its name is wang's by now");
    let of_wang = street::household(street::place("wang"), 1);
    assert!(twin.device().get_household(of_wang).is_err());

    twin.device().switch_user(&world.code_for("li")).await.unwrap();
    twin.sync().await;
    assert_eq!(twin.device().get_report(report).unwrap().summary.word, Word::Delivered);
    assert!(households(&twin).unwrap() > 0);
    phone.run_for(Duration::from_secs(600)).await;
    let session = phone.session();
    assert_eq!(
        (session.profile.unwrap().user, session.locked),
        (street::user("wang"), None)
    );
}

/// No request for a name of its own arrives.
struct NoForks;

impl Weather for NoForks {
    fn fate(&mut self, request: &Request) -> Fate {
        if request.url.ends_with("/v1/fork") {
            Fate::NOWHERE
        } else {
            Fate::WELL
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_twin_of_a_phone_that_came_back_to_its_worker_goes_on_under_a_name_of_its_own() {
    let world = World::new();
    let (phone, twin) = with_twin(&world).await;
    phone.device().switch_user(&world.code_for("wang")).await.unwrap();
    twin.link.set_weather(NoForks);
    twin.run_for(Duration::from_secs(600)).await;
    assert_eq!(
        twin.session().order,
        Some(RevokeOrder::Lock),
        "it has seen that its name is wang's"
    );
    phone.device().switch_user(&world.code_for("li")).await.unwrap();
    let report = phone.capture(a_report().saying(SECRET));
    phone.sync().await;

    twin.link.set_weather(Fate::WELL);
    twin.run_for(Duration::from_secs(1_800)).await;
    let session = twin.session();
    assert_eq!((session.revoked, session.order, session.locked), (false, None, None));
    assert_eq!(twin.device().get_report(report).unwrap().summary.word, Word::Delivered);
    assert_ne!(twin.credentials().0, phone.credentials().0);
    assert_eq!(world.breaches(&[&phone, &twin]), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_code_of_somebody_else_does_not_let_a_phone_speak_for_a_third() {
    let world = World::new();
    let (li, wang) = (world.worker("li").await, world.worker("wang").await);
    let used = world.code_for("zhao");
    li.device().switch_user(&used).await.unwrap();
    let error = wang.device().switch_user(&used).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::CodeInvalid);
    assert_eq!(
        wang.device().get_session().unwrap().profile.unwrap().user,
        street::user("wang")
    );
    // Nor does the code bring its person back after another has signed in.
    li.device().switch_user(&world.code_for("li")).await.unwrap();
    assert_eq!(
        li.device().switch_user(&used).await.unwrap_err().code,
        ErrorCode::CodeInvalid
    );
}

#[tokio::test(start_paused = true)]
async fn after_two_weeks_without_contact_households_are_locked_until_the_next() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    world.hours_pass(13 * DAY_H).await;
    assert!(households(&phone).unwrap() > 0);
    world.hours_pass(2 * DAY_H).await;
    assert_eq!(households(&phone), Err(ErrorCode::HouseholdsLocked));
    assert_eq!(phone.device().get_session().unwrap().locked, Some(LockReason::Lease));
    let home = street::household(street::place("li"), 1);
    assert_eq!(
        phone.device().get_household(home).unwrap_err().code,
        ErrorCode::HouseholdsLocked
    );
    assert_eq!(phone.device().get_map().unwrap().households, []);
    let report = phone.capture(a_report());
    phone.online();
    phone.sync().await;
    assert_eq!(phone.device().get_report(report).unwrap().summary.word, Word::Delivered);
    assert!(households(&phone).unwrap() > 0, "the contact opened them");
    assert_eq!(phone.device().get_session().unwrap().locked, None);
}

#[tokio::test(start_paused = true)]
async fn a_locked_phone_shows_no_household_and_sends_what_it_kept_once_its_worker_signs_in_again() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    let report = phone.capture(a_report());
    world.revoke(&phone, RevokeOrder::Lock);
    phone.online();
    phone.run_for(Duration::from_secs(600)).await;
    let session = phone.device().get_session().unwrap();
    assert_eq!((session.revoked, session.locked), (true, Some(LockReason::Revoked)));
    assert_eq!(households(&phone), Err(ErrorCode::HouseholdsLocked));
    assert_eq!(world.queue("municipal").len(), 0);
    phone.enrol(&world.code_for("li")).await;
    phone.sync().await;
    assert_eq!(phone.device().get_report(report).unwrap().summary.word, Word::Delivered);
    assert!(households(&phone).unwrap() > 0);
}
