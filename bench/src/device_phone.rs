//! The real device engine, enrolled at the measured street, as the app runs it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use device::ports::{DiskFiles, FixedNetwork, Network, Ports, Silent, SystemClock, SystemIds};
use device::view::{EnrolRequestView, Platform};
use device::{DataKey, Device, HttpTransport};
use domain::{ReceivedAt, StreetId, UserId};
use sync_server::store::codes::{self, CodeRecord};
use tempfile::TempDir;

use crate::fault::Fault;
use crate::street::{STREET, Street, work_folder};

/// The enrolment code.
const CODE: &str = "BENCH234";
/// How often a running engine is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// A sync that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(300);

/// A phone with its folder.
pub(crate) struct DevicePhone {
    pub(crate) device: Arc<Device>,
    ports: Ports,
    folder: TempDir,
    key: Option<DataKey>,
}

/// What the phones are encrypted with.
pub(crate) fn key() -> DataKey {
    DataKey::from_bytes(&[9; 32])
}

impl DevicePhone {
    /// A new phone, not yet enrolled.
    pub(crate) fn new() -> Result<Self, Fault> {
        Self::with(Some(key()))
    }

    /// A new phone that is encrypted with `key`, or not at all.
    pub(crate) fn with(key: Option<DataKey>) -> Result<Self, Fault> {
        let folder = tempfile::tempdir_in(work_folder()?)?;
        let ports = Ports {
            files: Arc::new(DiskFiles),
            clock: Arc::new(SystemClock::start()),
            ids: Arc::new(SystemIds),
            key_store: None,
            network: Arc::new(FixedNetwork(Network::WIFI)),
            transport: Arc::new(HttpTransport::new()),
            notify: Arc::new(Silent),
            changed: Arc::new(Silent),
            platform: Platform::Desktop,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let device = Arc::new(Device::open(folder.path(), ports.clone(), key.as_ref())?);
        Ok(Self {
            device,
            ports,
            folder,
            key,
        })
    }

    /// Ends the app and starts it again; returns the milliseconds until the device is open.
    pub(crate) fn reopen(self) -> Result<(Self, f64), Fault> {
        let Self {
            device,
            ports,
            folder,
            key,
        } = self;
        drop(device);
        let began = Instant::now();
        let device = Arc::new(Device::open(folder.path(), ports.clone(), key.as_ref())?);
        let took = began.elapsed().as_secs_f64() * 1e3;
        let phone = Self {
            device,
            ports,
            folder,
            key,
        };
        Ok((phone, took))
    }

    /// The phone's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Enrols the phone for `user` through `address`.
    pub(crate) async fn enrol(&self, street: &Street, user: UserId, address: SocketAddr) -> Result<(), Fault> {
        let now = street.server.now();
        let code = CodeRecord {
            street: StreetId::from(STREET),
            code_hash: codes::hash(CODE),
            user,
            created_by: None,
            expires_at: ReceivedAt(now.0 + 3_600_000),
            used_device: None,
        };
        street
            .server
            .store
            .write(move |tx| Ok(codes::insert(tx, &code, now)?))
            .await?;
        let request = EnrolRequestView {
            server: format!("http://{address}"),
            code: CODE.to_owned(),
            device_name: "phone".to_owned(),
        };
        self.device.enrol(request).await?;
        Ok(())
    }

    /// Runs the engine until every bucket has been filled; returns the seconds it took.
    pub(crate) async fn fill(&self) -> Result<f64, Fault> {
        let began = Instant::now();
        self.run_until(self.is_full()).await?;
        Ok(began.elapsed().as_secs_f64())
    }

    /// Runs the engine until something is done.
    pub(crate) async fn run_until<T>(&self, done: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        tokio::select! {
            done = done => done,
            () = self.device.run() => Err(Fault::Client),
            () = tokio::time::sleep(PATIENCE) => Err(Fault::TooSlow),
        }
    }

    /// Waits until every bucket has been filled, while the engine runs.
    pub(crate) async fn is_full(&self) -> Result<(), Fault> {
        while !self.is_filled()? {
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Syncs as the phone does when its worker asks for it, while the engine runs.
    pub(crate) async fn sync_by_hand(&self) -> Result<(), Fault> {
        let before = self.device.sync_now()?.last_success_at;
        loop {
            tokio::time::sleep(LOOK).await;
            let view = self.device.get_sync()?;
            if view.last_success_at != before && !view.running {
                return Ok(());
            }
        }
    }

    fn is_filled(&self) -> Result<bool, Fault> {
        let sql = "SELECT COUNT(*) > 0 AND MIN(complete) = 1 FROM cursor";
        Ok(self
            .cache()?
            .query_row(sql, [], |row| Ok(row.get::<_, Option<bool>>(0)?.unwrap_or(false)))?)
    }

    /// The phone's copy of the server's rows.
    pub(crate) fn cache(&self) -> Result<rusqlite::Connection, Fault> {
        let connection = rusqlite::Connection::open(self.folder.path().join("cache.db"))?;
        if let Some(key) = &self.key {
            key.unlock(&connection)?;
        }
        connection.busy_timeout(Duration::from_secs(10))?;
        Ok(connection)
    }
}
