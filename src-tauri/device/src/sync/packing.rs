//! Bodies on their way: compressed, with the shared dictionary once the server has said that it reads it.

use std::io::{self, Read as _};
use std::sync::LazyLock;

use domain::protocol::{DICTIONARY, DICTIONARY_MAX_BYTES};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// Bodies smaller than this travel as they are: without the dictionary, and with it.
const COMPRESS_FROM: (usize, usize) = (256, 64);
/// Level without the dictionary.
const LEVEL: i32 = 3;
/// Level with it. Its cost is small on small bodies, and the radio costs more than the processor.
const DICTIONARY_LEVEL: i32 = 15;

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, DICTIONARY_LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

/// A body as it travels. None when it travels as it is.
///
/// # Errors
/// What the compressor reports.
pub fn pack(plain: &[u8], dictionary: bool) -> io::Result<Option<Vec<u8>>> {
    let dictionary = dictionary && plain.len() <= DICTIONARY_MAX_BYTES;
    let from = if dictionary { COMPRESS_FROM.1 } else { COMPRESS_FROM.0 };
    if plain.len() < from {
        return Ok(None);
    }
    if !dictionary {
        return zstd::bulk::compress(plain, LEVEL).map(Some);
    }
    let mut compressor = zstd::bulk::Compressor::with_prepared_dictionary(&ENCODER)?;
    // The reader needs no size ahead; a checksum tells when the two dictionaries differ.
    compressor.include_contentsize(false)?;
    compressor.include_checksum(true)?;
    compressor.compress(plain).map(Some)
}

/// A body as it was before it was packed, with the dictionary or without; at most `limit` bytes of it and one more.
///
/// # Errors
/// When it is damaged, or was made with a dictionary that this phone does not have.
pub fn unpack(packed: &[u8], limit: u64) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    zstd::Decoder::with_prepared_dictionary(packed, &DECODER)?
        .take(limit + 1)
        .read_to_end(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_back_as_it_was_with_the_dictionary_and_without() {
        let body = "{\"verdict\":\"applied\",\"text\":\"龙泉路20号大树倒了\"}"
            .repeat(9)
            .into_bytes();
        for dictionary in [false, true] {
            let packed = pack(&body, dictionary).unwrap().unwrap();
            assert_eq!(unpack(&packed, 1 << 20).unwrap(), body);
        }
    }

    #[test]
    fn a_damaged_body_is_noticed() {
        let body =
            b"{\"verdict\":\"applied\",\"street_rev\":812,\"durable_rev\":null,\"next_after_ms\":null}".repeat(3);
        let mut packed = pack(&body, true).unwrap().unwrap();
        let last = packed.len() - 1;
        packed[last] ^= 1;
        assert!(unpack(&packed, 1 << 20).is_err());
    }

    #[test]
    fn small_bodies_travel_as_they_are() {
        assert_eq!(pack(&[b' '; 255], false).unwrap(), None);
        assert_eq!(pack(&[b' '; 63], true).unwrap(), None);
    }
}
