//! A whole street after four years: 134,105 reports. What a phone of all grids pulls at first, what a report takes on
//! the disk, and whether a small delta stays small when a million changes lie behind it.

use std::time::Instant;

use domain::protocol::RowType;
use domain::{CaseId, StreetId};
use rusqlite::Connection as Database;

use super::first::filled;
use super::pull::{Cursors, body, to_the_end};
use super::{clients, rows};
use crate::client::Connection;
use crate::fault::Fault;
use crate::phone::Phone;
use crate::push::{outbox, push_all};
use crate::report::{Measure, RUNS};
use crate::reports::Texts;
use crate::street::{STREET, Street};

/// Reports of a street in four years.
pub(super) const REPORTS: usize = 134_105;
/// Grids of that street.
pub(super) const GRIDS: usize = 131;
/// The two lengths of history that are compared.
const SHORT: u64 = 1_000;
const LONG: u64 = 1_000_000;
/// New reports in the delta.
const DELTA: usize = 20;
/// How often a delta is pulled in one run.
const PULLS: usize = 20;
/// Mutations in the pushes that fill a street.
const PUSH: usize = 100;
/// Changes in one transaction of those that only lengthen the history.
const STEP: usize = 4_000;

/// Takes the measures.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let texts = Texts::read()?;
    let (mut long, mut short) = (Street::start(GRIDS)?, Street::start(1)?);
    fill(&mut long, &texts, REPORTS)?;
    let disk = stored_bytes(&long)? / REPORTS as f64;
    let head = long.add_head()?;
    let rows = rows::out(&long, &head)?;
    let seconds = (0..RUNS)
        .map(|_| Ok(filled(&long, head.user)?.1))
        .collect::<Result<Vec<_>, Fault>>()?;
    fill(&mut short, &texts, usize::try_from(SHORT / 2).unwrap_or(usize::MAX))?;
    lengthen(&long, LONG)?;
    let (at_long, at_short) = deltas(&mut long, &mut short, &texts)?;
    Ok(vec![
        Measure::aimed("first_sync_street_s", "s", &seconds, 10.0),
        Measure::aimed("rows_out_per_s", "rows/s", &rows.per_s, 50_000.0),
        Measure::aimed("rows_out_cpu_us_per_row", "us CPU", &rows.cpu_us, 20.0),
        Measure::aimed("store_bytes_per_report", "bytes", &[disk], 1_300.0),
        Measure::new(
            "pull_delta_1m_over_1k",
            "ms",
            &at_long,
            "the same delta after 1,000 changes",
            &at_short,
        ),
    ])
}

/// Fills a street with about `reports` reports, evenly over its grids, through the front door.
pub(super) fn fill(street: &mut Street, texts: &Texts, reports: usize) -> Result<(), Fault> {
    let grids = street.phones.len();
    let mut left: Vec<usize> = (0..grids)
        .map(|n| reports * (n + 1) / grids - reports * n / grids)
        .collect();
    while left.iter().any(|count| *count > 0) {
        let mut round = Vec::new();
        for (phone, count) in street.phones.iter_mut().zip(&mut left).filter(|(_, count)| **count > 0) {
            let size = PUSH.min(*count);
            *count -= size;
            round.push(outbox(phone, texts, 1, size)?);
        }
        push_all(street.address, round)?;
    }
    Ok(())
}

/// Bytes of the database with everything in its main file.
pub(super) fn stored_bytes(street: &Street) -> Result<f64, Fault> {
    let database = Database::open(street.database())?;
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))?;
    let sql = "SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)";
    Ok(database.query_row(sql, [], |row| row.get(0))?)
}

/// Touches cases, each in its turn, until the street's revision is `rev`.
fn lengthen(street: &Street, rev: u64) -> Result<(), Fault> {
    let database = Database::open(street.database())?;
    let mut list = database.prepare("SELECT id FROM cases ORDER BY id")?;
    let ids: Vec<String> = list.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let now: u64 = database.query_row("SELECT rev FROM streets", [], |row| row.get(0))?;
    let missing = usize::try_from(rev.saturating_sub(now)).unwrap_or(0);
    let mut cases = ids
        .into_iter()
        .filter_map(|id| id.parse::<CaseId>().ok())
        .collect::<Vec<_>>();
    let third = cases.len() / 3;
    cases.rotate_left(third);
    for from in (0..missing).step_by(STEP) {
        let part: Vec<CaseId> = (from..missing.min(from + STEP))
            .filter_map(|n| cases.get(n % cases.len()).copied())
            .collect();
        street.server.edit_blocking(StreetId::from(STREET), move |edit| {
            part.iter().for_each(|case| edit.touch(RowType::Case, case));
            Ok(())
        })?;
    }
    Ok(())
}

/// Milliseconds of pulling a small delta on both streets, in turns.
fn deltas(long: &mut Street, short: &mut Street, texts: &Texts) -> Result<(Vec<f64>, Vec<f64>), Fault> {
    let before = (caught_up(long)?, caught_up(short)?);
    for street in [&mut *long, &mut *short] {
        let push = outbox(&mut street.phones[0], texts, 1, DELTA)?;
        push_all(street.address, vec![push])?;
    }
    let (mut at_long, mut at_short) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let (one, other) = (delta_ms(long, &before.0)?, delta_ms(short, &before.1)?);
        if run > 0 {
            at_long.push(one);
            at_short.push(other);
        }
    }
    Ok((at_long, at_short))
}

fn caught_up(street: &Street) -> Result<Cursors, Fault> {
    let phone = street.phones[0].clone();
    clients()?.block_on(async {
        let mut connection = Connection::open(street.address).await?;
        Ok(to_the_end(&mut connection, &phone, Cursors::new()).await?.cursors)
    })
}

fn delta_ms(street: &Street, cursors: &Cursors) -> Result<f64, Fault> {
    let phone: &Phone = &street.phones[0];
    let asked = body(phone, cursors)?;
    clients()?.block_on(async {
        let mut connection = Connection::open(street.address).await?;
        let mut times = Vec::new();
        for _ in 0..PULLS {
            let began = Instant::now();
            connection.post(&phone.token, "/v1/pull", &asked).await?.succeeded()?;
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        Ok(times[PULLS / 2])
    })
}
