//! Reading an enrolment code out of a photo of a screen.

use domain::ErrorCode;
use domain::protocol::WireError;
use rqrr::PreparedImage;

use crate::decode::{self, Decoded, guarded};
use crate::raster::{Colours, Raster};
use crate::sniff;

/// Longest sides to try. A code that fills the picture is found in the small one at once; one far away needs more.
const SIDES: [u32; 3] = [800, 1600, 2400];

/// The text of the first readable QR code in a picture.
///
/// # Errors
/// `qr_not_found`, or what [`crate::process`] says of a file that is no usable picture, or `photo_undecodable`.
pub fn decode(input: &[u8]) -> Result<String, WireError> {
    if input.is_empty() {
        return Err(ErrorCode::PhotoEmpty.into());
    }
    let format = sniff::format(input).ok_or(ErrorCode::PhotoNotAnImage)?;
    match decode::pixels(format, &decode::open(format, input))? {
        Decoded::Unsupported => Err(ErrorCode::PhotoUndecodable.into()),
        Decoded::Pixels { raster, whole: _ } => find(&raster).ok_or_else(|| ErrorCode::QrNotFound.into()),
    }
}

fn find(raster: &Raster) -> Option<String> {
    let longest = raster.width.max(raster.height);
    let tried = SIDES
        .iter()
        .position(|side| *side >= longest)
        .map_or(SIDES.len(), |last| last + 1);
    SIDES[..tried].iter().find_map(|side| {
        let grey = grey(&raster.shrunk(*side)?);
        guarded(|| read(&grey)).flatten()
    })
}

fn read(grey: &Raster) -> Option<String> {
    let width = grey.width as usize;
    let mut prepared =
        PreparedImage::prepare_from_greyscale(width, grey.height as usize, |x, y| grey.pixels[y * width + x]);
    prepared
        .detect_grids()
        .iter()
        .find_map(|grid| grid.decode().ok().map(|(_, text)| text))
}

fn grey(raster: &Raster) -> Raster {
    let luma = |pixel: &[u8]| match (raster.colours, pixel) {
        (Colours::Rgb, [red, green, blue, ..]) => {
            ((u32::from(*red) * 77 + u32::from(*green) * 150 + u32::from(*blue) * 29) >> 8) as u8
        }
        (Colours::Luma | Colours::Ycbcr | Colours::Rgb, _) => pixel[0],
    };
    let pixels = raster
        .pixels
        .chunks_exact(raster.colours.channels())
        .map(luma)
        .collect();
    Raster {
        colours: Colours::Luma,
        pixels,
        ..*raster
    }
}
