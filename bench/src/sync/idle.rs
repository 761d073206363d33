//! What it costs when nothing happens: the bytes of a sync that brings nothing, and the memory of a server that waits.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::clients;
use crate::counted::Counted;
use crate::device_phone::DevicePhone;
use crate::fault::Fault;
use crate::push::{outbox, push_all};
use crate::report::{Measure, RUNS};
use crate::reports::Texts;
use crate::street::{Street, work_folder};

/// The argument that makes this program the real server.
pub(crate) const CHILD: &str = "serve";
/// How long the server has to come to rest.
const REST: Duration = Duration::from_secs(5);

/// Takes the measures.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let bytes = idle_bytes()?;
    let mib = (0..RUNS).map(|_| idle_mib()).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![
        Measure::aimed("idle_sync_bytes", "bytes", &bytes, 400.0),
        Measure::aimed("server_idle_mib", "MiB", &mib, 60.0),
    ])
}

/// Bytes both ways, headers included, of syncs of one phone after which nothing is new.
fn idle_bytes() -> Result<Vec<f64>, Fault> {
    let mut street = Street::start(1)?;
    let push = outbox(&mut street.phones[0], &Texts::read()?, 1, 20)?;
    push_all(street.address, vec![push])?;
    let phone = DevicePhone::new()?;
    clients()?.block_on(async {
        let way = Counted::open(street.address).await?;
        phone.enrol(&street, street.phones[0].user, way.address).await?;
        // Behind, so that no stream of hints is open beside it.
        phone.device.set_in_front(false);
        let syncs = async {
            phone.is_full().await?;
            // What a phone tells and compares once after its first sync.
            for _ in 0..RUNS {
                phone.sync_by_hand().await?;
            }
            let mut bytes = Vec::new();
            for _ in 0..RUNS {
                let before = way.bytes();
                phone.sync_by_hand().await?;
                bytes.push((way.bytes() - before) as f64);
            }
            Ok(bytes)
        };
        phone.run_until(syncs).await
    })
}

/// A server process that ends with this value.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Resident memory of the real server with the demo street.
fn idle_mib() -> Result<f64, Fault> {
    let folder = tempfile::tempdir_in(work_folder()?)?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg(CHILD)
        .arg("--demo")
        .arg("--listen")
        .arg("127.0.0.1:0")
        .arg("--data-dir")
        .arg(folder.path());
    let mut process = Process(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?);
    let mut said = String::new();
    if let Some(out) = process.0.stdout.take() {
        // The first line is printed once the demo street is there and the port is open.
        BufReader::new(out).read_line(&mut said)?;
    }
    std::thread::sleep(REST);
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.0.id()))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: Option<f64> = resident.and_then(|text| text.split_whitespace().next()?.parse().ok());
    Ok(kib.ok_or(Fault::Client)? / 1024.0)
}
