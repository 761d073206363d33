//! Photo files in a folder. A file is either absent or whole.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

#[derive(Debug)]
pub(super) struct Disk {
    root: PathBuf,
}

impl Disk {
    /// Opens the folder; it is made where it is missing.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self { root: root.to_owned() })
    }

    /// Writes a file so that it survives a power cut: temporary file, flush, rename, flush of the folder.
    /// After an error nothing is left behind.
    pub(super) fn put(&self, name: &str, parts: &[Vec<u8>], temporary: Uuid) -> io::Result<()> {
        let path = self.root.join(name);
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

    pub(super) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.root.join(name))
    }

    pub(super) fn exists(&self, name: &str) -> bool {
        self.root.join(name).is_file()
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
