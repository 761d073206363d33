//! The same server on PostgreSQL: pushes into one street and into many, and how soon an office that is connected to
//! another process sees a report.

use std::time::Instant;

use cluster::Cluster;

use super::office::seen_from;
use crate::bare_postgres as bare;
use crate::fault::Fault;
use crate::push::{BARE, Load, push_all, queues};
use crate::report::{Measure, RUNS};
use crate::reports::Texts;
use crate::street::Street;

/// Streets that do not wait for each other.
const MANY: usize = 16;
const ONE_BY_ONE: Load = Load {
    phones: 32,
    pushes: 10,
    size: 1,
};
const TWENTY: Load = Load {
    phones: 16,
    pushes: 4,
    size: 20,
};
const GROUP: Load = Load {
    phones: 16,
    pushes: 2,
    size: 100,
};

/// Reports in one run that an office at another process waits for: each takes about half a second.
const SEEN: usize = 20;

/// Takes the measures.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let cluster = Cluster::durable();
    let mut measures = Vec::new();
    for (name, load, streets) in [
        ("push_postgres_single_per_s", ONE_BY_ONE, MANY),
        ("push_postgres_20_per_s", TWENTY, MANY),
        ("push_postgres_one_street_per_s", GROUP, 1),
        ("push_postgres_many_streets_per_s", GROUP, MANY),
    ] {
        let (ours, bare) = rates(&cluster, load, streets)?;
        measures.push(Measure::new(name, "reports/s", &ours, BARE, &bare));
        if streets > 1 && load.size == GROUP.size {
            measures.push(Measure::aimed(
                "push_postgres_many_streets_aim",
                "reports/s",
                &ours,
                20_000.0,
            ));
        }
    }
    let database = cluster.empty();
    let mut street = Street::on_postgres(database.url(), 1, 1)?;
    let other = street.another(database.url())?;
    let [p50, p99] = seen_from(&mut street, other.address, SEEN)?;
    measures.push(Measure::aimed("office_sees_across_processes_p50_ms", "ms", &p50, 600.0));
    measures.push(Measure::aimed(
        "office_sees_across_processes_p99_ms",
        "ms",
        &p99,
        1_000.0,
    ));
    Ok(measures)
}

/// Reports per second of the server, and of the bare loop.
fn rates(cluster: &Cluster, load: Load, streets: usize) -> Result<(Vec<f64>, Vec<f64>), Fault> {
    let texts = Texts::read()?;
    let (database, empty) = (cluster.empty(), cluster.empty());
    bare::prepare(empty.url())?;
    let mut street = Street::on_postgres(database.url(), streets, load.phones)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first run fills caches on both sides and does not count.
    for run in 0..=RUNS {
        let mark = bare::mark(database.url())?;
        let bodies = queues(&mut street, &texts, load)?;
        let began = Instant::now();
        push_all(street.address, bodies)?;
        let seconds = began.elapsed().as_secs_f64();
        let bare_seconds = bare::added(database.url(), mark)?.insert(empty.url(), load.phones * load.pushes)?;
        if run > 0 {
            ours.push(load.mutations() as f64 / seconds);
            theirs.push(load.mutations() as f64 / bare_seconds);
        }
    }
    Ok((ours, theirs))
}
