//! Photo files in a folder. A file is either absent or whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::durable::{self, flush_folder};

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

    /// Writes a file so that it survives a power cut. After an error nothing is left behind.
    pub(super) fn put(&self, name: &str, parts: &[Vec<u8>], temporary: Uuid) -> io::Result<()> {
        let path = self.root.join(name);
        self.make(path.parent().unwrap_or(&self.root))?;
        durable::put(&path, parts, temporary)
    }

    pub(super) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.root.join(name))
    }

    pub(super) fn exists(&self, name: &str) -> bool {
        self.root.join(name).is_file()
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.root.join(name))
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
