//! Rows out of one server: a phone of every grid pulls from nothing to the end. What the phone does with an answer is not
//! counted, it asks for the next one afterwards.

use super::clients;
use super::pull::{Cursors, to_the_end};
use super::whole::{GRIDS, REPORTS, fill, stored_bytes};
use crate::client::Connection;
use crate::fault::Fault;
use crate::phone::Phone;
use crate::report::{Measure, RUNS};
use crate::reports::Texts;
use crate::street::Street;
use crate::threads;

/// A tenth of the street: enough to see what a row costs.
const PART: usize = REPORTS / 10;

/// Takes the measures on a tenth of the street, which is filled within half a minute.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let mut street = Street::start(GRIDS)?;
    fill(&mut street, &Texts::read()?, PART)?;
    let disk = stored_bytes(&street)? / PART as f64;
    let rows = out(&street, &street.add_head()?)?;
    Ok(vec![
        Measure::aimed("tenth_rows_out_per_s", "rows/s", &rows.per_s, 50_000.0),
        Measure::aimed("tenth_rows_out_cpu_us_per_row", "us CPU", &rows.cpu_us, 20.0),
        Measure::aimed("tenth_store_bytes_per_report", "bytes", &[disk], 1_300.0),
    ])
}

/// What handing out every row took.
pub(super) struct Out {
    pub(super) per_s: Vec<f64>,
    /// Processor time of the server's threads, in microseconds a row.
    pub(super) cpu_us: Vec<f64>,
}

/// Hands every row of the street to somebody who holds none.
pub(super) fn out(street: &Street, head: &Phone) -> Result<Out, Fault> {
    clients()?.block_on(async {
        let mut connection = Connection::open(street.address).await?;
        let (mut per_s, mut cpu_us) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let cpu = threads::server_ms()?;
            let pulled = to_the_end(&mut connection, head, Cursors::new()).await?;
            let rows = pulled.rows as f64;
            per_s.push(rows / pulled.seconds);
            cpu_us.push((threads::server_ms()? - cpu) * 1e3 / rows);
        }
        Ok(Out { per_s, cpu_us })
    })
}
