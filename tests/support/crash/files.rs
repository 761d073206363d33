//! The device's `Files` port over the simulated disk.

use std::io;
use std::path::Path;
use std::sync::Arc;

use device::ports::{FileEntry, Files};

use super::Disk;
use super::layer::Layer;

/// The files of a phone whose power can be cut, SQLite's among them.
pub struct CrashFiles {
    disk: Arc<Disk>,
    layer: Arc<Layer>,
}

impl CrashFiles {
    /// Files on a disk.
    #[must_use]
    pub fn new(disk: Arc<Disk>) -> Self {
        let layer = Arc::new(Layer::register(Arc::clone(&disk)));
        Self { disk, layer }
    }

    /// What must outlive the databases opened through these files.
    #[must_use]
    pub fn layer(&self) -> Arc<Layer> {
        Arc::clone(&self.layer)
    }
}

impl Files for CrashFiles {
    /// Folders are names alone here; they are never lost.
    fn create_dir(&self, _dir: &Path) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let id = self.disk.open(path, true)?;
        self.disk.truncate(id, 0)?;
        self.disk.write(id, 0, bytes)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let id = self.disk.open(path, true)?;
        self.disk.write(id, self.disk.size(id), bytes)
    }

    fn overwrite(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.disk.write(self.disk.open(path, false)?, 0, bytes)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.disk.sync(self.disk.open(path, false)?, path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk.sync_dir(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match self.disk.remove(path) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let size = self.size(path).ok_or(io::ErrorKind::NotFound)?;
        self.read_at(path, 0, usize::try_from(size).map_err(io::Error::other)?)
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        let read = self.disk.read(self.disk.open(path, false)?, offset, &mut bytes)?;
        bytes.truncate(read);
        Ok(bytes)
    }

    fn size(&self, path: &Path) -> Option<u64> {
        self.disk.lookup(path).map(|id| self.disk.size(id))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<FileEntry>> {
        let entry = |(path, id): (std::path::PathBuf, u64)| FileEntry {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            size: self.disk.size(id),
            modified_ms: self.disk.modified_ms(id),
        };
        Ok(self.disk.list(dir).into_iter().map(entry).collect())
    }

    fn free_space(&self, _dir: &Path) -> Option<u64> {
        None
    }

    fn database_layer(&self) -> Option<&str> {
        Some(self.layer.name())
    }
}
