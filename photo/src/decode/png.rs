//! PNG: whole, or with wrong checksums and a missing end.

use std::io::Cursor;

use png::{Decoder, Limits, Reader, Transformations};

use super::{Decoded, File, MAX_WORKING_BYTES, Refusal, check_memory, flatten, guarded};

/// Decodes a PNG whose header `open` has read.
pub(super) fn decode(file: &File<'_>) -> Result<Decoded, Refusal> {
    let (width, height) = file.size;
    check_memory(width, height, 0)?;
    match attempt(file, false)? {
        Some(decoded) => Ok(decoded),
        None => attempt(file, true)?.ok_or(Refusal::Damaged),
    }
}

/// `None` from a strict attempt: try again without checksums.
fn attempt(file: &File<'_>, tolerant: bool) -> Result<Option<Decoded>, Refusal> {
    let Some(mut reader) = guarded(|| reader(&file.bytes, tolerant)).flatten() else {
        return Ok(None);
    };
    let (width, height) = reader.info().size();
    let (colour, _) = reader.output_color_type();
    let total = reader.output_buffer_size().ok_or(Refusal::Damaged)?;
    check_memory(width, height, total as u64)?;
    let mut pixels = vec![0; total];
    let whole = matches!(guarded(|| reader.next_frame(&mut pixels)), Some(Ok(_)));
    if !whole && !tolerant {
        return Ok(None);
    }
    let raster = flatten::raster(width, height, colour.samples(), pixels);
    if !whole && !raster.shows_something() {
        return Err(Refusal::Damaged);
    }
    Ok(Some(Decoded::Pixels {
        raster,
        whole: whole && !tolerant && !file.cut,
    }))
}

fn reader(bytes: &[u8], tolerant: bool) -> Option<Reader<Cursor<&[u8]>>> {
    let limits = Limits {
        bytes: usize::try_from(MAX_WORKING_BYTES).unwrap_or(usize::MAX),
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.ignore_checksums(tolerant);
    // Texts and colour profiles are not used, and a small one can unpack to a large one.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.read_info().ok()
}
