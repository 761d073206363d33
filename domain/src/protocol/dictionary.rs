//! The dictionary that makes small messages small: a zstd dictionary that phone and server both carry.
//!
//! A version never changes once it has left this repository: frames made with it must stay readable. A better one gets
//! the next number beside it. `docs/PROTOCOL.md` says how the two sides find out that both have it.

/// Header with the number of the dictionary that its sender reads.
pub const DICTIONARY_HEADER: &str = "x-sync-dict";
/// The number of [`DICTIONARY`]; frames made with it carry the number too.
pub const DICTIONARY_NUMBER: u32 = 1;
/// The dictionary, in zstd's format.
pub const DICTIONARY: &[u8] = include_bytes!("dictionary/1.zdict");
/// Larger messages gain nothing from it.
pub const DICTIONARY_MAX_BYTES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_first_dictionary_is_the_one_that_was_published() {
        let hash: String = Sha256::digest(DICTIONARY)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hash, "8420e3e063c80d031ce21214e2b87fe8317fb08fee1fda32941357e633f7c1f0");
        // The format's magic number, then the dictionary's own.
        assert_eq!(DICTIONARY[..4], [0x37, 0xa4, 0x30, 0xec]);
        assert_eq!(DICTIONARY[4..8], DICTIONARY_NUMBER.to_le_bytes());
    }
}
