//! Putting a copy back, or declaring that one was put back already. Either way a new history begins, in which every phone
//! offers again what it keeps.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use domain::{ReceivedAt, Sha256Hex};
use rusqlite::{Connection, OpenFlags};

use super::{BackupError, Draft, Manifest, Place, hash_of_file};
use crate::Failure;
use crate::blobs::{Files, Name};
use crate::clock::RandomIds;
use crate::fence::{Fence, Mark, new_history};
use crate::places::Places;
use crate::store::{Database, Store, StoreError, Tx, blobs, server};

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutBack {
    /// The copy's name.
    pub name: String,
    /// Where the database that was there lies now, if there was one.
    pub before: Option<PathBuf>,
    /// Photo files that came from the copy.
    pub photos: usize,
    /// Photo files that are nowhere; phones that still keep them send them again.
    pub missing: Vec<Sha256Hex>,
}

/// Puts a copy in the place of the database, the newest one or the one named. The server must not run. What was there is
/// set aside, never deleted. At most `lost` photos may be whole nowhere: the street forgets them, so that phones which still keep
/// them send them again. There is no way back, and a place that is out of reach today looks alike.
///
/// # Errors
/// [`BackupError::NoCopy`], [`BackupError::Damaged`], [`BackupError::PhotosMissing`], or what the file system or the
/// database reports.
pub fn restore(
    places: &Places,
    from: &Path,
    name: Option<&str>,
    lost: usize,
    now: ReceivedAt,
) -> Result<PutBack, BackupError> {
    let Database::File(database) = &places.database else {
        return Err(BackupError::NotAFile);
    };
    if !from.is_dir() {
        return Err(BackupError::NoCopy);
    }
    let place = Place(from.to_owned());
    let names = place.names()?;
    let chosen = match name {
        Some(name) => names.iter().find(|known| *known == name),
        None => names.last(),
    };
    let name = chosen.ok_or(BackupError::NoCopy)?.clone();
    let draft = Draft(database.with_extension("restoring"));
    fs::copy(place.database(&name), &draft.0)?;
    File::open(&draft.0)?.sync_all()?;
    let manifest: Manifest = serde_json::from_slice(&fs::read(place.manifest(&name))?).or(Err(BackupError::Damaged))?;
    if hash_of_file(&draft.0)? != manifest.sha256 {
        return Err(BackupError::Damaged);
    }
    let copy = Connection::open_with_flags(&draft.0, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let named = blobs::all(&Tx::sqlite(&copy))?;
    drop(copy);
    let (photos, missing) = photos(places, named, Some(&place.photos()?), lost)?;
    let before = set_aside(database, now)?;
    fs::rename(&draft.0, database)?;
    File::open(database.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    begin(&Store::open(&places.database, 1)?, places, &missing, now)?;
    Ok(PutBack {
        name,
        before,
        photos,
        missing: hashes(missing),
    })
}

/// Begins a new history on a database that somebody put back by other means. Returns the photo files that are nowhere, of which
/// there may be `lost`, as with [`restore`].
///
/// # Errors
/// [`BackupError::NoDatabase`], [`BackupError::PhotosMissing`], or what the file system or the database reports.
pub fn begin_in_place(places: &Places, lost: usize, now: ReceivedAt) -> Result<Vec<Sha256Hex>, BackupError> {
    if let Database::File(file) = &places.database
        && !file.is_file()
    {
        return Err(BackupError::NoDatabase);
    }
    let store = Store::open(&places.database, 1)?;
    let found = store.read_blocking(|tx| Ok((server::epoch(tx)?, blobs::all(tx)?)));
    let (epoch, named) = found.map_err(only_store)?;
    // Just made by opening it: nobody's street is here.
    epoch.ok_or(BackupError::NoDatabase)?;
    let (_none, missing) = photos(places, named, None, lost)?;
    begin(&store, places, &missing, now)?;
    Ok(hashes(missing))
}

/// Brings the photos that a database names to their place. Returns how many came from the copies, and which are whole nowhere.
fn photos(
    places: &Places,
    named: Vec<Name>,
    copies: Option<&Files>,
    lost: usize,
) -> Result<(usize, Vec<Name>), BackupError> {
    let all = named.len();
    let (came, missing) = Files::open(&places.photos)?.fill(named, copies)?;
    if missing.len() > lost {
        return Err(BackupError::PhotosMissing {
            missing: missing.len(),
            named: all,
        });
    }
    Ok((came, missing))
}

fn begin(store: &Store, places: &Places, missing: &[Name], now: ReceivedAt) -> Result<(), BackupError> {
    let missing = missing.to_vec();
    let mark = store.write_blocking(move |tx| {
        for (street, sha256) in &missing {
            blobs::forget(tx, street, sha256)?;
        }
        let epoch = new_history(tx, &RandomIds, now)?;
        Ok(Mark::of(tx, epoch)?)
    });
    Ok(Fence::of(&places.database).write(&mark.map_err(only_store)?)?)
}

fn hashes(files: Vec<Name>) -> Vec<Sha256Hex> {
    files.into_iter().map(|(_street, sha256)| sha256).collect()
}

fn only_store(failure: Failure) -> BackupError {
    match failure {
        Failure::Store(error) => error.into(),
        Failure::File(error) => error.into(),
        Failure::Refused(error) => StoreError::NotCommitted(error.code).into(),
        Failure::Panicked => StoreError::Closed.into(),
    }
}

/// Renames the database that is there, with its log.
fn set_aside(database: &Path, now: ReceivedAt) -> io::Result<Option<PathBuf>> {
    let aside = database.with_extension(format!("before-{}", now.0));
    let with = |path: &Path, part: &str| PathBuf::from(format!("{}{part}", path.display()));
    let mut moved = None;
    for part in ["", "-wal", "-shm"] {
        let from = with(database, part);
        if from.exists() {
            fs::rename(&from, with(&aside, part))?;
            moved = Some(aside.clone());
        }
    }
    Ok(moved)
}
