//! Files that are the old one or the new one after a power cut, never half of either.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use uuid::Uuid;

/// Writes a file: a draft under a name of its own beside it, flush, rename, flush of the folder. After an error nothing is
/// left behind.
///
/// # Errors
/// What the file system reports, such as a full disk.
pub fn put(path: &Path, parts: &[Vec<u8>], temporary: Uuid) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let draft = folder.join(format!("{temporary}.part"));
    let written = write(&draft, parts)
        .and_then(|()| fs::rename(&draft, path))
        .and_then(|()| flush_folder(folder));
    if written.is_err() {
        // Best effort; the first error is the one to tell.
        drop(fs::remove_file(&draft));
    }
    written
}

fn write(path: &Path, parts: &[Vec<u8>]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

/// Makes the names in a folder survive a power cut.
///
/// # Errors
/// What the file system reports.
pub fn flush_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
