//! A disk that can be full.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::ports::{DiskFiles, FileEntry, Files};

#[derive(Default)]
pub(crate) struct TestDisk {
    full: AtomicBool,
}

impl TestDisk {
    pub(crate) fn fill_disk(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    fn room(&self) -> io::Result<()> {
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

    fn sync(&self, path: &Path) -> io::Result<()> {
        DiskFiles.sync(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        DiskFiles.rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        DiskFiles.sync_dir(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
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
