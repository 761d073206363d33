//! Photo files on the disk, named by their hash. A file is either absent or whole.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use domain::{Sha256Hex, StreetId};
use uuid::Uuid;

/// The folder of photo files. Each street has its own, so that a hash tells nothing across streets.
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// Opens the folder; it is made where it is missing.
    ///
    /// # Errors
    /// What the file system reports.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self { root: root.to_owned() })
    }

    /// Writes a file so that it survives a power cut: temporary file, flush, rename, flush of the folder.
    /// The caller has checked that the parts hash to `sha256`. A repeat is harmless.
    ///
    /// # Errors
    /// What the file system reports, such as a full disk; then nothing is left behind.
    pub fn put(&self, street: &StreetId, sha256: &Sha256Hex, parts: &[Vec<u8>], temporary: Uuid) -> io::Result<()> {
        let path = self.path(street, sha256);
        let folder = path.parent().unwrap_or(&self.root);
        self.make(folder)?;
        let draft = folder.join(format!("{temporary}.part"));
        let written = write(&draft, parts)
            .and_then(|()| fs::rename(&draft, &path))
            .and_then(|()| flush_folder(folder));
        if written.is_err() {
            // Best effort; the first error is the one to tell.
            drop(fs::remove_file(&draft));
        }
        written
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// What the file system reports, such as [`io::ErrorKind::NotFound`].
    pub fn read(&self, street: &StreetId, sha256: &Sha256Hex) -> io::Result<Vec<u8>> {
        fs::read(self.path(street, sha256))
    }

    /// True when the file lies on the disk.
    #[must_use]
    pub fn exists(&self, street: &StreetId, sha256: &Sha256Hex) -> bool {
        self.path(street, sha256).is_file()
    }

    /// Folders `street/ab/`, named by the hash of the street's id, because an id may hold any character.
    fn path(&self, street: &StreetId, sha256: &Sha256Hex) -> PathBuf {
        let street = crate::hash::of(street.as_str());
        self.root
            .join(&street[..16])
            .join(sha256.as_str().get(..2).unwrap_or("__"))
            .join(sha256.as_str())
    }

    fn make(&self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        // Each new folder is an entry in the one above it, and that entry must survive too.
        folder
            .ancestors()
            .skip(1)
            .take_while(|above| above.starts_with(&self.root))
            .try_for_each(flush_folder)
    }
}

fn write(path: &Path, parts: &[Vec<u8>]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

fn flush_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
