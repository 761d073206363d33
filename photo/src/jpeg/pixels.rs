//! Decoding a JPEG, whole or as far as it goes.

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::decode::{Decoded, Refusal, check_memory, guarded};
use crate::jpeg::Layout;
use crate::raster::{Colours, Raster};

/// Grey in every channel: what the decoder itself writes where it finds nothing.
const GREY: u8 = 128;

/// More scans than any encoder writes; each one costs a walk over the whole picture.
const MAX_SCANS: usize = 64;

/// Decodes `bytes`, which start with the start marker. `layout` is what the walk over the segments found.
pub(crate) fn decode(bytes: &[u8], layout: &Layout) -> Result<Decoded, Refusal> {
    let (width, height) = layout.size.ok_or(Refusal::Damaged)?;
    if !layout.supported {
        return Ok(Decoded::Unsupported);
    }
    check_size(width, height, layout)?;
    match attempt(bytes, layout, true)? {
        Attempt::Unsupported => Ok(Decoded::Unsupported),
        Attempt::Whole(raster) => Ok(Decoded::Pixels {
            raster,
            whole: layout.end.is_some(),
        }),
        // The strict run stops at the first fault and so tells that there is one; the tolerant run gets further.
        Attempt::Faulty => match attempt(bytes, layout, false)? {
            Attempt::Whole(raster) if raster.shows_something() => Ok(Decoded::Pixels { raster, whole: false }),
            Attempt::Whole(_) | Attempt::Faulty | Attempt::Unsupported => Err(Refusal::Damaged),
        },
    }
}

fn check_size(width: u32, height: u32, layout: &Layout) -> Result<(), Refusal> {
    let pixels = u64::from(width) * u64::from(height);
    let output = pixels * u64::from(layout.components.clamp(1, 4));
    // Two bytes for every sample stay in memory until the last scan.
    let keeps_all = layout.progressive || layout.scan_components < layout.components;
    let kept = if keeps_all {
        pixels * layout.quarter_samples / 2
    } else {
        0
    };
    check_memory(width, height, output + kept)
}

enum Attempt {
    Whole(Raster),
    Faulty,
    Unsupported,
}

fn attempt(bytes: &[u8], layout: &Layout, strict: bool) -> Result<Attempt, Refusal> {
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .jpeg_set_max_scans(MAX_SCANS);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    match guarded(|| decoder.decode_headers()) {
        Some(Ok(())) => {}
        Some(Err(DecodeErrors::Unsupported(_))) => return Ok(Attempt::Unsupported),
        Some(Err(_)) | None => return Err(Refusal::Damaged),
    }
    let (Some((width, height)), Some(input)) = (decoder.dimensions(), decoder.input_colorspace()) else {
        return Err(Refusal::Damaged);
    };
    let (width, height) = (
        u32::try_from(width).unwrap_or(u32::MAX),
        u32::try_from(height).unwrap_or(u32::MAX),
    );
    check_size(width, height, layout)?;
    let Some((colours, output)) = working_colours(input) else {
        return Ok(Attempt::Unsupported);
    };
    // Headers are read tolerantly, since phones leave stray bytes between segments; only the picture is judged.
    decoder.set_options(options.set_strict_mode(strict).jpeg_set_out_colorspace(output));
    let mut pixels = vec![0; decoder.output_buffer_size().ok_or(Refusal::Damaged)?];
    let result = guarded(|| decoder.decode_into(&mut pixels));
    let fault = !matches!(result, Some(Ok(())));
    if fault && strict {
        return Ok(Attempt::Faulty);
    }
    if fault {
        grey_untouched_end(&mut pixels);
    }
    Ok(Attempt::Whole(Raster {
        width,
        height,
        colours,
        pixels,
    }))
}

/// The colours to work in: as stored where the copies can be made from them directly.
fn working_colours(input: ColorSpace) -> Option<(Colours, ColorSpace)> {
    if input == ColorSpace::Luma {
        return Some((Colours::Luma, ColorSpace::Luma));
    }
    if input == ColorSpace::YCbCr {
        return Some((Colours::Ycbcr, ColorSpace::YCbCr));
    }
    matches!(input, ColorSpace::RGB | ColorSpace::CMYK | ColorSpace::YCCK).then_some((Colours::Rgb, ColorSpace::RGB))
}

/// Zeros would show as green.
fn grey_untouched_end(pixels: &mut [u8]) {
    let touched = pixels
        .iter()
        .rposition(|sample| *sample != 0)
        .map_or(0, |last| last + 1);
    pixels[touched..].fill(GREY);
}
