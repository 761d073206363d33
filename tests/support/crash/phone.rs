//! A phone on a disk whose power can be cut: it captures and saves, and never reaches a network.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use device::ports::{
    Clock, EventStream, FixedNetwork, Ids, Network, Ports, Request, Response, Silent, Transport, TransportFault,
};
use device::view::Platform;
use device::{DataKey, Device, Lock, PinCost};
use domain::protocol::WireError;
use futures_util::future::BoxFuture;

use super::disk::Chance;
use super::{CrashFiles, Disk, Layer};
use crate::rest;

/// 2026-03-02 09:00 in Shanghai.
const MORNING: i64 = 1_772_413_200_000;

/// The folder of the phone on its disk.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from("/phone")
}

/// A phone that runs.
pub struct Running {
    device: Device,
    // Dropped after the device, whose databases are closed through it.
    _layer: Arc<Layer>,
}

impl Deref for Running {
    type Target = Device;

    fn deref(&self) -> &Device {
        &self.device
    }
}

/// Opens the device on a disk. `life` makes its ids differ from those of another life of the same phone.
///
/// # Errors
/// What the device refuses with.
pub fn open(disk: &Arc<Disk>, life: u64) -> Result<Running, WireError> {
    open_with(disk, life, Some(&rest::key()))
}

/// As [`open`], with another key or none.
///
/// # Errors
/// What the device refuses with.
pub fn open_with(disk: &Arc<Disk>, life: u64, key: Option<&DataKey>) -> Result<Running, WireError> {
    let (ports, layer) = ports(disk, life);
    let device = Device::open(&folder(), ports, key)?;
    Ok(Running { device, _layer: layer })
}

/// A phone behind its lock.
pub struct Locked {
    lock: Lock,
    // Dropped after the lock, whose databases are closed through it.
    _layer: Arc<Layer>,
}

impl Deref for Locked {
    type Target = Lock;

    fn deref(&self) -> &Lock {
        &self.lock
    }
}

/// Starts the app on a disk. A PIN costs nothing there.
#[must_use]
pub fn start(disk: &Arc<Disk>, life: u64) -> Locked {
    let (ports, layer) = ports(disk, life);
    let cost = PinCost {
        memory_kib: 8,
        passes: 1,
    };
    Locked {
        lock: Lock::open(&folder(), ports, cost),
        _layer: layer,
    }
}

fn ports(disk: &Arc<Disk>, life: u64) -> (Ports, Arc<Layer>) {
    let files = CrashFiles::new(Arc::clone(disk));
    let layer = files.layer();
    let ports = Ports {
        files: Arc::new(files),
        clock: Arc::new(Still),
        ids: Arc::new(Counted(AtomicU64::new(life << 32))),
        key_store: None,
        network: Arc::new(FixedNetwork(Network::NONE)),
        transport: Arc::new(Nowhere),
        notify: Arc::new(Silent),
        changed: Arc::new(Silent),
        platform: Platform::Android,
        app_version: "0.1.0".to_owned(),
    };
    (ports, layer)
}

impl Disk {
    /// A disk with the files of a real folder, all of them synced.
    ///
    /// # Panics
    /// When the folder cannot be read.
    #[must_use]
    pub fn of_folder(real: &Path) -> Self {
        let disk = Self::new();
        disk.load(real, &folder());
        disk
    }

    fn load(&self, real: &Path, here: &Path) {
        for entry in std::fs::read_dir(real).unwrap() {
            let entry = entry.unwrap();
            let place = here.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                self.load(&entry.path(), &place);
            } else {
                let bytes = std::fs::read(entry.path()).unwrap();
                let id = self.open(&place, true).unwrap();
                self.write(id, 0, &bytes).unwrap();
                self.sync(id, &place).unwrap();
            }
        }
        self.sync_dir(here).unwrap();
    }
}

struct Still;

impl Clock for Still {
    fn wall_ms(&self) -> i64 {
        MORNING
    }

    fn mono_ms(&self) -> i64 {
        1_000
    }
}

struct Counted(AtomicU64);

impl Ids for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        let mut chance = Chance(self.0.fetch_add(1, Ordering::Relaxed));
        bytes.iter_mut().for_each(|byte| *byte = chance.next().to_be_bytes()[0]);
    }
}

struct Nowhere;

impl Transport for Nowhere {
    fn send(&self, _request: Request) -> BoxFuture<'_, Result<Response, TransportFault>> {
        Box::pin(async { Err(TransportFault::Unreachable) })
    }

    fn open_events(&self, _request: Request) -> BoxFuture<'_, Result<(Response, EventStream), TransportFault>> {
        Box::pin(async { Err(TransportFault::Unreachable) })
    }
}
