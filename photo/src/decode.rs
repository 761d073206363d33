//! From a file to pixels, with the limits that hold before any memory is spent.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::ErrorCode;
use domain::protocol::WireError;
use image::codecs::webp::WebPDecoder;
use image::{ColorType, ImageDecoder};
use serde_json::json;

mod container;
mod flatten;
mod png;

pub(crate) use container::{File, open};

use crate::jpeg;
use crate::raster::Raster;
use crate::sniff::Format;

/// The largest picture that is decoded: 8192 × 6144, which 50-megapixel phones write, and a little more.
pub(crate) const MAX_PIXELS: u64 = 51_000_000;

/// The most that decoding may hold at once, the input apart.
pub(crate) const MAX_WORKING_BYTES: u64 = 220_000_000;

/// Pixels, or the news that there can be none here.
pub(crate) enum Decoded {
    /// The picture; `whole` is false when a part is missing or wrong.
    Pixels { raster: Raster, whole: bool },
    /// A format, or a variant of one, that cannot be decoded here.
    Unsupported,
}

/// Why a file gives no photo.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Damaged,
    TooManyPixels { width: u32, height: u32 },
}

impl From<Refusal> for WireError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Damaged => ErrorCode::PhotoDamaged.into(),
            Refusal::TooManyPixels { width, height } => Self {
                code: ErrorCode::PhotoTooManyPixels,
                details: json!({ "width": width, "height": height }),
            },
        }
    }
}

/// Decodes what `open` found.
pub(crate) fn pixels(format: Format, file: &File<'_>) -> Result<Decoded, Refusal> {
    match format {
        Format::Jpeg | Format::JpegWithoutStart => {
            let decoded = jpeg::decode(&file.bytes, &file.jpeg)?;
            Ok(match decoded {
                Decoded::Pixels { raster, whole } => Decoded::Pixels {
                    raster,
                    whole: whole && format == Format::Jpeg,
                },
                Decoded::Unsupported => Decoded::Unsupported,
            })
        }
        Format::Png => png::decode(file),
        Format::WebP => webp(file),
        Format::Heic | Format::Heif | Format::Avif | Format::Gif | Format::Bmp | Format::Tiff | Format::JpegXl => {
            Ok(Decoded::Unsupported)
        }
    }
}

/// Refuses sizes that no camera makes, or that would need more memory than a phone can spare.
pub(crate) fn check_memory(width: u32, height: u32, bytes: u64) -> Result<(), Refusal> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(Refusal::Damaged);
    }
    if pixels > MAX_PIXELS || bytes > MAX_WORKING_BYTES {
        return Err(Refusal::TooManyPixels { width, height });
    }
    Ok(())
}

/// Runs a decoder so that a fault in it costs one photo and not the capture.
pub(crate) fn guarded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(decode)).ok()
}

fn webp(file: &File<'_>) -> Result<Decoded, Refusal> {
    let (width, height) = file.size;
    // The decoder keeps a picture of its own, four bytes a pixel at most, beside the one it fills.
    let own = u64::from(width) * u64::from(height) * 4;
    check_memory(width, height, own)?;
    let decoder = guarded(|| WebPDecoder::new(Cursor::new(&*file.bytes)));
    let decoder = decoder.and_then(Result::ok).ok_or(Refusal::Damaged)?;
    read(decoder, own, file)
}

/// Reads the pixels; `own` is what the decoder needs for itself.
fn read(decoder: impl ImageDecoder, own: u64, file: &File<'_>) -> Result<Decoded, Refusal> {
    let (width, height) = decoder.dimensions();
    let (colour, total) = (decoder.color_type(), decoder.total_bytes());
    check_memory(width, height, total.saturating_add(own))?;
    let channels = match colour {
        ColorType::Rgb8 => 3,
        ColorType::Rgba8 => 4,
        ColorType::L8
        | ColorType::La8
        | ColorType::L16
        | ColorType::La16
        | ColorType::Rgb16
        | ColorType::Rgba16
        | ColorType::Rgb32F
        | ColorType::Rgba32F
        | _ => return Err(Refusal::Damaged),
    };
    let mut pixels = vec![0; usize::try_from(total).unwrap_or(usize::MAX)];
    let whole = matches!(guarded(|| decoder.read_image(&mut pixels)), Some(Ok(())));
    let raster = flatten::raster(width, height, channels, pixels);
    if !whole && !raster.shows_something() {
        return Err(Refusal::Damaged);
    }
    Ok(Decoded::Pixels {
        raster,
        whole: whole && !file.cut,
    })
}
