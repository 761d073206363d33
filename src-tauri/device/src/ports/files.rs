//! Every file operation of the device, so that one test can cut the power between any two of them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// A file in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Name without its folder.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// Last change, in milliseconds since the Unix epoch.
    pub modified_ms: i64,
}

/// The file system. Nothing is durable before [`Files::sync`] and [`Files::sync_dir`] say so.
pub trait Files: Send + Sync {
    /// Makes a folder and those above it.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;
    /// Writes a whole file.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Adds to the end of a file; makes it when it is not there.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Ends a file that was added to. Until then it cannot be read.
    fn finish(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }
    /// Writes over the beginning of a file that is there, where it lies. It takes no more room, so it is done on a full disk too.
    fn overwrite(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Brings a file's bytes to the disk.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Brings a folder's names to the disk.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Removes a file; one that is not there is no error.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Reads a whole file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Reads at most `len` bytes from `offset` on.
    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>>;
    /// Size of a file in bytes; absent when there is none.
    fn size(&self, path: &Path) -> Option<u64>;
    /// The files of a folder.
    fn list(&self, dir: &Path) -> io::Result<Vec<FileEntry>>;
    /// Free bytes where the folder lies; absent when the system does not say.
    fn free_space(&self, dir: &Path) -> Option<u64>;
    /// Name of the SQLite file layer through which databases go the same way; absent for SQLite's own.
    fn database_layer(&self) -> Option<&str> {
        None
    }
}

/// The real file system.
pub struct DiskFiles;

impl Files for DiskFiles {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir_all(dir)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::write(path, bytes)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)?
            .write_all(bytes)
    }

    fn overwrite(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().write(true).open(path)?.write_all(bytes)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    #[cfg(unix)]
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    /// Other systems cannot open a folder; they keep its names with the files.
    #[cfg(not(unix))]
    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::with_capacity(len);
        file.take(len as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn size(&self, path: &Path) -> Option<u64> {
        fs::metadata(path).ok().map(|entry| entry.len())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<FileEntry>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let about = entry.metadata()?;
            let modified = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            if about.is_file() {
                found.push(FileEntry {
                    name: entry.file_name().to_string_lossy().into_owned(),
                    size: about.len(),
                    modified_ms: i64::try_from(modified.as_millis()).unwrap_or(i64::MAX),
                });
            }
        }
        Ok(found)
    }

    #[cfg(unix)]
    fn free_space(&self, dir: &Path) -> Option<u64> {
        let disk = rustix::fs::statvfs(dir).ok()?;
        disk.f_bavail.checked_mul(disk.f_frsize)
    }

    #[cfg(not(unix))]
    fn free_space(&self, _dir: &Path) -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_can_be_appended_to_and_read_in_parts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        DiskFiles.append(&path, b"abc").unwrap();
        DiskFiles.append(&path, b"def").unwrap();
        assert_eq!(DiskFiles.read_at(&path, 2, 3).unwrap(), b"cde");
        assert_eq!(DiskFiles.read_at(&path, 5, 30).unwrap(), b"f");
        assert_eq!(DiskFiles.size(&path), Some(6));
        assert_eq!(DiskFiles.list(dir.path()).unwrap().len(), 1);
    }

    #[test]
    fn a_file_that_is_written_over_keeps_its_size() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        assert!(DiskFiles.overwrite(&path, b"x").is_err(), "there is none");
        DiskFiles.write(&path, b"abcdef").unwrap();
        DiskFiles.overwrite(&path, b"XYZ").unwrap();
        assert_eq!(DiskFiles.read(&path).unwrap(), b"XYZdef");
    }

    #[test]
    fn removing_what_is_not_there_is_no_error() {
        let dir = tempfile::tempdir().unwrap();
        DiskFiles.remove(&dir.path().join("none")).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_free_space_of_a_folder_is_known() {
        let dir = tempfile::tempdir().unwrap();
        assert!(DiskFiles.free_space(dir.path()).unwrap() > 0);
    }
}
