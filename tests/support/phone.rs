//! A worker's phone: the real device in a folder of its own, with an outside world that the test owns.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use device::ports::{Changed, Network, Notice, Notify, Ports, Silent, Topic};
use device::view::{
    DraftEdit, DraftKind, EnrolRequestView, NewDraft, NoteDraft, Platform, ReportDraft, Session, VisitDraft,
};
use device::{DataKey, Device};
use domain::protocol::{Mutation, WireError};
use domain::{DeviceId, HouseholdId, PhotoRole, ReportId, VisitId};

use crate::clock::{PhoneClock, WorldClock};
use crate::disk::PhoneDisk;
use crate::fuse::Fuse;
use crate::network::{Fate, Link};
use crate::promises::{Held, outbox};
use crate::record::{AReport, AVisit};
use crate::seeded::Seeded;
use crate::server::StreetServer;
use crate::street;
use crate::way::Way;

/// Longest time a phone gets to send everything in a story.
const PATIENCE: Duration = Duration::from_secs(4 * 3_600);

/// What the phone told its worker.
#[derive(Default)]
pub struct Told(Mutex<Vec<Notice>>);

impl Told {
    /// Every notification so far.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        self.0.lock().unwrap().clone()
    }
}

impl Notify for Told {
    fn notify(&self, notice: Notice) {
        self.0.lock().unwrap().push(notice);
    }
}

impl Changed for Told {
    fn changed(&self, _topics: &[Topic]) {}
}

/// A phone.
pub struct Phone {
    /// Whose it is.
    pub worker: String,
    /// Its clocks.
    pub clock: Arc<PhoneClock>,
    /// Its disk.
    pub disk: Arc<PhoneDisk>,
    /// Its power.
    pub fuse: Arc<Fuse>,
    /// Its way to the server.
    pub link: Arc<Link>,
    /// What it told its worker.
    pub told: Arc<Told>,
    folder: PathBuf,
    ports: Ports,
    key: Option<DataKey>,
    device: Option<Arc<Device>>,
}

impl Phone {
    /// Switches a phone on in a folder, new or not.
    #[must_use]
    pub fn in_folder(worker: &str, folder: PathBuf, server: &Arc<StreetServer>, clock: WorldClock, seed: u64) -> Self {
        Self::on_way(worker, folder, Way::Here(Arc::clone(server)), clock, seed)
    }

    /// The same with another way to the server.
    #[must_use]
    pub fn on_way(worker: &str, folder: PathBuf, way: Way, clock: WorldClock, seed: u64) -> Self {
        let link = Arc::new(Link::new(way));
        let fuse = Arc::new(Fuse::default());
        let disk = Arc::new(PhoneDisk::empty(folder.clone(), Arc::clone(&fuse)));
        let told = Arc::new(Told::default());
        let clock_of_phone = Arc::new(PhoneClock::right(clock, Arc::clone(&fuse)));
        let ports = Ports {
            files: Arc::<PhoneDisk>::clone(&disk),
            clock: Arc::<PhoneClock>::clone(&clock_of_phone),
            ids: Arc::new(Seeded::new(clock, seed)),
            key_store: None,
            network: Arc::<Link>::clone(&link),
            transport: Arc::<Link>::clone(&link),
            notify: Arc::<Told>::clone(&told),
            changed: Arc::new(Silent),
            platform: Platform::Android,
            app_version: "0.1.0".to_owned(),
        };
        let mut phone = Self {
            worker: worker.to_owned(),
            clock: clock_of_phone,
            disk,
            fuse,
            link,
            told,
            folder,
            ports,
            key: Some(crate::rest::key()),
            device: None,
        };
        phone.start();
        phone
    }

    /// The device.
    ///
    /// # Panics
    /// While the app does not run.
    #[must_use]
    pub fn device(&self) -> &Arc<Device> {
        self.device.as_ref().unwrap()
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts the app.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&mut self) {
        self.try_start().unwrap();
    }

    /// Starts the app, or says why it does not start.
    ///
    /// # Errors
    /// What the device refuses with.
    pub fn try_start(&mut self) -> Result<(), WireError> {
        let device = Device::open(&self.folder, self.ports.clone(), self.key.as_ref())?;
        self.device = Some(Arc::new(device));
        Ok(())
    }

    /// Becomes a new phone in another folder whose disk is not encrypted, as before a PIN is chosen.
    pub fn become_bare(&mut self, folder: PathBuf) {
        self.kill();
        (self.folder, self.key) = (folder, None);
        self.start();
    }

    /// Kills the app.
    pub fn kill(&mut self) {
        self.device = None;
    }

    /// Kills the app and starts it again.
    pub fn restart(&mut self) {
        self.kill();
        self.start();
    }

    /// Enrols with a code.
    ///
    /// # Panics
    /// When the phone or the server refuses.
    pub async fn enrol(&self, code: &str) {
        self.try_enrol(code).await.unwrap();
    }

    /// Enrols with a code, or says why not.
    ///
    /// # Errors
    /// What the device refuses with.
    pub async fn try_enrol(&self, code: &str) -> Result<Session, WireError> {
        let request = EnrolRequestView {
            server: self.link.address().to_owned(),
            code: code.to_owned(),
            device_name: self.worker.clone(),
        };
        self.device().enrol(request).await
    }

    /// True once it has enrolled.
    ///
    /// # Panics
    /// When the device cannot read its own state.
    #[must_use]
    pub fn is_enrolled(&self) -> bool {
        self.session().enrolled
    }

    /// Who is signed in, and how it stands with the office.
    ///
    /// # Panics
    /// When the device cannot read its own state.
    #[must_use]
    pub fn session(&self) -> Session {
        self.fuse.spare(|| self.device().get_session()).unwrap()
    }

    /// No network, and the phone knows it.
    pub fn offline(&self) -> &Self {
        self.link.set_network(Network::NONE);
        self.link.set_weather(Fate::NOWHERE);
        self
    }

    /// Wi-Fi that works.
    pub fn online(&self) -> &Self {
        self.link.set_network(Network::WIFI);
        self.link.set_weather(Fate::WELL);
        self
    }

    /// Saves a report as a worker does.
    ///
    /// # Panics
    /// When the phone refuses it.
    pub fn capture(&self, report: AReport) -> ReportId {
        self.try_capture(report).unwrap()
    }

    /// Saves a report, or says why not.
    ///
    /// # Errors
    /// What the device refuses with.
    pub fn try_capture(&self, report: AReport) -> Result<ReportId, WireError> {
        let draft = self.draft(report)?;
        self.save_draft(&draft)
    }

    /// Writes a report down with its photos, and does not save it yet. Returns the draft's name.
    ///
    /// # Errors
    /// What the device refuses with.
    pub fn draft(&self, report: AReport) -> Result<String, WireError> {
        let device = self.device();
        let draft = device.open_draft(NewDraft {
            kind: DraftKind::Report,
            household: None,
            about: None,
        })?;
        let body = ReportDraft {
            category: Some(report.category.as_str().into()),
            answer: None,
            text: report.text.clone(),
            pin: Some(
                report
                    .point
                    .unwrap_or_else(|| street::inside(street::place(&self.worker))),
            ),
            fix: None,
            confirmed: None,
            grid: None,
            address: None,
            no_photo_reason: report.no_photo,
            source: report.source(),
            photos_on_mobile: false,
        };
        device.save_draft(DraftEdit {
            id: draft.id.clone(),
            report: Some(body),
            visit: None,
            note: None,
        })?;
        for picture in &report.photos {
            let upload = self.upload(picture)?;
            device.add_photo(&draft.id, &upload, PhotoRole::Wide)?;
        }
        Ok(draft.id)
    }

    /// Saves a draft as a report.
    ///
    /// # Errors
    /// What the device refuses with.
    pub fn save_draft(&self, draft: &str) -> Result<ReportId, WireError> {
        Ok(self.device().save_report(draft)?.summary.id)
    }

    /// Saves a visit as a worker does.
    ///
    /// # Panics
    /// When the phone refuses it.
    pub fn visit(&self, household: HouseholdId, visit: AVisit) -> VisitId {
        self.try_visit(household, visit).unwrap()
    }

    /// Saves a visit, or says why not.
    ///
    /// # Errors
    /// What the device refuses with.
    pub fn try_visit(&self, household: HouseholdId, visit: AVisit) -> Result<VisitId, WireError> {
        let device = self.device();
        let draft = device.open_draft(NewDraft {
            kind: DraftKind::Visit,
            household: Some(household),
            about: None,
        })?;
        let started = draft.visit.as_ref().unwrap().started_at;
        let body = VisitDraft {
            channel: AVisit::CHANNEL,
            reason: AVisit::REASON,
            started_at: started,
            outcome: AVisit::OUTCOME,
            condition: Some(AVisit::CONDITION),
            facts: visit.facts.clone(),
            needs: visit.named_needs(|| self.ports.ids.random_uuid()),
            promises: Vec::new(),
            reflection: visit.reflection.clone(),
        };
        device.save_draft(DraftEdit {
            id: draft.id.clone(),
            report: None,
            visit: Some(body),
            note: None,
        })?;
        for picture in &visit.photos {
            let upload = self.upload(picture)?;
            device.add_photo(&draft.id, &upload, PhotoRole::Wide)?;
        }
        device.save_visit(&draft.id)?;
        Ok(VisitId(draft.id.parse().unwrap()))
    }

    /// Adds words and photos to a report.
    ///
    /// # Panics
    /// When the phone refuses them.
    pub fn note(&self, report: ReportId, text: &str, pictures: &[Vec<u8>]) {
        self.try_note(report, text, pictures).unwrap();
    }

    /// Adds words and photos to a report, or says why not.
    ///
    /// # Errors
    /// What the device refuses with.
    pub fn try_note(&self, report: ReportId, text: &str, pictures: &[Vec<u8>]) -> Result<(), WireError> {
        let device = self.device();
        let draft = device.open_draft(NewDraft {
            kind: DraftKind::Note,
            household: None,
            about: Some(report),
        })?;
        device.save_draft(DraftEdit {
            id: draft.id.clone(),
            report: None,
            visit: None,
            note: Some(NoteDraft { text: text.to_owned() }),
        })?;
        for picture in pictures {
            let upload = self.upload(picture)?;
            device.add_photo(&draft.id, &upload, PhotoRole::CloseUp)?;
        }
        device.save_note(&draft.id)?;
        Ok(())
    }

    fn upload(&self, picture: &[u8]) -> Result<String, WireError> {
        let upload = self.device().begin_upload("photo.jpg", picture.len() as u64)?;
        let mut offset = 0;
        for piece in picture.chunks(1024 * 1024) {
            let text = base64::engine::general_purpose::STANDARD.encode(piece);
            offset = self.device().append_upload(&upload, offset, &text)?;
        }
        Ok(upload)
    }

    /// Who it is to the server: its name and its token.
    ///
    /// # Panics
    /// Before it has enrolled.
    #[must_use]
    pub fn credentials(&self) -> (DeviceId, String) {
        outbox::credentials(&self.folder)
    }

    /// What it would push, in order.
    #[must_use]
    pub fn mutations(&self) -> Vec<Mutation> {
        outbox::to_push(&self.folder)
    }

    /// The mutations it holds, in the order of making.
    #[must_use]
    pub fn held(&self) -> Vec<Held> {
        outbox::mutations(&self.folder)
    }

    /// How many of them it set aside because the server failed on them.
    #[must_use]
    pub fn set_aside(&self) -> u64 {
        outbox::set_aside(&self.folder)
    }

    /// The buckets it has rows or cursors of.
    #[must_use]
    pub fn buckets(&self) -> BTreeSet<String> {
        outbox::buckets(&self.folder)
    }

    /// How many photo files its records name.
    #[must_use]
    pub fn photo_files(&self) -> u64 {
        outbox::files(&self.folder).len() as u64
    }

    /// True when nothing waits to be sent.
    ///
    /// # Panics
    /// When the device cannot read its own state.
    #[must_use]
    pub fn has_sent_all(&self) -> bool {
        let sync = self.device().get_sync().unwrap();
        sync.facts_waiting == 0 && sync.of_others == 0 && sync.photos_waiting == 0
    }

    /// The running app asks the server what became of everything; false when it gets no answer for a minute. The first
    /// answer may belong to a question that was under way already, the second does not.
    pub async fn hear(&self) -> bool {
        self.hears_an_answer().await && self.hears_an_answer().await
    }

    async fn hears_an_answer(&self) -> bool {
        let asked = device::ports::Clock::wall_ms(&*self.clock);
        tokio::time::sleep(Duration::from_millis(2)).await;
        drop(self.device().sync_now());
        for _ in 0..1200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let sync = self.device().get_sync();
            let heard =
                |sync: device::view::SyncView| !sync.running && sync.last_success_at.is_some_and(|at| at.0 > asked);
            if sync.is_ok_and(heard) {
                return true;
            }
        }
        false
    }

    /// Lets the app run until nothing waits to be sent and it has pulled what became of it.
    ///
    /// # Panics
    /// When that takes longer than four hours of the world's time.
    pub async fn sync(&self) {
        let sent = async {
            while !self.has_sent_all() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            tokio::time::sleep(Duration::from_secs(25)).await;
        };
        tokio::select! {
            biased;
            () = self.device().run() => {}
            done = tokio::time::timeout(PATIENCE, sent) => {
                assert!(done.is_ok(), "still waiting: {:?}", self.device().get_sync());
            }
        }
    }

    /// Lets the app run for a while.
    pub async fn run_for(&self, time: Duration) {
        tokio::select! {
            biased;
            () = self.device().run() => {}
            () = tokio::time::sleep(time) => {}
        }
    }
}
