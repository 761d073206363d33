//! One history: its people at work, then calm, then the checker.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use device::view::HouseholdView;
use domain::protocol::{ErrorCode, RevokeOrder, Verdict, WireError};
use domain::{HouseholdId, ReportId};
use fastrand::Rng;
use tokio::task::JoinHandle;
use xunge_tests::clock::WorldClock;
use xunge_tests::fuse::PowerCut;
use xunge_tests::network::Fate;
use xunge_tests::phone::Phone;
use xunge_tests::promises::Ledger;
use xunge_tests::record::AReport;
use xunge_tests::server::{Gate, StreetServer, copy_folder};
use xunge_tests::street::{self, WORKERS};
use xunge_tests::world::fast_folder;

use super::carried::Bundle;
use super::plan::Plan;
use super::template::Template;
use super::weather::{Stormy, Trace};

/// Everybody has this long to send all once faults have stopped, by itself.
const CALM: Duration = Duration::from_secs(2 * 3_600);

/// By then every phone has sent what it can: what still waits for another record waits in vain.
const ALL_SENT: Duration = Duration::from_secs(1_800);

/// A phone in somebody's hand.
pub(super) struct Hand {
    pub(super) phone: Phone,
    pub(super) name: String,
    pub(super) running: Option<JoinHandle<()>>,
    /// Its power went in the middle of something its worker did.
    pub(super) fallen: bool,
    pub(super) reports: Vec<ReportId>,
    pub(super) copies: Vec<PathBuf>,
    /// Sheets of households that were opened here, as they stood then.
    pub(super) sheets: BTreeMap<HouseholdId, HouseholdView>,
    /// A code that somebody tried here and does not know what became of, and whose it is.
    pub(super) code: Option<(String, String)>,
    /// What the office ordered it to remove, at once or after it has sent all.
    pub(super) ordered: Option<RevokeOrder>,
    /// It removed everything, and nobody has signed in since.
    pub(super) wiped: bool,
    /// What a hasty phone said was saved and has yet to save.
    unsaved: Option<String>,
    /// Reports that had no room, by the names of their drafts.
    pub(super) refused: Vec<String>,
}

/// A history on its way.
pub(super) struct History {
    pub(super) plan: Plan,
    pub(super) dice: Rng,
    pub(super) clock: WorldClock,
    pub(super) server: Arc<StreetServer>,
    pub(super) hands: Vec<Hand>,
    pub(super) ledger: Ledger,
    pub(super) backups: Vec<PathBuf>,
    /// Files that phones exported, wherever they lie.
    pub(super) bundles: Vec<Bundle>,
    /// Which of them is the newest that counts as safe: an operator takes this one or a newer one.
    pub(super) counting: usize,
    /// Any back-up may be restored, whichever counted since: a control.
    pub(super) any_restored: bool,
    /// Phones say that a report is saved before it is: a control.
    pub(super) hasty: bool,
    /// Nobody mends a fault of the server: a control.
    pub(super) for_good: bool,
    pub(super) notes: u32,
    /// Edits of households, counted.
    pub(super) typed: u32,
    /// What phones removed that were to send it first.
    pub(super) removed_unsent: Vec<String>,
    /// The place each worker works in now.
    pub(super) places: [usize; WORKERS.len()],
    pub(super) trace: Trace,
    folder: tempfile::TempDir,
    folders: u32,
}

/// What came of a history, or of many.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) breaches: Vec<String>,
    pub(super) trace: Vec<String>,
    pub(super) requests: u64,
    pub(super) mutations: u64,
    pub(super) photos: u64,
    pub(super) virtual_hours: f64,
    /// How often each of [`WORTH_COUNTING`] was told.
    pub(super) happened: Vec<u64>,
}

/// What many histories have to meet for their silence to mean anything, as the trace tells it.
pub(super) const WORTH_COUNTING: [&str; 34] = [
    "the power goes",
    "starts again",
    " fork ",
    "a second phone",
    "the phone is set back",
    "the server is set back",
    "StopServer",
    "works in another grid",
    "clock is wrong",
    "NightFalls",
    "let go of",
    "arrives 2",
    "arrives 1, Lost",
    "Cut(",
    "Portal",
    "cannot carry it out",
    "fails on every push",
    "set something aside",
    "parked again",
    "signs in on",
    "'s now",
    "signs out",
    "revokes it: UploadThenWipe",
    "removed everything",
    "at a colleague's doors",
    "edits a household",
    "the secretary chooses",
    "gave way",
    "says that it is full",
    "what was refused before",
    "ServerFills",
    "AppIsUpdated",
    "a bundle is taken",
    "asks for an original",
];

impl Outcome {
    pub(super) fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.mutations += other.mutations;
        self.photos += other.photos;
        self.virtual_hours += other.virtual_hours;
        self.happened.resize(WORTH_COUNTING.len(), 0);
        for (sum, more) in self.happened.iter_mut().zip(&other.happened) {
            *sum += more;
        }
    }
}

impl History {
    pub(super) fn begin(template: &Template, plan: &Plan) -> Self {
        let folder = fast_folder();
        let mut dice = Rng::with_seed(plan.seed ^ 0x5eed);
        let clock = WorldClock::start_later(Duration::from_secs(600));
        let at = folder.path().join("server");
        copy_folder(&template.of("server"), &at);
        let server = Arc::new(StreetServer::start_in(&at, clock, dice.u64(..)));
        let mut history = Self {
            plan: plan.clone(),
            clock,
            server,
            hands: Vec::new(),
            ledger: Ledger::default(),
            backups: Vec::new(),
            bundles: Vec::new(),
            counting: 0,
            hasty: false,
            any_restored: false,
            for_good: false,
            notes: 0,
            typed: 0,
            removed_unsent: Vec::new(),
            places: std::array::from_fn(|place| place),
            trace: Trace::new(clock),
            folder,
            folders: 0,
            dice,
        };
        for worker in &WORKERS[..plan.phones] {
            let copy = history.new_folder();
            copy_folder(&template.of(worker), &copy);
            history.take_in_hand(worker, (*worker).to_owned(), copy);
        }
        history
    }

    /// Something wrong with the server, for a control.
    pub(super) fn with_gate(self, gate: impl Gate + 'static) -> Self {
        self.server.stand_before(gate);
        self
    }

    /// Back-ups count although the one that is restored may be any older one, for a control.
    pub(super) fn with_any_back_up(mut self) -> Self {
        self.plan.copies_count = true;
        self.any_restored = true;
        self
    }

    /// Phones that say too early that a report is saved, for a control.
    pub(super) fn with_hasty_phones(mut self) -> Self {
        self.hasty = true;
        self
    }

    /// A server whose faults nobody mends, for a control.
    pub(super) fn with_faults_for_good(mut self) -> Self {
        self.for_good = true;
        self
    }

    pub(super) fn new_folder(&mut self) -> PathBuf {
        self.folders += 1;
        self.folder.path().join(self.folders.to_string())
    }

    /// One more phone begins to run.
    pub(super) fn take_in_hand(&mut self, worker: &str, name: String, folder: PathBuf) {
        let phone = Phone::in_folder(worker, folder, &self.server, self.clock, self.dice.u64(..));
        phone.link.set_weather(Stormy {
            name: name.clone(),
            dice: self.dice.fork(),
            rates: self.plan.rates,
            trace: self.trace.clone(),
        });
        phone.device().set_in_front(self.dice.bool());
        let mut hand = Hand {
            phone,
            name,
            running: None,
            fallen: false,
            reports: Vec::new(),
            copies: Vec::new(),
            sheets: BTreeMap::new(),
            code: None,
            ordered: None,
            wiped: false,
            unsaved: None,
            refused: Vec::new(),
        };
        hand.run();
        self.hands.push(hand);
    }

    pub(super) fn phones(&self) -> Vec<&Phone> {
        self.hands.iter().map(|hand| &hand.phone).collect()
    }

    /// Lets it happen.
    pub(super) async fn play(mut self) -> Outcome {
        for _ in 0..self.plan.steps {
            let pause = self.dice.u64(..=self.plan.pace_ms);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            self.pick_up_the_fallen().await;
            self.note_wiped();
            self.note_holders();
            let act = self.plan.act(&mut self.dice);
            let at = self.act(act).await;
            // At once: what the phone called saved must outlive whatever comes next.
            self.ledger.note(&self.hands[at].phone);
        }
        self.calm_down().await;
        let breaches = self.wait_for_agreement().await;
        self.end(breaches).await
    }

    /// A phone whose power was cut starts again.
    async fn pick_up_the_fallen(&mut self) {
        for hand in &mut self.hands {
            if hand.fallen || hand.running.as_ref().is_some_and(JoinHandle::is_finished) {
                self.trace.tell(&format!("{} starts again", hand.name));
                hand.restart().await;
            }
        }
    }

    /// Faults stop. Nobody taps anything from here on.
    async fn calm_down(&mut self) {
        self.trace.tell("calm");
        self.server.start();
        self.server_has_room();
        self.mend_server();
        for hand in &mut self.hands {
            hand.phone.fuse.disarm();
            hand.phone.disk.set_full(false);
            hand.phone.online();
            hand.phone.link.speak_as(None);
            hand.phone.link.set_weather(Fate::WELL);
            // Behind, a phone asks least.
            hand.phone.device().set_in_front(false);
        }
        self.pick_up_the_fallen().await;
        self.hands.iter_mut().for_each(Hand::finish_saving);
        (0..self.hands.len()).for_each(|at| self.save_again(at));
    }

    async fn wait_for_agreement(&mut self) -> Vec<String> {
        let after = |time: Duration| self.clock.elapsed_ms() + i64::try_from(time.as_millis()).unwrap();
        let (sent, until) = (after(ALL_SENT), after(CALM));
        loop {
            while !self.hands.iter().all(Hand::is_at_rest) && self.clock.elapsed_ms() < until {
                tokio::time::sleep(Duration::from_secs(20)).await;
                self.note_wiped();
                self.everybody_signs_in().await;
                self.office_tends_what_waits(sent);
            }
            self.office_tends_what_waits(sent);
            self.note_holders();
            if self.typed > 0 {
                self.secretary_chooses();
            }
            // The longest time between two pulls behind, and the way there and back.
            tokio::time::sleep(Duration::from_secs(330)).await;
            for hand in &self.hands {
                self.ledger.note(&hand.phone);
            }
            let breaches = self.breaches();
            if breaches.is_empty() || self.clock.elapsed_ms() > until {
                return breaches;
            }
        }
    }

    fn breaches(&self) -> Vec<String> {
        let mut breaches = self.removed_unsent.clone();
        let nobodys = self.hands.iter().filter(|hand| !hand.phone.is_enrolled());
        breaches.extend(nobodys.map(|hand| format!("nobody can sign in on {}", hand.name)));
        if !breaches.is_empty() {
            return breaches;
        }
        breaches.extend(self.ledger.breaches(&self.server, &self.phones()));
        for hand in &self.hands {
            let place = self.places[street::place(&hand.phone.worker)];
            let own = street::user(&hand.phone.worker);
            let (grid, community) = (street::grid(place), street::community(place));
            let wanted = BTreeSet::from([
                "ref".to_owned(),
                format!("me:{own}"),
                format!("grid:{grid}"),
                format!("home:{grid}"),
                format!("community:{community}"),
            ]);
            if hand.phone.buckets() != wanted {
                breaches.push(format!("{} holds other buckets than its own", hand.name));
            }
        }
        breaches
    }

    async fn end(mut self, breaches: Vec<String>) -> Outcome {
        if self.plan.copies_count {
            let records = self.ledger.let_go(&self.phones());
            if records > 0 {
                self.trace.tell(&format!("let go of {records} records"));
            }
        }
        let edits = self.hands.iter().filter(|_| self.typed > 0);
        for held in edits.flat_map(|hand| hand.phone.held()) {
            if let Some(Verdict::Merged { fields }) = held.receipt.map(|receipt| receipt.verdict) {
                self.trace.tell(&format!("{} gave way in {fields:?}", held.id));
            }
        }
        let photos = self.hands.iter().map(|hand| hand.phone.photo_files()).sum();
        for hand in &mut self.hands {
            hand.stop().await;
        }
        let trace = self.trace.lines();
        Outcome {
            breaches,
            requests: trace.iter().filter(|line| line.contains("bytes:")).count() as u64,
            mutations: self.ledger.count(),
            photos,
            virtual_hours: self.clock.elapsed_ms() as f64 / 3_600_000.0,
            happened: WORTH_COUNTING
                .iter()
                .map(|word| trace.iter().filter(|line| line.contains(word)).count() as u64)
                .collect(),
            trace,
        }
    }
}

impl Hand {
    pub(super) fn run(&mut self) {
        let device = Arc::clone(self.phone.device());
        self.running = Some(tokio::spawn(async move { device.run().await }));
    }

    /// Saves a report. A hasty phone says so once it is written down, and saves it when the next one comes.
    pub(super) fn save_report(&mut self, report: AReport, hasty: bool) -> Result<ReportId, WireError> {
        if !hasty {
            return self.phone.try_capture(report);
        }
        self.finish_saving();
        let draft = self.phone.draft(report)?;
        let id = ReportId(draft.parse().unwrap());
        self.unsaved = Some(draft);
        Ok(id)
    }

    fn finish_saving(&mut self) {
        if let Some(draft) = self.unsaved.take() {
            let saved = self.phone.save_draft(&draft);
            assert!(saved.is_ok() || self.phone.disk.is_full(), "{saved:?}");
        }
    }

    /// The app ends where it stands.
    pub(super) async fn stop(&mut self) {
        self.phone.fuse.disarm();
        self.fallen = false;
        self.unsaved = None;
        if let Some(running) = self.running.take() {
            running.abort();
            let cause = running.await.err().and_then(|ended| ended.try_into_panic().ok());
            if let Some(cause) = cause.filter(|cause| !cause.is::<PowerCut>()) {
                resume_unwind(cause);
            }
        }
        self.phone.kill();
    }

    pub(super) async fn restart(&mut self) {
        self.stop().await;
        self.start();
    }

    /// The app starts; where it cannot for want of room, its worker makes some first.
    pub(super) fn start(&mut self) {
        if let Err(refused) = self.phone.try_start() {
            // SQLite says only that it cannot make its log, not that the disk is full.
            let known = [ErrorCode::PhoneFull, ErrorCode::PhoneWrite].contains(&refused.code);
            assert!(known && self.phone.disk.is_full(), "{:?}", refused.code);
            self.phone.disk.set_full(false);
            self.phone.start();
        }
        self.run();
    }
}
