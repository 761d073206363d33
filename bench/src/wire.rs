//! Bytes on the wire for one report with one photo's three hashes, photo bytes apart.
//!
//! Bodies are compared with the same push as plain JSON, and with the same report as an OpenRosa form; HTTP's headers
//! are left out on every side. One push both ways with all headers, as the server answers it, is a measure of its own.
//! The texts are those of `XUNGE_DATA/texts/reports_seed.csv`; ids are as random as real ones, from a fixed start, so
//! that every run gives the same bytes and one run is enough.

mod form;

use crate::client::Connection;
use crate::fault::Fault;
use crate::phone::{Phone, packed};
use crate::report::Measure;
use crate::reports::Texts;
use crate::street::{Street, grid};

/// Reports in a full push of the measure.
const BATCH: usize = 50;

/// The sizes of one way of pushing, per report.
struct Sizes {
    packed: f64,
    json: f64,
    form: f64,
}

/// Takes the measures.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let (single, batch) = (per_report(1)?, per_report(BATCH)?);
    let against =
        |name: &str, ours: f64, against, theirs: f64| Measure::new(name, "bytes", &[ours], against, &[theirs]);
    Ok(vec![
        against(
            "bytes_per_report_single",
            single.packed,
            "the same push as plain JSON",
            single.json,
        ),
        against(
            "bytes_per_report_batch50",
            batch.packed,
            "the same push as plain JSON",
            batch.json,
        ),
        against(
            "report on the wire, one in a push",
            single.packed,
            "OpenRosa XML submission",
            single.form,
        ),
        against(
            "report on the wire, fifty in a push",
            batch.packed,
            "OpenRosa XML submission",
            batch.form,
        ),
        Measure::aimed("bytes_per_report_single_aim", "bytes", &[single.packed], 215.0),
        Measure::aimed("bytes_per_report_batch50_aim", "bytes", &[batch.packed], 190.0),
        Measure::aimed(
            "one new report up, both ways with headers",
            "bytes",
            &[with_headers()?],
            700.0,
        ),
    ])
}

/// Mean sizes for each report when `size` of them travel together. A last push with fewer is left out.
fn per_report(size: usize) -> Result<Sizes, Fault> {
    let texts = Texts::read()?;
    let mut phone = Phone::new(0, grid(0));
    let pushes = texts.count() / size;
    let mut sizes = Sizes {
        packed: 0.0,
        json: 0.0,
        form: 0.0,
    };
    for _ in 0..pushes {
        let reports = phone.capture(&texts, size);
        let json = serde_json::to_vec(&phone.push_of(&reports)?)?;
        sizes.packed += packed(&json)?.len() as f64;
        sizes.json += json.len() as f64;
        sizes.form += reports
            .iter()
            .map(|report| form::submission(report).len() as f64)
            .sum::<f64>();
    }
    let count = (pushes * size) as f64;
    Ok(Sizes {
        packed: sizes.packed / count,
        json: sizes.json / count,
        form: sizes.form / count,
    })
}

/// Mean bytes of a push of one report and its answer, everything counted.
fn with_headers() -> Result<f64, Fault> {
    let texts = Texts::read()?;
    let mut street = Street::start(1)?;
    let address = street.address;
    let phone = &mut street.phones[0];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        for _ in 0..texts.count() {
            let body = phone.next_push(&texts, 1)?;
            connection.post(&phone.token, "/v1/push", &body).await?.succeeded()?;
        }
        Ok(connection.bytes as f64 / texts.count() as f64)
    })
}
