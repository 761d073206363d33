//! Where a deployment keeps what it must not lose.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::blobs::Photos;
use crate::store::Database;

/// Where database and photos are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The database.
    pub database: Database,
    /// Photo files.
    pub photos: Photos,
    /// Where files lie while they are looked at.
    pub folder: PathBuf,
}

impl Places {
    /// One folder for all: `xunge.db` and `blobs/`. The default.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            database: Database::File(folder.join("xunge.db")),
            photos: Photos::Folder(folder.join("blobs")),
            folder: folder.to_owned(),
        }
    }

    /// Takes the database for this process alone, where it is a file; the lock is a file beside it. PostgreSQL is shared.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] while another process holds it; what the file system reports.
    pub fn hold(&self) -> io::Result<Hold> {
        let Database::File(path) = &self.database else {
            return Ok(Hold { _lock: None });
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let lock = File::create(path.with_extension("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
            TryLockError::Error(error) => error,
        })?;
        Ok(Hold { _lock: Some(lock) })
    }
}

/// Nobody else serves or moves a file of SQLite while this exists.
#[derive(Debug)]
pub struct Hold {
    _lock: Option<File>,
}
