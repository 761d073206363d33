//! A phone's disk that can be full.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use device::ports::{DiskFiles, FileEntry, Files};

use crate::fuse::Fuse;

/// SQLite's layer for files that one process alone uses: it needs no system call for a lock. The phones of a test and the
/// test that looks into them are one process.
pub(crate) const ONE_PROCESS: &str = "unix-excl";

/// The real file system, until it is full.
pub struct PhoneDisk {
    full: AtomicBool,
    fuse: Arc<Fuse>,
}

impl PhoneDisk {
    /// With room for everything.
    #[must_use]
    pub fn empty(fuse: Arc<Fuse>) -> Self {
        Self {
            full: AtomicBool::new(false),
            fuse,
        }
    }

    /// From now on nothing more fits, or everything does.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    fn room(&self) -> io::Result<()> {
        self.fuse.moment();
        if self.full.load(Ordering::Relaxed) {
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
        Some(ONE_PROCESS)
    }

    /// The same on every machine: what a phone announces must not depend on where the test runs.
    fn free_space(&self, _dir: &Path) -> Option<u64> {
        Some(if self.full.load(Ordering::Relaxed) { 0 } else { 10 << 30 })
    }
}
