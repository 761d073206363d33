//! Bytes on the wire for one report without photos, against the same report as plain JSON and as an OpenRosa form.
//!
//! Request bodies only; HTTP's own headers are left out on every side. The texts are those of
//! `XUNGE_DATA/texts/reports_seed.csv`; ids are as random as real ones, from a fixed start, so that every run gives
//! the same bytes and one run is enough.

mod form;
mod street;

use domain::protocol::{Announcement, Mutation, PROTO, PushRequest, kind};
use domain::{DeviceId, Epoch, MutationId, Report, UserId};
use uuid::Uuid;

use crate::fault::Fault;
use crate::report::Measure;

/// The phone's level of compression.
const LEVEL: i32 = 3;

/// Reports in a full push of the measure.
const BATCH: usize = 50;

/// Takes the measures.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let mut ids = street::Ids::default();
    let reports = street::reports(&mut ids)?;
    let single = per_report(&reports, 1, &mut ids)?;
    let batch = per_report(&reports, BATCH, &mut ids)?;
    let json = mean(&reports, |report| Ok(serde_json::to_vec(report)?.len()))?;
    let openrosa = mean(&reports, |report| Ok(form::submission(report).len()))?;
    let sides = [("one in a push", single), ("fifty in a push", batch)];
    let peers = [
        ("plain JSON of the report", json),
        ("OpenRosa XML submission", openrosa),
    ];
    let measures = sides.iter().flat_map(|(how, ours)| {
        peers.iter().map(move |(against, theirs)| {
            let name = format!(
                "report on the wire, {how}, against {}",
                against.split(' ').next().unwrap_or_default()
            );
            Measure::new(&name, "bytes", &[*ours], against, &[*theirs])
        })
    });
    Ok(measures.collect())
}

/// Mean size for each report when `size` of them travel together. A last push with fewer is left out.
fn per_report(reports: &[Report], size: usize, ids: &mut street::Ids) -> Result<f64, Fault> {
    let mut total = 0;
    let mut count = 0;
    for chunk in reports.chunks_exact(size) {
        let json = serde_json::to_vec(&push(chunk, ids)?)?;
        total += zstd::bulk::compress(&json, LEVEL)?.len();
        count += chunk.len();
    }
    Ok(total as f64 / count as f64)
}

fn push(reports: &[Report], ids: &mut street::Ids) -> Result<PushRequest, Fault> {
    let author = UserId(street::WORKER);
    let mutations = reports.iter().zip(1..).map(|(report, seq)| {
        let wall_ms = report.captured_at.millis();
        let id = MutationId(ids.time_ordered(wall_ms));
        let (kind, entity, body) = (
            kind::REPORT_CREATE.to_owned(),
            report.id.0,
            serde_json::to_value(report)?,
        );
        Ok(Mutation {
            id,
            seq,
            kind,
            v: 1,
            entity,
            author,
            wall_ms,
            server_est_ms: Some(wall_ms + 311),
            body,
        })
    });
    Ok(PushRequest {
        proto: PROTO,
        epoch: Some(Epoch(Uuid::from_u128(0x5e1f_0b7c_9a3d_4e21_8c44_17aa_90d3_62fe))),
        device: DeviceId(Uuid::from_u128(0x0199_b2c4_77d1_7c3a_9b20_f64e_1d08_a5c7)),
        announce: announcement(reports.len()),
        mutations: mutations.collect::<Result<_, Fault>>()?,
    })
}

fn announcement(unsent: usize) -> Announcement {
    Announcement {
        unsent: u32::try_from(unsent).unwrap_or(u32::MAX),
        oldest_unsent_ms: Some(48_211),
        free_bytes: Some(21_474_836_480),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Announcement::default()
    }
}

fn mean(reports: &[Report], size: impl Fn(&Report) -> Result<usize, Fault>) -> Result<f64, Fault> {
    let total: usize = reports.iter().map(size).sum::<Result<_, _>>()?;
    Ok(total as f64 / reports.len() as f64)
}
