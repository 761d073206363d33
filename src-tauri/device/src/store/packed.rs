//! A row's text as it lies in the copy: a zstd frame with a dictionary of rows, which knows the keys and the usual values, and a
//! checksum. What is not read back as it was written was damaged here.

use std::cell::RefCell;
use std::io;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use crate::failure::Result;

/// The dictionary, in zstd's format. A copy packed with another one is not read, and pulled again.
const DICTIONARY: &[u8] = include_bytes!("rows.zdict");
/// The fastest: a first fill packs every row that it brings, and the dictionary saves what a row repeats of others.
const LEVEL: i32 = 1;
/// No row is larger, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

static ENCODER: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    // To begin anew for each row takes longer than the row.
    static PACKER: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static READER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A text, packed.
///
/// # Errors
/// What the compressor reports.
pub(crate) fn pack(text: &str) -> Result<Vec<u8>> {
    PACKER.with_borrow_mut(|kept| {
        let packer = match kept {
            Some(packer) => packer,
            None => kept.insert(packer()?),
        };
        Ok(packer.compress(text.as_bytes())?)
    })
}

fn packer() -> io::Result<Compressor<'static>> {
    let mut packer = Compressor::with_prepared_dictionary(&ENCODER)?;
    packer.include_checksum(true)?;
    Ok(packer)
}

/// The text of a row as it lies in the copy; none when it is not as it was packed.
pub fn unpack(packed: &[u8]) -> Option<String> {
    if packed.is_empty() {
        // No frames at all are an empty text to the decoder.
        return None;
    }
    let plain = READER.with_borrow_mut(|kept| {
        let reader = match kept {
            Some(reader) => reader,
            None => kept.insert(Decompressor::with_prepared_dictionary(&DECODER)?),
        };
        reader.decompress(packed, LARGEST)
    });
    String::from_utf8(plain.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"id\":\"0190\",\"label_zh\":\"市政\"}";

    #[test]
    fn a_text_comes_back_as_it_was() {
        for text in [TEXT, "", &TEXT.repeat(10_000)] {
            assert_eq!(unpack(&pack(text).unwrap()).as_deref(), Some(text));
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let packed = pack(&TEXT.repeat(3)).unwrap();
        for bit in 0..packed.len() * 8 {
            let mut damaged = packed.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                unpack(&damaged).filter(|text| *text != TEXT.repeat(3)),
                None,
                "bit {bit}"
            );
        }
        for end in 0..packed.len() {
            assert_eq!(unpack(&packed[..end]), None, "cut at {end}");
        }
    }
}
