//! Copies of a street elsewhere: made while the server runs, and put back.
//!
//! A place of copies holds one database file per copy, beside each what is known of it, and the photos of all of them in
//! one folder, because a photo never changes.

pub mod postgres;
mod restore;
mod take;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime};
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
/// How copies are named: their instant, so that names sort by age.
const STAMP: &str = "%Y%m%dT%H%M%S%3fZ";
/// A draft as old as this belongs to a process that was ended.
const FORGOTTEN: Duration = Duration::from_secs(86_400);
/// File systems of other machines, by the number that Linux gives them: NFS, SMB, CIFS, SMB2, Ceph.
const NETWORK: [u32; 5] = [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x00c3_6400];

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
    /// There is no database to begin a new history on.
    #[error("no database")]
    NoDatabase,
    /// More photos cannot be read than somebody said are lost.
    #[error("{missing} of {named} photos cannot be read")]
    PhotosMissing {
        /// How many.
        missing: usize,
        /// Of how many that the database names.
        named: usize,
    },
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

    /// The name of a copy made now. A clock that went back must not make it look older than the last one, which would be
    /// kept in its stead.
    fn next_name(&self, now: ReceivedAt) -> io::Result<String> {
        let names = self.names()?;
        let last = names.iter().rev().find_map(|name| instant(name));
        let at = last.map_or(now.0, |last| now.0.max(last.saturating_add(1)));
        let at = DateTime::from_timestamp_millis(at).unwrap_or_default();
        Ok(at.format(STAMP).to_string())
    }

    /// Removes what copies that were cut short have left.
    fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            let is_draft = entry.path().extension().is_some_and(|kind| kind == "part");
            let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
            if is_draft && age > FORGOTTEN {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
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

/// The instant a copy is named after, in milliseconds.
fn instant(name: &str) -> Option<i64> {
    let at = NaiveDateTime::parse_from_str(name, STAMP).ok()?;
    Some(at.and_utc().timestamp_millis())
}

/// True when the photos outlive this machine.
///
/// # Errors
/// What the file system reports.
pub fn are_photos_elsewhere(photos: &Photos) -> io::Result<bool> {
    match photos {
        Photos::Folder(folder) => is_on_another_machine(folder),
        Photos::Objects(_) => Ok(true),
    }
}

/// True when a folder is a share of another machine. A second disk, a memory disk or a mount that is missing today would be
/// lost together with the database, and phones would have let go.
///
/// # Errors
/// What the file system reports.
pub fn is_on_another_machine(folder: &Path) -> io::Result<bool> {
    fs::create_dir_all(folder)?;
    let kind = rustix::fs::statfs(folder)?.f_type;
    Ok(is_network(kind.cast_unsigned()))
}

fn is_network(kind: u64) -> bool {
    // The kernel widens the number with its sign on some machines.
    u32::try_from(kind & 0xffff_ffff).is_ok_and(|kind| NETWORK.contains(&kind))
}

/// A file under way; gone when it did not become what it was to be.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // Best effort: after a rename there is nothing, and an earlier error is the one to tell.
        drop(fs::remove_file(&self.0));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shares_of_another_machine_are_elsewhere() {
        for kind in [0x6969, 0xff53_4d42, 0xffff_ffff_fe53_4d42] {
            assert!(is_network(kind), "{kind:x}");
        }
        // ext4, xfs, tmpfs, overlay, fuse.
        for kind in [0xef53, 0x5846_5342, 0x0102_1994, 0x794c_7630, 0x6573_5546] {
            assert!(!is_network(kind), "{kind:x}");
        }
        let here = tempfile::tempdir().unwrap();
        assert!(!is_on_another_machine(here.path()).unwrap());
    }
}
