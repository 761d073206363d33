//! The street that is measured: the real server on a loopback port, with its own threads, on a disk that survives a
//! power cut.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::clock::Calendar;
use domain::protocol::{RevokeOrder, RowType};
use domain::view::{GridRow, StreetRow};
use domain::{CommunityId, GridId, ReceivedAt, Role, StreetId, UserId};
use sync_server::clock::{RandomIds, SystemClock};
use sync_server::office::Office;
use sync_server::places::Places;
use sync_server::server::Server;
use sync_server::store::areas::{self, AreaKind, Posting};
use sync_server::store::devices::{self, DeviceRecord};
use sync_server::store::people::{self, PersonRecord};
use sync_server::store::{Database, Edit, grids, sessions, streets};
use sync_server::{Outcome, seed};
use tempfile::TempDir;

use crate::fault::Fault;
use crate::phone::Phone;
use crate::threads::SERVER;

/// The street's name.
pub(crate) const STREET: &str = "street";
/// What the office's browser carries.
const SESSION: &str = "a-session-token-of-the-office";
/// Grids in one community.
const COMMUNITY: usize = 10;
/// Points of a grid's border: about as many as real ones have.
const BORDER: u32 = 40;

/// A running server with its phones.
pub(crate) struct Street {
    pub(crate) server: Server,
    pub(crate) address: SocketAddr,
    pub(crate) phones: Vec<Phone>,
    folder: TempDir,
    // Held so that the server runs until the street is dropped.
    _runtime: tokio::runtime::Runtime,
}

impl Street {
    /// Starts a server whose street has as many grids as phones, each with its worker.
    pub(crate) fn start(phones: usize) -> Result<Self, Fault> {
        let folder = tempfile::tempdir_in(work_folder()?)?;
        let places = Places::in_folder(folder.path());
        Self::open(folder, &places, 1, phones)
    }

    /// The same on an empty database of PostgreSQL, with the phones spread over so many streets.
    pub(crate) fn on_postgres(url: &str, streets: usize, phones: usize) -> Result<Self, Fault> {
        let folder = tempfile::tempdir_in(work_folder()?)?;
        let places = on_postgres(url, folder.path())?;
        Self::open(folder, &places, streets, phones)
    }

    fn open(folder: TempDir, places: &Places, streets: usize, phones: usize) -> Result<Self, Fault> {
        let server = serve_at(places)?;
        let mut phones: Vec<Phone> = (0..phones).map(|n| Phone::new(n as u64, grid(n))).collect();
        phones.iter_mut().for_each(|phone| phone.epoch = Some(server.epoch));
        for street in 0..streets {
            let known = phones.iter().enumerate().skip(street).step_by(streets);
            let known: Vec<(usize, Phone)> = known.map(|(n, phone)| (n, phone.clone())).collect();
            server.edit_blocking(name(street), move |edit| settle(edit, &known))?;
        }
        let (runtime, address) = listen(&server)?;
        Ok(Self {
            server,
            address,
            phones,
            folder,
            _runtime: runtime,
        })
    }

    /// One more server process's worth: the same database, with memory and a port of its own.
    pub(crate) fn another(&self, url: &str) -> Result<Another, Fault> {
        let (runtime, address) = listen(&serve_at(&on_postgres(url, self.folder.path())?)?)?;
        Ok(Another {
            address,
            _runtime: runtime,
        })
    }

    /// The database file.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("xunge.db")
    }

    /// The folder of this server, for files beside its own.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Headers of the triage office's browser.
    pub(crate) fn office_headers() -> String {
        format!("cookie: xunge_session={SESSION}\r\n")
    }

    /// Takes back the enrolment codes given out, so that the same one can be given again.
    pub(crate) fn forget_codes(&self) -> Result<(), Fault> {
        self.server
            .store
            .write_blocking(|tx| Ok(tx.execute("DELETE FROM codes", &[])?))?;
        Ok(())
    }

    /// Gives one more worker every grid.
    pub(crate) fn add_head(&self) -> Result<Phone, Fault> {
        let mut head = Phone::new(1 << 32, grid(0));
        head.epoch = Some(self.server.epoch);
        let (known, grids) = (head.clone(), self.phones.len());
        self.server.edit_blocking(StreetId::from(STREET), move |edit| {
            enrol(edit, &known, &(0..grids).map(grid).collect::<Vec<_>>())
        })?;
        Ok(head)
    }
}

/// A second server on the same database.
pub(crate) struct Another {
    pub(crate) address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

fn on_postgres(url: &str, folder: &Path) -> Result<Places, Fault> {
    let url = url.parse().map_err(|_odd| Fault::Arguments)?;
    Ok(Places {
        database: Database::Postgres(url),
        ..Places::in_folder(folder)
    })
}

fn serve_at(places: &Places) -> Result<Server, Fault> {
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    Ok(Server::open_at(places, Office::default(), clock, ids)?)
}

fn listen(server: &Server) -> Result<(tokio::runtime::Runtime, SocketAddr), Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name(SERVER)
        // Threads that wait stay, so that their time can be read.
        .thread_keep_alive(Duration::from_secs(3_600))
        .enable_all()
        .build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let app = sync_server::routes::router(server.clone()).into_make_service_with_connect_info::<SocketAddr>();
    runtime.spawn(async move { axum::serve(listener, app).await });
    Ok((runtime, address))
}

/// A folder on the disk of the target folder: `/tmp` may be memory, where a flush costs nothing.
pub(crate) fn work_folder() -> Result<PathBuf, Fault> {
    let folder = crate::target_folder().join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The name of the `n`th grid.
pub(crate) fn grid(n: usize) -> GridId {
    GridId(format!("110108011032{n:03}"))
}

/// The name of the `n`th street.
fn name(n: usize) -> StreetId {
    if n == 0 {
        StreetId::from(STREET)
    } else {
        StreetId(format!("{STREET}-{n}"))
    }
}

/// Makes a street of these phones, each with its number among all.
fn settle(edit: &Edit<'_>, phones: &[(usize, Phone)]) -> Outcome<()> {
    let street = StreetRow {
        id: edit.street.clone(),
        name: "量测街道".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        triage_first: Vec::new(),
        disabled_categories: Vec::new(),
        calendar: Calendar::default(),
    };
    streets::insert(edit.tx, &street, "LC", edit.now)?;
    seed::default_queues(edit.tx, &edit.street)?;
    edit.touch(RowType::Street, &edit.street);
    for queue in grids::queues(edit.tx, &edit.street)? {
        edit.touch(RowType::Queue, &queue.id);
    }
    for (n, phone) in phones {
        grids::put(edit.tx, &edit.street, &grid_row(*n))?;
        edit.touch(RowType::Grid, &phone.grid);
        enrol(edit, phone, std::slice::from_ref(&phone.grid))?;
    }
    if edit.street.0 != STREET {
        return Ok(());
    }
    let officer = person(edit, UserId(edit.ids.uuid()), "triage", Role::TriageOfficer)?;
    sessions::insert(
        edit.tx,
        &edit.street,
        &sync_server::hash::of(SESSION),
        officer,
        edit.now,
    )?;
    Ok(())
}

fn grid_row(n: usize) -> GridRow {
    let community = n / COMMUNITY;
    let corner = |at: u32| {
        let angle = f64::from(at) / f64::from(BORDER) * std::f64::consts::TAU;
        [116.30 + 0.004 * angle.cos(), 39.95 + 0.003 * angle.sin()]
    };
    GridRow {
        id: grid(n),
        name: format!("第{}网格", n + 1),
        community: CommunityId(format!("community-{community}")),
        community_name: format!("第{}社区", community + 1),
        rings: vec![(0..=BORDER).map(corner).collect()],
        property_queue: None,
    }
}

fn person(edit: &Edit<'_>, id: UserId, login: &str, role: Role) -> Outcome<UserId> {
    let record = PersonRecord {
        street: edit.street.clone(),
        id,
        login: login.to_owned(),
        name: "王建国".to_owned(),
        password_hash: None,
        roles: vec![role],
        language: "zh-CN".to_owned(),
        active: true,
    };
    people::insert(edit.tx, &record, edit.now)?;
    Ok(id)
}

fn enrol(edit: &Edit<'_>, phone: &Phone, grids: &[GridId]) -> Outcome<()> {
    person(edit, phone.user, &format!("worker-{}", phone.user), Role::GridWorker)?;
    for (position, grid) in grids.iter().enumerate() {
        let posting = Posting {
            kind: AreaKind::Grid,
            area: grid.0.clone(),
            from: ReceivedAt(0),
            to: None,
        };
        areas::insert(edit.tx, &edit.street, phone.user, &posting, position)?;
    }
    let device = DeviceRecord {
        street: edit.street.clone(),
        id: phone.device,
        user: phone.user,
        token_hash: sync_server::hash::of(&phone.token),
        name: "phone".to_owned(),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        revoked: false,
        order: RevokeOrder::default(),
        wiped_at: None,
        last_seq: 0,
        forked_from: None,
        announce: None,
        announced_at: None,
        enrolled_at: edit.now,
        last_seen_at: None,
    };
    Ok(devices::insert(edit.tx, &device)?)
}
