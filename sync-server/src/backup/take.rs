//! Making a copy while the server runs.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use domain::{ReceivedAt, Sha256Hex, StreetId};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::{BackupError, Draft, Manifest, Place, hash_of_file};
use crate::blobs::Files;
use crate::clock::{Ids as _, RandomIds};
use crate::durable;
use crate::fence::{Fence, Mark};
use crate::places::Places;
use crate::store::{Database, StoreError, Tx, blobs, server, streets};

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its name.
    pub name: String,
    /// Photo files that this copy added.
    pub photos: usize,
    /// Photo files that the server should have and has not, or not as they were.
    pub missing: Vec<Sha256Hex>,
    /// True when the streets learnt of it: from now on phones may forget what it holds.
    pub counts: bool,
}

/// Copies the database and the photos it names. With `counts`, and when no photo was missing, the streets learn how far
/// the copy reaches, so that phones need not keep that any longer.
///
/// # Errors
/// What the database or the file system reports; then the streets learn nothing.
pub fn take(places: &Places, to: &Path, counts: bool, now: ReceivedAt) -> Result<Taken, BackupError> {
    let Database::File(database) = &places.database else {
        return Err(BackupError::NotAFile);
    };
    if !database.is_file() {
        return Err(std::io::Error::from(std::io::ErrorKind::NotFound).into());
    }
    let place = Place::open(to)?;
    place.sweep()?;
    let name = place.next_name(now)?;
    let draft = Draft(to.join(format!("{}.part", RandomIds.uuid())));
    let manifest = Manifest {
        taken_at: now,
        ..copy_database(database, &draft.0)?
    };
    let (photos, missing) = copy_photos(&draft.0, &Files::open(&places.photos)?, &place.photos()?)?;
    fs::rename(&draft.0, place.database(&name))?;
    let written = serde_json::to_vec_pretty(&manifest).map_err(StoreError::from)?;
    durable::put(&place.manifest(&name), &[written], RandomIds.uuid())?;
    place.prune()?;
    let counts = counts && missing.is_empty() && tell(database, &manifest)?;
    Ok(Taken {
        name,
        photos,
        missing,
        counts,
    })
}

/// One snapshot of the whole database, read back before it is called a copy.
fn copy_database(from: &Path, to: &Path) -> Result<Manifest, BackupError> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(Duration::from_secs(10))?;
    let mut target = Connection::open(to)?;
    // All pages in one step: writers go on meanwhile, and the copy is of one instant.
    Backup::new(&source, &mut target)?.step(-1)?;
    drop(target);
    let copy = Connection::open(to)?;
    // In one file, and not followed by a log of its own.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_row| Ok(()))?;
    let word: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if word != "ok" {
        return Err(BackupError::Damaged);
    }
    let tx = Tx::sqlite(&copy);
    let epoch = server::epoch(&tx)?.ok_or(BackupError::Damaged)?;
    let heights = streets::heights(&tx)?;
    drop(copy);
    File::open(to)?.sync_all()?;
    Ok(Manifest {
        epoch,
        taken_at: ReceivedAt(0),
        sha256: hash_of_file(to)?,
        streets: heights
            .into_iter()
            .map(|(street, height)| (street, height.rev))
            .collect(),
    })
}

/// Adds the photos that the copy names and the place lacks. Returns their number, and which are not to be had.
fn copy_photos(copy: &Path, from: &Files, to: &Files) -> Result<(usize, Vec<Sha256Hex>), BackupError> {
    let copy = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let named: Vec<(StreetId, Sha256Hex)> = blobs::all(&Tx::sqlite(&copy))?;
    let (mut added, mut missing) = (0, Vec::new());
    for (street, sha256) in named {
        if to.exists(&street, &sha256)? {
            continue;
        }
        let Some(bytes) = from.whole(&street, &sha256) else {
            missing.push(sha256);
            continue;
        };
        to.put(&street, &sha256, &[bytes], RandomIds.uuid())?;
        if to.whole(&street, &sha256).is_none() {
            // Left there, the next copy would take it for a good one.
            to.remove(&street, &sha256)?;
            return Err(BackupError::Damaged);
        }
        added += 1;
    }
    Ok((added, missing))
}

/// Tells the streets how far the copy reaches, unless their history ended meanwhile; true when they were told. The fence is
/// raised before that is committed: at whatever point the power goes, putting back this very copy is noticed.
fn tell(database: &Path, manifest: &Manifest) -> Result<bool, BackupError> {
    let live = Connection::open(database)?;
    live.busy_timeout(Duration::from_secs(10))?;
    live.execute_batch("PRAGMA synchronous = FULL; BEGIN IMMEDIATE")?;
    let tx = Tx::sqlite(&live);
    if server::epoch(&tx)? != Some(manifest.epoch) {
        live.execute_batch("ROLLBACK")?;
        return Ok(false);
    }
    for (street, rev) in &manifest.streets {
        streets::copied(&tx, street, *rev, manifest.taken_at)?;
    }
    let mark = Mark::of(&tx, manifest.epoch)?;
    Fence::of(&Database::File(database.to_owned())).write(&mark)?;
    live.execute_batch("COMMIT")?;
    Ok(true)
}
