//! Whether everything that was said is there when the phone is switched on again.

use std::sync::Arc;

use device::Device;
use device::ports::Files as _;
use domain::{ReportId, Sha256Hex};
use rusqlite::{Connection, OpenFlags};
use sync_server::hash;
use xunge_tests::crash::{CrashFiles, Disk, phone};
use xunge_tests::rest;

use super::capture::Said;

/// Everything that was said and is not there.
pub(super) fn breaches(disk: &Disk, said: &[Said]) -> Vec<String> {
    let disk = Arc::new(disk.fork());
    let device = match phone::open(&disk, 99) {
        Ok(device) => device,
        Err(error) => return vec![format!("the app does not start: {error:?}")],
    };
    let mut found: Vec<String> = said.iter().flat_map(|one| broken(&device, one)).collect();
    found.extend(half_visible(&device));
    drop(device);
    found.extend(unsound(&disk));
    found
}

pub(super) fn broken(device: &Device, said: &Said) -> Vec<String> {
    let Some(name) = &said.draft else { return Vec::new() };
    let id = ReportId(name.parse().unwrap());
    let (draft, report) = (device.get_draft(name).ok(), device.get_report(id).ok());
    let mut found = Vec::new();
    match (&draft, &report) {
        (None, None) => found.push("neither draft nor report is there".to_owned()),
        (Some(_), Some(_)) => found.push("both draft and report are there".to_owned()),
        (Some(_), None) if said.saved.is_some() => found.push("a saved report is a draft again".to_owned()),
        _ => {}
    }
    let text = report
        .map(|report| report.summary.text)
        .or_else(|| draft?.report.map(|report| report.text));
    if let (Some(said), Some(text)) = (&said.text, text)
        && *said != text
    {
        found.push("the words are others".to_owned());
    }
    found.extend(said.photos.iter().filter_map(|photo| damaged(device, photo)));
    found
}

/// A draft that names a photo has it, whatever had been said.
fn half_visible(device: &Device) -> Vec<String> {
    let drafts = device.list_drafts().unwrap();
    let files = drafts
        .iter()
        .flat_map(|draft| &draft.photos)
        .flat_map(|photo| photo.manifest.files())
        .filter_map(|(_, file)| damaged(device, &file.sha256));
    files.collect()
}

fn damaged(device: &Device, photo: &Sha256Hex) -> Option<String> {
    match device.photo_file(photo) {
        Ok((bytes, _)) if hash::of(&bytes) == photo.0 => None,
        Ok(_) => Some("a photo has other bytes".to_owned()),
        Err(error) => Some(format!("a photo is gone: {:?}", error.code)),
    }
}

fn unsound(disk: &Arc<Disk>) -> Vec<String> {
    let files = CrashFiles::new(Arc::clone(disk));
    let layer = files.database_layer().unwrap();
    ["outbox.db", "cache.db"]
        .iter()
        .filter_map(|name| {
            let path = phone::folder().join(name);
            let database = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), layer).unwrap();
            rest::key().unlock(&database).unwrap();
            let word = database.query_row("PRAGMA integrity_check", [], |row| row.get(0));
            let word: String = word.unwrap_or_else(|damaged| damaged.to_string());
            (word != "ok").then(|| format!("{name}: {word}"))
        })
        .collect()
}
