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

/// The key that everything on the phone's disk is encrypted with. Random, made once; forgotten from memory when dropped.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

impl DataKey {
    /// A key of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
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
        connection.execute_batch(&format!("pragma key = \"{}\"", self.for_database().as_str()))
    }

    /// The databases' key as SQLCipher writes one that needs no stretching.
    pub(crate) fn for_database(&self) -> Zeroizing<String> {
        let key = self.derive(b"xunge databases");
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        Zeroizing::new(format!("x'{}'", Zeroizing::new(hex).as_str()))
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

/// Says nothing of the key.
impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}
