//! The data key, and the two keys made from it.

use std::fmt;
use std::sync::Arc;

use hkdf::Hkdf;
use rusqlite::Connection;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::sealed::SealedFiles;
use crate::ports::{Files, Ids};

/// Length of every key, in bytes.
pub(crate) const KEY_BYTES: usize = 32;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The key that everything on the phone's disk is encrypted with. Random, made once; forgotten from memory when dropped.
/// It lies in a place of its own: a value that is passed on leaves a copy of itself behind.
#[derive(Clone)]
pub struct DataKey(Box<Zeroizing<[u8; KEY_BYTES]>>);

impl DataKey {
    /// A key of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; KEY_BYTES]) -> Self {
        Self::filled(|key| key.copy_from_slice(bytes))
    }

    /// A new key.
    pub(crate) fn random(ids: &dyn Ids) -> Self {
        Self::filled(|key| ids.fill(key))
    }

    fn filled(fill: impl FnOnce(&mut [u8; KEY_BYTES])) -> Self {
        let mut key = Box::new(Zeroizing::new([0; KEY_BYTES]));
        fill(&mut key);
        Self(key)
    }

    /// The encrypted files of a disk.
    #[must_use]
    pub fn files(&self, disk: Arc<dyn Files>, ids: Arc<dyn Ids>) -> Arc<dyn Files> {
        Arc::new(SealedFiles::new(disk, ids, self))
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Opens a database that was just connected to; nothing else may be asked of the connection before.
    ///
    /// # Errors
    /// What SQLite refuses; a wrong key shows at the first read, as a file that is no database.
    pub fn unlock(&self, connection: &Connection) -> rusqlite::Result<()> {
        let key = self.for_database();
        connection.execute_batch(&wiped(&["pragma key = \"", &key, "\""]))
    }

    /// The databases' key as SQLCipher writes one that needs no stretching.
    pub(crate) fn for_database(&self) -> Zeroizing<String> {
        let key = self.derive(b"xunge databases");
        let mut hex = Zeroizing::new([0; 2 * KEY_BYTES]);
        for (pair, byte) in hex.chunks_exact_mut(2).zip(key.iter()) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
        let hex = std::str::from_utf8(hex.as_slice()).expect("hex digits are text");
        wiped(&["x'", hex, "'"])
    }

    /// The files' key.
    pub(crate) fn for_files(&self) -> Zeroizing<[u8; KEY_BYTES]> {
        self.derive(b"xunge files")
    }

    fn derive(&self, purpose: &[u8]) -> Zeroizing<[u8; KEY_BYTES]> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        Hkdf::<Sha256>::new(None, self.bytes())
            .expand(purpose, key.as_mut_slice())
            .expect("32 bytes are no more than a hash gives");
        key
    }
}

/// The parts in a row, in a text of its full size from the start: one that grew would leave copies of the key behind.
fn wiped(parts: &[&str]) -> Zeroizing<String> {
    let size = parts.iter().map(|part| part.len()).sum();
    let mut text = Zeroizing::new(String::with_capacity(size));
    parts.iter().for_each(|part| text.push_str(part));
    text
}

/// Says nothing of the key.
impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}
