//! Saving a report on the phone, photo apart, against one SQLite commit that is flushed to the same disk.

use std::time::Instant;

use device::view::{DraftEdit, DraftKind, NewDraft};
use domain::{LatLon, NoPhotoReason};
use rusqlite::Connection;

use crate::device_phone::DevicePhone;
use crate::fault::Fault;
use crate::report::{Measure, RUNS};
use crate::street::Street;

/// Reports in one run.
const COUNT: usize = 100;

/// Takes the measure.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let street = Street::start(1)?;
    let phone = DevicePhone::new()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        phone.enrol(&street, street.phones[0].user, street.address).await?;
        phone.fill().await
    })?;
    let bare = one_row_table(&phone)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let (our, their) = (save(&phone)?, commit(&bare)?);
        if run > 0 {
            ours.push(our);
            theirs.push(their);
        }
    }
    let name = "save of a report, photo apart";
    Ok(vec![Measure::new(
        name,
        "ms",
        &ours,
        "one flushed SQLite commit of one row",
        &theirs,
    )])
}

/// Mean milliseconds from "save" to "saved". The draft was written while the worker typed.
pub(crate) fn save(phone: &DevicePhone) -> Result<f64, Fault> {
    let mut total = 0.0;
    for _ in 0..COUNT {
        let draft = phone.device.open_draft(NewDraft {
            kind: DraftKind::Report,
            household: None,
            about: None,
        })?;
        let mut report = draft.report.ok_or(Fault::Client)?;
        report.category = Some("noise".into());
        report.text = "夜里工地施工很吵，一直到两点".to_owned();
        report.pin = Some(LatLon {
            lat: 39.95,
            lon: 116.30,
        });
        report.no_photo_reason = Some(NoPhotoReason::NotNeeded);
        phone.device.save_draft(DraftEdit {
            id: draft.id.clone(),
            report: Some(report),
            visit: None,
            note: None,
        })?;
        let began = Instant::now();
        phone.device.save_report(&draft.id)?;
        total += began.elapsed().as_secs_f64();
    }
    Ok(total * 1e3 / COUNT as f64)
}

fn one_row_table(phone: &DevicePhone) -> Result<Connection, Fault> {
    let connection = Connection::open(phone.folder().join("bare.db"))?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_row| Ok(()))?;
    connection
        .execute_batch("PRAGMA synchronous = FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")?;
    Ok(connection)
}

/// Mean milliseconds of one commit of one row of a kilobyte.
fn commit(connection: &Connection) -> Result<f64, Fault> {
    let body = "x".repeat(1024);
    let mut insert = connection.prepare("INSERT INTO t (body) VALUES (?1)")?;
    let began = Instant::now();
    for _ in 0..COUNT {
        insert.execute([&body])?;
    }
    Ok(began.elapsed().as_secs_f64() * 1e3 / COUNT as f64)
}
