//! Names and secrets as lower-case hexadecimal SHA-256.

use sha2::{Digest, Sha256};

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .as_ref()
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| DIGITS[usize::from(half)])
        .collect()
}

/// The SHA-256 of `bytes` as 64 hexadecimal digits.
#[must_use]
pub fn of(bytes: impl AsRef<[u8]>) -> String {
    hex(Sha256::digest(bytes))
}
