//! The platform's key store.

use std::io;

/// Encrypts a few bytes with a key that never leaves the phone's own key store, so that a copy of the disk alone can
/// never be opened.
pub trait KeyStore: Send + Sync {
    /// Encrypts `bytes`; makes the key when there is none yet.
    ///
    /// # Errors
    /// When the store does not answer.
    fn wrap(&self, bytes: &[u8]) -> io::Result<Vec<u8>>;

    /// Decrypts what [`KeyStore::wrap`] gave.
    ///
    /// # Errors
    /// When the key is gone, or the bytes are not from here.
    fn unwrap(&self, bytes: &[u8]) -> io::Result<Vec<u8>>;

    /// Destroys the key: what was wrapped can never be opened again.
    ///
    /// # Errors
    /// When the store does not answer.
    fn destroy(&self) -> io::Result<()>;
}
