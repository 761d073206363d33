//! What encryption at rest costs the phone: the same work on a phone that is encrypted and on one that is not, turn about
//! in one run, and one try of the PIN.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use device::ports::{DiskFiles, Files, FixedNetwork, Network, Ports, Silent, SystemClock, SystemIds};
use device::view::Platform;
use device::{HttpTransport, Lock, PinCost};
use domain::StreetId;

use crate::device_phone::{DevicePhone, key};
use crate::fault::Fault;
use crate::report::{Measure, RUNS};
use crate::save::save;
use crate::street::{STREET, Street, work_folder};
use crate::sync::first::settle;

/// A phone's upright photo, in bytes.
const PHOTO: usize = 600_000;
/// Photo files in one run.
const PHOTOS: usize = 20;
const PIN: &str = "260411";

/// Takes the measures.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let street = Street::start(1)?;
    street.server.edit_blocking(StreetId::from(STREET), settle)?;
    let mut sealed = filled(&street, DevicePhone::new()?)?;
    let mut plain = filled(&street, DevicePhone::with(None)?)?;
    let (mut saves, mut opens) = (Both::default(), Both::default());
    let (mut writes, mut reads) = (Both::default(), Both::default());
    let folder = tempfile::tempdir_in(work_folder()?)?;
    let disk: Arc<dyn Files> = Arc::new(DiskFiles);
    let encrypted = key().files(Arc::clone(&disk), Arc::new(SystemIds));
    for run in 0..=RUNS {
        let (s, p) = (save(&sealed)?, save(&plain)?);
        saves.add(run, s, p);
        let (reopened, s) = sealed.reopen()?;
        sealed = reopened;
        let (reopened, p) = plain.reopen()?;
        plain = reopened;
        opens.add(run, s, p);
        let (s, p) = (photos(&*encrypted, folder.path())?, photos(&*disk, folder.path())?);
        writes.add(run, s.0, p.0);
        reads.add(run, s.1, p.1);
    }
    let unencrypted = "the same, not encrypted";
    Ok(vec![
        saves.measure("rest_save_report_ms", unencrypted),
        opens.measure("rest_open_grid_ms", unencrypted),
        writes.measure("rest_photo_write_durable_ms", unencrypted),
        reads.measure("rest_photo_read_ms", unencrypted),
        Measure::aimed("rest_one_try_of_the_pin_ms", "ms", &tries()?, 1_000.0),
    ])
}

/// Runs of both sides; the first one warms up.
#[derive(Default)]
struct Both {
    sealed: Vec<f64>,
    plain: Vec<f64>,
}

impl Both {
    fn add(&mut self, run: usize, sealed: f64, plain: f64) {
        if run > 0 {
            self.sealed.push(sealed);
            self.plain.push(plain);
        }
    }

    fn measure(&self, name: &str, against: &'static str) -> Measure {
        Measure::new(name, "ms", &self.sealed, against, &self.plain)
    }
}

/// Enrolled, with its grid of a thousand households.
fn filled(street: &Street, phone: DevicePhone) -> Result<DevicePhone, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        phone.enrol(street, street.phones[0].user, street.address).await?;
        phone.fill().await
    })?;
    street.forget_codes()?;
    Ok(phone)
}

/// Mean milliseconds of a durable photo file, and of reading one.
fn photos(files: &dyn Files, folder: &Path) -> Result<(f64, f64), Fault> {
    let bytes = vec![0x5a; PHOTO];
    let path = |n: usize| folder.join(n.to_string());
    let began = Instant::now();
    for n in 0..PHOTOS {
        files.write(&path(n), &bytes)?;
        files.sync(&path(n))?;
    }
    let written = began.elapsed().as_secs_f64();
    let began = Instant::now();
    for n in 0..PHOTOS {
        if files.read(&path(n))?.len() != PHOTO {
            return Err(Fault::Client);
        }
    }
    let read = began.elapsed().as_secs_f64();
    let mean = |seconds: f64| seconds * 1e3 / PHOTOS as f64;
    Ok((mean(written), mean(read)))
}

/// Milliseconds from the sixth digit to an open app, on a phone that holds nothing yet.
fn tries() -> Result<Vec<f64>, Fault> {
    let folder = tempfile::tempdir_in(work_folder()?)?;
    let ports = Ports {
        files: Arc::new(DiskFiles),
        clock: Arc::new(SystemClock::start()),
        ids: Arc::new(SystemIds),
        key_store: None,
        network: Arc::new(FixedNetwork(Network::NONE)),
        transport: Arc::new(HttpTransport::new()),
        notify: Arc::new(Silent),
        changed: Arc::new(Silent),
        platform: Platform::Desktop,
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let lock = Lock::open(folder.path(), ports, PinCost::PHONE);
    lock.set_pin(PIN)?;
    (0..RUNS)
        .map(|_| {
            lock.lock();
            let began = Instant::now();
            lock.unlock(PIN)?;
            Ok(began.elapsed().as_secs_f64() * 1e3)
        })
        .collect()
}
