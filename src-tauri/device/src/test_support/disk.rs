//! A disk that can be full, or fail from some step on as if the power were cut there.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::ports::{DiskFiles, FileEntry, Files};

pub(crate) struct TestDisk {
    full: AtomicBool,
    /// Changes until the power is cut.
    left: AtomicU64,
}

impl Default for TestDisk {
    fn default() -> Self {
        Self {
            full: AtomicBool::new(false),
            left: AtomicU64::new(u64::MAX),
        }
    }
}

impl TestDisk {
    /// Every change after so many fails.
    pub(crate) fn cut_after(&self, changes: u64) {
        self.left.store(changes, Ordering::Relaxed);
    }

    /// From now on none fails, and whether one did.
    pub(crate) fn mend(&self) -> bool {
        self.left.swap(u64::MAX, Ordering::Relaxed) == 0
    }

    fn change(&self) -> io::Result<()> {
        let less = |left: u64| left.checked_sub(1);
        let went = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        went.map(drop).map_err(|_cut| io::Error::other("the power is off"))
    }

    pub(crate) fn fill_disk(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    fn room(&self) -> io::Result<()> {
        self.change()?;
        if self.full.load(Ordering::Relaxed) {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            Ok(())
        }
    }
}

impl Files for TestDisk {
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
        self.change()?;
        DiskFiles.overwrite(path, bytes)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.change()?;
        DiskFiles.sync(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change()?;
        DiskFiles.rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.change()?;
        DiskFiles.sync_dir(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change()?;
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

    fn free_space(&self, dir: &Path) -> Option<u64> {
        DiskFiles.free_space(dir)
    }
}
