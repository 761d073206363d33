//! Pushes into the real server over loopback, against the bare insert loop that writes the same rows to the same disk.

use std::net::SocketAddr;
use std::time::Instant;

use domain::protocol::{PushResponse, Verdict};
use rusqlite::Connection as Database;

use crate::bare;
use crate::client::Connection;
use crate::fault::Fault;
use crate::phone::Phone;
use crate::report::{Measure, RUNS};
use crate::reports::Texts;
use crate::street::Street;
use crate::threads;

/// A way of pushing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Phones that push at the same time, each on a connection of its own.
    pub(crate) phones: usize,
    /// Pushes of each phone in one run.
    pub(crate) pushes: usize,
    /// Mutations in one push.
    pub(crate) size: usize,
}

impl Load {
    /// Mutations in one run.
    pub(crate) const fn mutations(self) -> usize {
        self.phones * self.pushes * self.size
    }
}

/// What the runs of one load gave.
#[derive(Debug, Default)]
struct Taken {
    per_s: Vec<f64>,
    bare_per_s: Vec<f64>,
    cpu_ms: Vec<f64>,
    bare_cpu_ms: Vec<f64>,
}

const ONE_BY_ONE: Load = Load {
    phones: 32,
    pushes: 20,
    size: 1,
};
const TWENTY: Load = Load {
    phones: 16,
    pushes: 6,
    size: 20,
};
const GROUP: Load = Load {
    phones: 16,
    pushes: 2,
    size: 100,
};
const ONE_PHONE: Load = Load {
    phones: 1,
    pushes: 20,
    size: 50,
};

pub(crate) const BARE: &str = "bare insert loop of the same rows";

/// One phone that pushes fifty at a time.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let taken = take(ONE_PHONE)?;
    let ms = |per_s: &[f64]| {
        per_s
            .iter()
            .map(|rate| 1e3 * ONE_PHONE.size as f64 / rate)
            .collect::<Vec<_>>()
    };
    Ok(vec![Measure::new(
        "push of 50 mutations",
        "ms",
        &ms(&taken.per_s),
        BARE,
        &ms(&taken.bare_per_s),
    )])
}

/// Many phones, with 1, 20 and 100 mutations in a push.
pub(crate) fn measure_many() -> Result<Vec<Measure>, Fault> {
    let (single, twenty, group) = (take(ONE_BY_ONE)?, take(TWENTY)?, take(GROUP)?);
    let rate = |name, taken: &Taken| Measure::new(name, "reports/s", &taken.per_s, BARE, &taken.bare_per_s);
    let over: Vec<f64> = group
        .per_s
        .iter()
        .zip(&group.bare_per_s)
        .map(|(ours, bare)| ours / bare)
        .collect();
    Ok(vec![
        rate("push_sqlite_single_per_s", &single),
        rate("push_sqlite_20_per_s", &twenty),
        rate("push_sqlite_group_per_s", &group),
        Measure::aimed("push_sqlite_group_over_bare_loop", "of the bare loop", &over, 0.5),
        Measure::aimed("push_cpu_ms_per_report", "ms CPU", &group.cpu_ms, 0.1),
        Measure::new(
            "push_cpu_over_bare_loop",
            "ms CPU",
            &group.cpu_ms,
            BARE,
            &group.bare_cpu_ms,
        ),
        Measure::aimed("push_single_cpu_ms_per_report", "ms CPU", &single.cpu_ms, 0.5),
    ])
}

fn take(load: Load) -> Result<Taken, Fault> {
    let texts = Texts::read()?;
    let mut street = Street::start(load.phones)?;
    let folder = tempfile::tempdir_in(crate::street::work_folder()?)?;
    let database = bare::empty(folder.path())?;
    let mut taken = Taken::default();
    // The first run fills caches on both sides and does not count.
    for run in 0..=RUNS {
        let figures = once(load, &texts, &mut street, &database)?;
        if run > 0 {
            taken.per_s.push(figures[0]);
            taken.bare_per_s.push(figures[1]);
            taken.cpu_ms.push(figures[2]);
            taken.bare_cpu_ms.push(figures[3]);
        }
    }
    Ok(taken)
}

/// Reports per second of the server and of the bare loop, then the processor time of each for one report.
fn once(load: Load, texts: &Texts, street: &mut Street, bare: &Database) -> Result<[f64; 4], Fault> {
    let mark = bare::mark(&street.database())?;
    let bodies = queues(street, texts, load)?;
    let (cpu, began) = (threads::server_ms()?, Instant::now());
    push_all(street.address, bodies)?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), threads::server_ms()? - cpu);
    let added = bare::added(&street.database(), &mark)?;
    let bare_cpu = threads::own_ms()?;
    let bare_seconds = added.insert(bare, load.phones * load.pushes)?;
    let bare_cpu = threads::own_ms()? - bare_cpu;
    let count = load.mutations() as f64;
    Ok([count / seconds, count / bare_seconds, cpu / count, bare_cpu / count])
}

/// What one phone sends in a run.
pub(crate) struct Outbox {
    token: String,
    bodies: Vec<Vec<u8>>,
    size: usize,
}

/// What every phone of a street sends in a run.
pub(crate) fn queues(street: &mut Street, texts: &Texts, load: Load) -> Result<Vec<Outbox>, Fault> {
    let phones = street.phones.iter_mut();
    phones
        .map(|phone| outbox(phone, texts, load.pushes, load.size))
        .collect()
}

/// The next `pushes` pushes of a phone.
pub(crate) fn outbox(phone: &mut Phone, texts: &Texts, pushes: usize, size: usize) -> Result<Outbox, Fault> {
    let bodies = (0..pushes)
        .map(|_| phone.next_push(texts, size))
        .collect::<Result<_, _>>()?;
    Ok(Outbox {
        token: phone.token.clone(),
        bodies,
        size,
    })
}

/// Every phone sends all it has, all phones at once.
pub(crate) fn push_all(address: SocketAddr, phones: Vec<Outbox>) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let sending: Vec<_> = phones
            .into_iter()
            .map(|phone| tokio::spawn(send(address, phone)))
            .collect();
        for sent in sending {
            sent.await.map_err(|_panicked| Fault::Client)??;
        }
        Ok(())
    })
}

async fn send(address: SocketAddr, phone: Outbox) -> Result<(), Fault> {
    let mut connection = Connection::open(address).await?;
    for body in &phone.bodies {
        let answer: PushResponse = connection.post(&phone.token, "/v1/push", body).await?.json()?;
        let applied = answer
            .receipts
            .iter()
            .filter(|receipt| receipt.verdict == Verdict::Applied)
            .count();
        if applied != phone.size {
            return Err(Fault::NotApplied(phone.size - applied));
        }
    }
    Ok(())
}
