//! What the phones of a test are encrypted with, and how a test looks into their databases.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use device::DataKey;
use device::ports::{DiskFiles, SystemIds};
use rusqlite::{Connection, OpenFlags};

use crate::disk::layer;

/// The data key of every phone.
#[must_use]
pub fn key() -> DataKey {
    DataKey::from_bytes(&[9; 32])
}

/// A database of a phone that runs on the machine's own disk.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn database(folder: &Path, name: &str) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags_and_vfs(folder.join(name), flags, layer::name()).unwrap();
    // A bare phone's begins as every database does.
    let mut begins = Vec::new();
    let file = File::open(folder.join(name)).unwrap();
    file.take(15).read_to_end(&mut begins).unwrap();
    if begins != b"SQLite format 3" {
        key().unlock(&connection).unwrap();
    }
    connection
}

/// A file of a phone that runs on the machine's own disk, as it was before it was encrypted; none when it is not there.
#[must_use]
pub fn file(path: &Path) -> Option<Vec<u8>> {
    let files = key().files(Arc::new(DiskFiles), Arc::new(SystemIds));
    files.read(path).ok()
}
