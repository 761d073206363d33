//! Copies of a street elsewhere: made while the server runs, and put back.
//!
//! A place of copies holds one database file per copy, beside each what is known of it, and the photos of all of them in
//! one folder, because a photo never changes.

mod restore;
mod take;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use domain::{Epoch, ReceivedAt, Sha256Hex, StreetId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use restore::{PutBack, begin_in_place, restore};
pub use take::{Taken, take};

use crate::blobs::{Files, Photos};
use crate::hash;
use crate::store::StoreError;

/// Copies that are kept; older ones are removed, their photos stay.
pub const KEPT: usize = 48;

/// Why no copy was made or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file failed.
    #[error("file: {0}")]
    File(#[from] io::Error),
    /// Only a database in a file is copied here; PostgreSQL has its own ways.
    #[error("not a database file")]
    NotAFile,
    /// There is no such copy.
    #[error("no copy")]
    NoCopy,
    /// The copy does not read as it was written.
    #[error("the copy is damaged")]
    Damaged,
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What is known of one copy; written after everything else of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    epoch: Epoch,
    taken_at: ReceivedAt,
    sha256: Sha256Hex,
    /// The revision of each street in the copy.
    streets: BTreeMap<StreetId, u64>,
}

/// A folder, on another machine if it is to help, with copies in it.
struct Place(PathBuf);

impl Place {
    fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self(folder.to_owned()))
    }

    fn photos(&self) -> io::Result<Files> {
        Files::open(&Photos::Folder(self.0.join("blobs")))
    }

    fn database(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.db"))
    }

    fn manifest(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.json"))
    }

    /// Names of the copies that are complete, the oldest first.
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let path = entry?.path();
            let name = path.file_stem().and_then(|name| name.to_str()).map(str::to_owned);
            if let Some(name) = name.filter(|_| path.extension().is_some_and(|kind| kind == "json"))
                && self.database(&name).is_file()
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Removes the oldest beyond [`KEPT`].
    fn prune(&self) -> io::Result<()> {
        let names = self.names()?;
        for name in names.iter().take(names.len().saturating_sub(KEPT)) {
            fs::remove_file(self.manifest(name))?;
            fs::remove_file(self.database(name))?;
        }
        Ok(())
    }
}

/// True when a copy in this folder would be lost with the disk that the database lies on.
///
/// # Errors
/// What the file system reports.
pub fn on_the_same_disk(folder: &Path, database: &Path) -> io::Result<bool> {
    fs::create_dir_all(folder)?;
    Ok(fs::metadata(folder)?.dev() == fs::metadata(database)?.dev())
}

fn hash_of_file(path: &Path) -> io::Result<Sha256Hex> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut HashWriter(&mut hasher))?;
    Ok(Sha256Hex(hash::hex(hasher.finalize())))
}

struct HashWriter<'h>(&'h mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A photo file, if it is there and its bytes hash to its name.
fn whole(files: &Files, street: &StreetId, sha256: &Sha256Hex) -> Option<Vec<u8>> {
    let bytes = files.read(street, sha256).ok()?;
    (hash::of(&bytes) == sha256.as_str()).then_some(bytes)
}
