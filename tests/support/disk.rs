//! A phone's disk that can be full, for its files and for its databases.

pub(crate) mod layer;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use device::ports::{DiskFiles, FileEntry, Files};

use crate::fuse::Fuse;

/// The real file system, until it is full.
pub struct PhoneDisk {
    folder: PathBuf,
    full: AtomicBool,
    fuse: Arc<Fuse>,
}

impl PhoneDisk {
    /// With room for everything. The phone's databases lie in `folder`.
    #[must_use]
    pub fn empty(folder: PathBuf, fuse: Arc<Fuse>) -> Self {
        Self {
            folder,
            full: AtomicBool::new(false),
            fuse,
        }
    }

    /// From now on nothing more fits, or everything does.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
        layer::set_full(&self.folder, full);
    }

    /// True while nothing more fits.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    fn room(&self) -> io::Result<()> {
        self.fuse.moment();
        if self.is_full() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl Files for PhoneDisk {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        DiskFiles.create_dir(dir)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.room()?;
        DiskFiles.write(path, bytes)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.room()?;
        DiskFiles.append(path, bytes)
    }

    fn overwrite(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.fuse.moment();
        DiskFiles.overwrite(path, bytes)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.fuse.moment();
        DiskFiles.sync(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.fuse.moment();
        DiskFiles.rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.fuse.moment();
        DiskFiles.sync_dir(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.fuse.moment();
        DiskFiles.remove(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        DiskFiles.read(path)
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        DiskFiles.read_at(path, offset, len)
    }

    fn size(&self, path: &Path) -> Option<u64> {
        DiskFiles.size(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<FileEntry>> {
        DiskFiles.list(dir)
    }

    fn database_layer(&self) -> Option<&str> {
        Some(layer::name())
    }

    /// The same on every machine: what a phone announces must not depend on where the test runs.
    fn free_space(&self, _dir: &Path) -> Option<u64> {
        Some(if self.is_full() { 0 } else { 10 << 30 })
    }
}

impl Drop for PhoneDisk {
    fn drop(&mut self) {
        layer::set_full(&self.folder, false);
    }
}
