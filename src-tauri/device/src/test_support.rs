//! A phone whose outside world the test owns, and a small model of a server.

mod disk;
mod server;

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use base64::Engine as _;
use domain::protocol::{Profile, Row, RowType, ServerKey, WireError};
use domain::view::GridRow;
use domain::{Bucket, CommunityId, DeviceId, Epoch, GridId, HouseholdId, LatLon, PhotoRole, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ports::{Changed, Clock, Ids, Network, NetworkSense, Notice, Notify, Ports, Topic};
use crate::store::changes::Changes;
use crate::store::identity::Identity;
use crate::store::{cursor, identity, row};
use crate::view::{Draft, DraftEdit, DraftKind, NewDraft, Platform, ReportDraft, ReportView};
use crate::{DataKey, Device};

pub(crate) use disk::TestDisk;
pub(crate) use server::{Mode, TestServer};

pub(crate) const START_MS: i64 = 1_770_000_000_000;
pub(crate) const ME: UserId = UserId(Uuid::from_u128(0xa));
pub(crate) const HOUSEHOLD: HouseholdId = HouseholdId(Uuid::from_u128(0xb));
pub(crate) const EPOCH: Epoch = Epoch(Uuid::from_u128(0xe));
/// In grid `g1`.
pub(crate) const INSIDE: LatLon = LatLon {
    lat: 30.5,
    lon: 104.005,
};
/// Between `g1` and `g2`.
pub(crate) const BORDER: LatLon = LatLon { lat: 30.5, lon: 104.01 };

/// What the phone's disk is encrypted with.
pub(crate) fn key() -> DataKey {
    DataKey::from_bytes(&[9; 32])
}

/// A database of the phone, to look into or to damage.
pub(crate) fn database(file: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(file).unwrap();
    key().unlock(&connection).unwrap();
    connection
}

/// What the test server signs with.
pub(crate) fn server_key() -> ServerKey {
    ServerKey::from_seed(&[7; 32])
}

pub(crate) struct TestClock {
    wall: AtomicI64,
    mono: AtomicI64,
}

impl TestClock {
    /// Somebody sets the clock on the wall.
    pub(crate) fn set_wall(&self, by_ms: i64) {
        self.wall.fetch_add(by_ms, Ordering::Relaxed);
    }

    pub(crate) fn advance(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::Relaxed);
        self.mono.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn wall_ms(&self) -> i64 {
        self.wall.load(Ordering::Relaxed)
    }

    fn mono_ms(&self) -> i64 {
        self.mono.load(Ordering::Relaxed)
    }
}

/// Random bytes from a count: the same in every run, never twice the same.
pub(crate) struct TestIds(AtomicU64);

impl Ids for TestIds {
    fn fill(&self, bytes: &mut [u8]) {
        let mut seed = self.0.fetch_add(1, Ordering::Relaxed);
        for byte in bytes {
            // splitmix64
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = mixed.to_be_bytes()[0];
        }
    }
}

pub(crate) struct TestNetwork(Mutex<Network>);

impl NetworkSense for TestNetwork {
    fn network(&self) -> Network {
        *self.0.lock().unwrap()
    }
}

#[derive(Default)]
pub(crate) struct Told {
    pub(crate) notices: Mutex<Vec<Notice>>,
    pub(crate) topics: Mutex<Vec<Topic>>,
}

impl Notify for Told {
    fn notify(&self, notice: Notice) {
        self.notices.lock().unwrap().push(notice);
    }
}

impl Changed for Told {
    fn changed(&self, topics: &[Topic]) {
        self.topics.lock().unwrap().extend_from_slice(topics);
    }
}

/// A phone in a folder of its own.
pub(crate) struct World {
    pub(crate) device: Device,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) files: Arc<TestDisk>,
    pub(crate) network: Arc<TestNetwork>,
    pub(crate) told: Arc<Told>,
    pub(crate) server: Arc<TestServer>,
    pub(crate) dir: tempfile::TempDir,
    ports: Ports,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock {
            wall: AtomicI64::new(START_MS),
            mono: AtomicI64::new(1_000),
        });
        let files = Arc::new(TestDisk::default());
        let network = Arc::new(TestNetwork(Mutex::new(Network::WIFI)));
        let told = Arc::new(Told::default());
        let server = Arc::new(TestServer::new());
        let ports = Ports {
            files: files.clone(),
            clock: clock.clone(),
            ids: Arc::new(TestIds(AtomicU64::new(1))),
            key_store: None,
            network: network.clone(),
            transport: server.clone(),
            notify: told.clone(),
            changed: told.clone(),
            platform: Platform::Desktop,
            app_version: "0.0.0".to_owned(),
        };
        let device = Device::open(dir.path(), ports.clone(), Some(&key())).unwrap();
        Self {
            device,
            clock,
            files,
            network,
            told,
            server,
            dir,
            ports,
        }
    }

    /// A phone of a worker of grid `g1`, with the street and one household pulled.
    pub(crate) fn enrolled() -> Self {
        let world = Self::new();
        world.enrol();
        world
    }

    /// Makes it the phone of a worker of grid `g1`, with the street and one household pulled.
    pub(crate) fn enrol(&self) {
        let device = DeviceId(Uuid::from_u128(0xd));
        self.server.add_device("token", device);
        let identity = Identity {
            server: "http://127.0.0.1:1".to_owned(),
            device,
            token: "token".to_owned(),
            profile: profile(),
            epoch: Some(EPOCH),
            next_seq: 1,
            revoked: false,
            order: None,
            fork: None,
            clock_offset_ms: None,
            last_success_ms: None,
            seen_rev: Some(1),
            durable_rev: None,
            server_key: Some(server_key().public()),
            hands: 0,
        };
        self.put_identity(&identity);
        self.put_rows(START_MS);
    }

    fn put_identity(&self, identity: &Identity) {
        self.device
            .store
            .write_outbox(|tx| {
                identity::add_author(tx, identity.profile.user)?;
                identity::put(tx, identity)
            })
            .unwrap();
    }

    /// The phone changes hands.
    pub(crate) fn become_somebody_else(&self) {
        self.become_user(UserId(Uuid::from_u128(0xaa)));
    }

    /// The phone comes back.
    pub(crate) fn become_me(&self) {
        self.become_user(ME);
    }

    fn become_user(&self, user: UserId) {
        let mut identity = self.device.identity().unwrap().unwrap();
        identity.profile.user = user;
        self.put_identity(&identity);
    }

    fn put_rows(&self, now: i64) {
        let mut changes = Changes::default();
        self.device
            .store
            .write_cache(|tx| {
                cursor::begin_epoch(tx, EPOCH)?;
                for (bucket, found) in street_rows(now) {
                    row::put(tx, &bucket, &found, &mut changes)?;
                    cursor::set(tx, &bucket, 1, true, false)?;
                }
                cursor::set(tx, &Bucket(format!("me:{ME}")), 1, true, false)?;
                changes.settle(tx)
            })
            .unwrap();
        self.server.put_rows(street_rows(now));
        self.server.state().scope.insert(Bucket(format!("me:{ME}")));
    }

    /// Kills the app and starts it again.
    pub(crate) fn restart(&mut self) {
        self.restart_with(|| {});
    }

    /// Kills the app, does something to its folder, and starts it again.
    pub(crate) fn restart_with(&mut self, meanwhile: impl FnOnce()) {
        self.try_restart_with(meanwhile).unwrap();
    }

    /// As [`Self::restart_with`], for a folder that may be refused; then the device of before is gone.
    pub(crate) fn try_restart_with(&mut self, meanwhile: impl FnOnce()) -> Result<(), WireError> {
        let ports = self.ports.clone();
        let placeholder = tempfile::tempdir().unwrap();
        let parked = Device::open(placeholder.path(), ports.clone(), None).unwrap();
        drop(std::mem::replace(&mut self.device, parked));
        meanwhile();
        self.device = Device::open(self.dir.path(), ports, Some(&key()))?;
        Ok(())
    }

    /// Its outside world, for a phone in another folder.
    pub(crate) fn ports(&self) -> Ports {
        self.ports.clone()
    }

    pub(crate) fn set_network(&self, network: Network) {
        *self.network.0.lock().unwrap() = network;
    }

    pub(crate) fn offline(&self) {
        self.set_network(Network::NONE);
        self.server.set_mode(Mode::Unreachable);
    }

    pub(crate) fn upload(&self, name: &str, bytes: &[u8]) -> String {
        let id = self.device.begin_upload(name, bytes.len() as u64).unwrap();
        let mut offset = 0;
        for piece in bytes.chunks(1024 * 1024) {
            let text = base64::engine::general_purpose::STANDARD.encode(piece);
            offset = self.device.append_upload(&id, offset, &text).unwrap();
        }
        id
    }

    pub(crate) fn open_report(&self) -> Draft {
        self.device
            .open_draft(NewDraft {
                kind: DraftKind::Report,
                household: None,
                about: None,
            })
            .unwrap()
    }

    pub(crate) fn edit(&self, draft: &str, change: impl FnOnce(&mut ReportDraft)) {
        let mut report = self.device.get_draft(draft).unwrap().report.unwrap();
        change(&mut report);
        self.device
            .save_draft(DraftEdit {
                id: draft.to_owned(),
                report: Some(report),
                visit: None,
                note: None,
            })
            .unwrap();
    }

    pub(crate) fn add_photo(&self, draft: &str, name: &str, bytes: &[u8]) -> Draft {
        let upload = self.upload(name, bytes);
        self.device.add_photo(draft, &upload, PhotoRole::Wide).unwrap()
    }

    /// A report with one photo, pinned in grid `g1`.
    pub(crate) fn save_report(&self, category: &str) -> ReportView {
        self.save_report_with(category, "", &jpeg(self.ports.ids.up_to(u64::from(u16::MAX))))
    }

    pub(crate) fn save_report_with(&self, category: &str, text: &str, photo: &[u8]) -> ReportView {
        let draft = self.open_report();
        self.edit(&draft.id, |report| {
            report.category = Some(category.into());
            report.text = text.to_owned();
            report.pin = Some(INSIDE);
        });
        self.add_photo(&draft.id, "a.jpg", photo);
        self.device.save_report(&draft.id).unwrap()
    }
}

pub(crate) fn profile() -> Profile {
    Profile {
        lease_days: 14,
        user: ME,
        name: "W".to_owned(),
        street: "s".into(),
        street_name: "S".to_owned(),
        community: Some("c".into()),
        grids: vec!["g1".into()],
    }
}

pub(crate) fn grid(id: &str, west: f64, east: f64) -> GridRow {
    let (south, north) = (30.49, 30.51);
    GridRow {
        id: GridId::from(id),
        name: format!("Grid {id}"),
        community: CommunityId::from("c"),
        community_name: "C".to_owned(),
        rings: vec![vec![
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ]],
        property_queue: None,
    }
}

fn street_rows(now: i64) -> Vec<(Bucket, Row)> {
    let of = |kind, id: &str, data: Value| Row {
        kind,
        id: id.to_owned(),
        rev: 1,
        data: data.into(),
    };
    let reference = Bucket::from("ref");
    let home = Bucket::from("home:g1");
    let mut rows = vec![(
        reference.clone(),
        of(
            RowType::Street,
            "s",
            json!({ "id": "s", "name": "S", "time_zone": "Asia/Shanghai",
                    "calendar": { "holidays": [], "make_up_days": [] } }),
        ),
    )];
    for found in [grid("g1", 104.0, 104.01), grid("g2", 104.01, 104.02)] {
        rows.push((
            reference.clone(),
            of(RowType::Grid, found.id.as_str(), serde_json::to_value(&found).unwrap()),
        ));
    }
    for queue in domain::catalog::queues() {
        let found = queue.row(true);
        rows.push((
            reference.clone(),
            of(RowType::Queue, found.id.as_str(), serde_json::to_value(&found).unwrap()),
        ));
    }
    let household = json!({ "id": HOUSEHOLD, "grid": "g1", "estate": "E", "building": "1号楼", "unit": "1单元",
        "room": "101", "point": INSIDE, "tenure": "owner", "phone": null, "last_visit": now - 20 * 86_400_000_i64,
        "last_condition": "fine", "next_due": now - 1 });
    rows.push((home.clone(), of(RowType::Household, &HOUSEHOLD.to_string(), household)));
    let resident_id = Uuid::from_u128(0xc).to_string();
    let resident = json!({ "id": resident_id, "household": HOUSEHOLD, "name": "R", "relation": "户主", "sex": null,
        "birth_year": 1940, "phone": "13800001234", "tags": ["living-alone", "low-income"] });
    rows.push((home, of(RowType::Resident, &resident_id, resident)));
    rows
}

/// A small picture; another one for each number.
pub(crate) fn jpeg(n: u64) -> Vec<u8> {
    picture(64, n)
}

/// A picture too large for one `PUT`.
pub(crate) fn large_jpeg(n: u64) -> Vec<u8> {
    picture(1400, n)
}

/// A picture that fits into one `PUT`, and takes long on a slow way.
pub(crate) fn medium_jpeg(n: u64) -> Vec<u8> {
    picture(380, n)
}

fn picture(side: u32, n: u64) -> Vec<u8> {
    let mut seed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let image = image::RgbImage::from_fn(side, side, |_, _| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let [r, g, b, ..] = seed.to_le_bytes();
        image::Rgb([r, g, b])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}
