//! What people do and what befalls them.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use device::ports::Network;
use domain::protocol::{ErrorCode, WireError, kind};
use domain::{Action, CaseState, ReturnReason};
use xunge_tests::fuse::PowerCut;
use xunge_tests::office::Browser;
use xunge_tests::picture;
use xunge_tests::record::{AReport, a_report, a_visit, sent_to};
use xunge_tests::server::copy_folder;
use xunge_tests::street::{self, WORKERS};

use super::history::History;
use super::plan::Act;

const CATEGORIES: [&str; 6] = [
    "tree-fallen",
    "ads",
    "other",
    "neighbor-dispute",
    "lift-fault",
    "gas-leak",
];
const NEEDS: [&str; 3] = ["need-home-repair", "need-digital", "need-paperwork"];
/// How wrong a phone's clock may be, in milliseconds: right, minutes, a day, ten years either way.
const WRONG: [i64; 6] = [0, 420_000, -420_000, -82_800_000, 315_360_000_000, -315_360_000_000];
const MOST_PHONES: usize = 5;

impl History {
    /// Lets it happen to somebody, and says to whom.
    pub(super) async fn act(&mut self, act: Act) -> usize {
        let at = self.dice.usize(..self.hands.len());
        self.trace.tell(&format!("{act:?} {}", self.hands[at].name));
        match act {
            Act::Capture => self.capture(at),
            Act::Visit => self.visit(at),
            Act::Note => self.note(at),
            Act::Withdraw => self.withdraw(at),
            Act::OfficeActs => self.office_acts(),
            Act::SyncNow => {
                self.by_hand(at, |hand| drop(hand.phone.device().sync_now()));
            }
            Act::NetworkChanges => self.network_changes(at),
            Act::FrontOrBehind => {
                let front = self.dice.bool();
                self.by_hand(at, |hand| hand.phone.device().set_in_front(front));
            }
            Act::NightFalls => self.night().await,
            Act::KillPhone => self.kill(at).await,
            Act::CutPower => self.cut_power(at),
            Act::StopServer => self.stop_server(),
            Act::ClockJumps => self.clock_jumps(at),
            Act::MoveWorker => self.move_worker(at),
            Act::ClonePhone => self.clone_phone(at),
            Act::CopyPhone => self.copy_phone(at),
            Act::RestorePhone => self.restore_phone(at).await,
            Act::BackUpServer => self.back_up(),
            Act::RestoreServer => self.restore_server(),
            Act::ServerFaults => self.server_faults(at),
            Act::FaultsEnd => self.mend_server(),
            Act::ChangeHands => self.change_hands(at).await,
            Act::SignOut => self.sign_out(at),
            Act::Revoke => self.revoke(at),
            Act::EditHousehold => self.edit_household(at),
            Act::JoinColleague => self.join_colleague(at),
            Act::SecretaryChooses => self.secretary_chooses(),
            Act::PhoneFills => self.phone_fills(at),
            Act::PhoneHasRoom => self.phone_has_room(at),
            Act::ServerFills => self.server_fills(),
            Act::ServerHasRoom => self.server_has_room(),
            Act::AppIsOld => self.app_is_old(at),
            Act::AppIsUpdated => self.update_app(at).await,
            Act::ExportBundle => self.export_bundle(at),
            Act::CarryBundle => self.carry_bundle(),
            Act::AskOriginal => self.ask_original(),
        }
        at
    }

    /// Something a worker does; the power may go in the middle of it.
    pub(super) fn by_hand<T>(&mut self, at: usize, does: impl FnOnce(&mut super::history::Hand) -> T) -> Option<T> {
        let hand = &mut self.hands[at];
        match catch_unwind(AssertUnwindSafe(|| does(hand))) {
            Ok(done) => return Some(done),
            Err(cause) if !cause.is::<PowerCut>() => resume_unwind(cause),
            Err(_cut) => {}
        }
        self.trace.tell("  the power goes");
        hand.fallen = true;
        None
    }

    /// What is refused is refused for one of these reasons, or because there is no room.
    pub(super) fn expect(&self, at: usize, refused: &WireError, reasons: &[ErrorCode]) {
        let no_room = refused.code == ErrorCode::PhoneFull && self.hands[at].phone.disk.is_full();
        assert!(no_room || reasons.contains(&refused.code), "{:?}", refused.code);
        if no_room {
            self.trace.tell("  the phone says that it is full");
        }
    }

    fn picture(&mut self) -> Vec<u8> {
        // Few numbers: the same picture in two reports is one file.
        let number = self.dice.u64(..40);
        if self.dice.u8(..30) == 0 {
            picture::large(number % 3)
        } else {
            picture::small(number)
        }
    }

    pub(super) fn report(&mut self) -> AReport {
        let category = CATEGORIES[self.dice.usize(..CATEGORIES.len())];
        let mut report = a_report().about(category).saying(&format!("{}", self.dice.u32(..)));
        for _ in 0..self.dice.usize(..3) {
            report = report.with_photo(self.picture());
        }
        report
    }

    pub(super) fn capture(&mut self, at: usize) {
        let report = self.report();
        let hasty = self.hasty;
        let saved = self.by_hand(at, |hand| hand.save_report(report, hasty));
        if let Some(Ok(report)) = saved {
            self.ledger.said_saved(kind::REPORT_CREATE, report.0, None);
            self.hands[at].reports.push(report);
        } else if let Some(Err(refused)) = saved {
            self.expect(at, &refused, &[ErrorCode::NotEnrolled]);
        }
    }

    fn visit(&mut self, at: usize) {
        let (door, count) = (self.dice.u128(..2), self.dice.usize(..3));
        let mut visit = a_visit().thinking("想");
        for need in &NEEDS[..count] {
            visit = visit.needing(need, "需要");
        }
        let place = self.places[street::place(&self.hands[at].phone.worker)];
        let saved = self.by_hand(at, |hand| hand.phone.try_visit(street::household(place, door), visit));
        // A phone whose clock leapt ahead of its last contact keeps households locked until the next.
        if let Some(Ok(visit)) = saved {
            self.ledger.said_saved(kind::VISIT_CREATE, visit.0, None);
        } else if let Some(Err(refused)) = saved {
            self.expect(at, &refused, &[ErrorCode::HouseholdsLocked, ErrorCode::NotEnrolled]);
        }
    }

    fn note(&mut self, at: usize) {
        let Some(report) = self.dice.choice(&self.hands[at].reports).copied() else {
            return;
        };
        let pictures = if self.dice.bool() {
            vec![self.picture()]
        } else {
            Vec::new()
        };
        self.notes += 1;
        let text = format!("又来看了 {}", self.notes);
        let saved = self.by_hand(at, |hand| hand.phone.try_note(report, &text, &pictures));
        match saved {
            Some(Ok(())) => self.ledger.said_saved(kind::REPORT_NOTE, report.0, Some(text)),
            Some(Err(refused)) => self.expect(at, &refused, &[ErrorCode::NotEnrolled]),
            None => {}
        }
    }

    fn withdraw(&mut self, at: usize) {
        let Some(report) = self.hands[at].reports.last().copied() else {
            return;
        };
        // Refused when it is too late by the phone's clock, or when a restored phone has forgotten the report.
        self.by_hand(at, |hand| drop(hand.phone.device().withdraw_report(report, "")));
    }

    /// A department or the triage desk does something to some case. What it may not do is refused.
    fn office_acts(&mut self) {
        if !self.server.has_room() {
            return;
        }
        let login = if self.dice.bool() {
            street::HANDLER
        } else {
            street::TRIAGE_OFFICER
        };
        let server = std::sync::Arc::clone(&self.server);
        let browser = Browser::signed_in(&server, login);
        let cases = browser.cases();
        let Some(case) = self.dice.choice(&cases) else { return };
        let act = if case.state == CaseState::Submitted {
            Action::Open
        } else if case.state == CaseState::Opened {
            sent_to("municipal")
        } else if case.state == CaseState::Dispatched && self.dice.bool() {
            Action::Return {
                reason: ReturnReason::OutsideArea,
                text: "不在辖区".to_owned(),
                suggested: "urban-mgmt".into(),
            }
        } else if case.state == CaseState::Dispatched {
            Action::Accept
        } else {
            Action::Comment {
                text: "已知悉".to_owned(),
                photos: Vec::new(),
            }
        };
        let (status, _answer) = browser.try_act(case.id, case.state_rev, &act);
        // A street that was restored unnoticed takes nothing from anybody.
        assert!(status < 500 || status == 503, "{act:?}: {status}");
    }

    fn network_changes(&mut self, at: usize) {
        let networks = [Network::WIFI, Network::MOBILE, Network::NONE, Network::UNKNOWN];
        let network = networks[self.dice.usize(..networks.len())];
        self.by_hand(at, |hand| {
            hand.phone.link.set_network(network);
            hand.phone.device().network_changed();
        });
    }

    /// Every phone is switched off for a day or a few; for weeks where they may let go of what is safe elsewhere.
    async fn night(&mut self) {
        for hand in &mut self.hands {
            hand.stop().await;
        }
        let hours = self.dice.u64(8..100) * if self.plan.copies_count { 10 } else { 1 };
        tokio::time::sleep(Duration::from_secs(3_600 * hours)).await;
        for hand in &mut self.hands {
            hand.start();
        }
    }

    async fn kill(&mut self, at: usize) {
        self.hands[at].stop().await;
        tokio::time::sleep(Duration::from_millis(self.dice.u64(..60_000))).await;
        self.hands[at].start();
    }

    /// The app is older than what the server speaks, or newer.
    fn app_is_old(&mut self, at: usize) {
        let version = if self.dice.bool() { "0" } else { "2" };
        self.hands[at].phone.link.speak_as(Some(version));
    }

    /// An update replaces the app, and with it what runs.
    async fn update_app(&mut self, at: usize) {
        self.hands[at].phone.link.speak_as(None);
        self.hands[at].restart().await;
    }

    /// The power goes some time from now, or in the middle of a save.
    fn cut_power(&mut self, at: usize) {
        let saving = self.dice.bool();
        let calls = self.dice.u32(1..if saving { 30 } else { 400 });
        self.hands[at].phone.fuse.burn_down_after(calls);
        if saving {
            self.capture(at);
        }
    }

    fn stop_server(&mut self) {
        self.server.stop();
        let (server, later) = (self.server.clone(), Duration::from_millis(self.dice.u64(..600_000)));
        tokio::spawn(async move {
            tokio::time::sleep(later).await;
            server.start();
        });
    }

    fn move_worker(&mut self, at: usize) {
        if self.server.has_room() {
            let to = self.dice.usize(..WORKERS.len());
            self.post(at, to);
        }
    }

    /// The office posts the worker elsewhere.
    pub(super) fn post(&mut self, at: usize, to: usize) {
        let worker = self.hands[at].phone.worker.clone();
        street::move_worker(&self.server.handle(), &worker, to);
        if self.places[street::place(&worker)] != to {
            self.trace.tell("  works in another grid now");
        }
        self.places[street::place(&worker)] = to;
    }

    fn clock_jumps(&mut self, at: usize) {
        let by = WRONG[self.dice.usize(..WRONG.len())];
        self.hands[at].phone.clock.set_wrong_by(by);
        if by != 0 {
            self.trace.tell(&format!("  the clock is wrong by {by} ms"));
        }
    }

    /// A second phone with everything the first one holds; both go on.
    fn clone_phone(&mut self, at: usize) {
        // What twins hold that are to leave would be two phones' work under one name.
        if self.hands.len() >= MOST_PHONES || self.hands[at].ordered.is_some() {
            return;
        }
        self.trace.tell("  a second phone with the same memory");
        let copy = self.new_folder();
        let hand = &self.hands[at];
        copy_folder(hand.phone.folder(), &copy);
        let (worker, name) = (hand.phone.worker.clone(), format!("{}'", hand.name));
        let reports = hand.reports.clone();
        self.take_in_hand(&worker, name, copy);
        self.hands.last_mut().unwrap().reports = reports;
    }

    fn copy_phone(&mut self, at: usize) {
        let copy = self.new_folder();
        copy_folder(self.hands[at].phone.folder(), &copy);
        self.hands[at].copies.push(copy);
    }

    /// The phone is set back to an older copy of everything it held.
    async fn restore_phone(&mut self, at: usize) {
        let Some(copy) = self.dice.choice(&self.hands[at].copies).cloned() else {
            return;
        };
        self.trace.tell("  the phone is set back");
        self.hands[at].stop().await;
        let others = self.hands.iter().enumerate().filter(|(n, _)| *n != at);
        self.ledger
            .note_set_back(&self.hands[at].phone, &copy, others.map(|(_, hand)| &hand.phone));
        self.hands[at].refused.clear();
        let folder = self.hands[at].phone.folder().to_owned();
        std::fs::remove_dir_all(&folder).unwrap();
        copy_folder(&copy, &folder);
        self.without_server_losses();
        self.hands[at].start();
    }

    fn back_up(&mut self) {
        let folder = self.new_folder();
        self.server.back_up(&folder);
        if self.plan.copies_count && self.server.has_room() {
            self.server.count_back_up();
            self.counting = if self.any_restored { 0 } else { self.backups.len() };
        }
        self.backups.push(folder);
    }

    fn restore_server(&mut self) {
        let Some(backup) = self.dice.choice(&self.backups[self.counting..]).cloned() else {
            return;
        };
        let folder = self.new_folder();
        for hand in &self.hands {
            self.ledger.note(&hand.phone);
        }
        if self.hands.iter().any(|hand| hand.ordered.is_some()) {
            self.look_into_server(|history| {
                for at in 0..history.hands.len() {
                    let others = history.hands.iter().enumerate().filter(|(n, _)| *n != at);
                    let others = others.map(|(_, hand)| &hand.phone);
                    let phone = &history.hands[at].phone;
                    history.ledger.note_parting(phone, others, &history.server);
                }
            });
        }
        self.trace.tell("  the server is set back");
        self.server.restore(&backup, folder);
        self.without_server_losses();
        self.places_from_server();
    }

    /// What has no copy left anywhere from here on is nobody's fault.
    fn without_server_losses(&mut self) {
        self.look_into_server(|history| {
            let phones: Vec<_> = history.hands.iter().map(|hand| &hand.phone).collect();
            history.ledger.note_losses(&history.server, &phones);
        });
    }

    /// Looks into the server's book, also where it does not run.
    pub(super) fn look_into_server<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let was_running = self.server.is_running();
        self.server.start();
        let seen = look(self);
        if !was_running {
            self.server.stop();
        }
        seen
    }

    /// A restored server has forgotten moves too.
    fn places_from_server(&mut self) {
        let server = self.server.handle();
        for (n, worker) in WORKERS.iter().enumerate() {
            self.places[n] = street::works_in(&server, worker);
        }
    }
}
