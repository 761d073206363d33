//! Pieces of a file, encrypted and authenticated by XChaCha20-Poly1305 in the STREAM construction (Hoang, Reyhanitabar,
//! Rogaway, Vizár 2015): a piece that is changed, moved, left out or cut off is noticed, and any piece can be opened without
//! those before it.
//!
//! A crate of its own, because ciphers are generic code: this one is compiled with optimisation in every profile.

use aead_stream::{Encryptor, NewStream as _, StreamBE32, StreamPrimitive as _};
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};

type Stream = StreamBE32<XChaCha20Poly1305>;

/// Length of a key, in bytes.
pub const KEY: usize = 32;
/// Length of a file's random start, in bytes.
pub const NONCE: usize = 19;
/// Length of the random start of bytes that are sealed whole.
pub const WHOLE_NONCE: usize = 24;
/// What sealing adds to each piece, in bytes.
pub const TAG: usize = 16;

/// A key.
pub struct Seal(XChaCha20Poly1305);

impl Seal {
    /// From its bytes.
    #[must_use]
    pub fn new(key: &[u8; KEY]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Begins a file. No two files of a key may begin alike.
    #[must_use]
    pub fn begin(&self, nonce: [u8; NONCE]) -> Writer {
        Writer(Encryptor::from_stream_primitive(self.stream(nonce)))
    }

    /// Opens one piece of a file, counted from 0; none when it is not what was sealed there.
    #[must_use]
    pub fn open_piece(&self, nonce: [u8; NONCE], position: u32, last: bool, piece: &[u8]) -> Option<Vec<u8>> {
        self.stream(nonce).decrypt(position, last, piece).ok()
    }

    /// Seals a few bytes whole; none for more than any memory holds. No two may begin alike.
    #[must_use]
    pub fn seal(&self, nonce: [u8; WHOLE_NONCE], bytes: &[u8]) -> Option<Vec<u8>> {
        self.0.encrypt(&nonce.into(), bytes).ok()
    }

    /// Opens them; none with another key, or when they were changed.
    #[must_use]
    pub fn open(&self, nonce: [u8; WHOLE_NONCE], sealed: &[u8]) -> Option<Vec<u8>> {
        self.0.decrypt(&nonce.into(), sealed).ok()
    }

    fn stream(&self, nonce: [u8; NONCE]) -> Stream {
        Stream::from_aead(self.0.clone(), &nonce.into())
    }
}

/// A file being sealed, piece after piece.
pub struct Writer(Encryptor<XChaCha20Poly1305, Stream>);

impl Writer {
    /// Seals a piece that others follow; none after more pieces than a file can have.
    #[must_use]
    pub fn next(&mut self, piece: &[u8]) -> Option<Vec<u8>> {
        self.0.encrypt_next(piece).ok()
    }

    /// Seals the last piece.
    #[must_use]
    pub fn last(self, piece: &[u8]) -> Option<Vec<u8>> {
        self.0.encrypt_last(piece).ok()
    }
}
