//! The two JPEG copies of a decoded picture. They carry no EXIF: nothing of the file's own words leaves the phone.

use domain::ErrorCode;
use domain::protocol::WireError;
use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, rgb_to_ycbcr};

use crate::outcome::Settings;
use crate::raster::{Colours, Planes, Raster};

/// One encoded copy.
#[derive(Debug)]
pub(crate) struct Copy {
    pub(crate) bytes: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Both copies and the size of the picture as displayed.
#[derive(Debug)]
pub(crate) struct Copies {
    pub(crate) upright: Copy,
    pub(crate) preview: Copy,
    pub(crate) displayed: (u32, u32),
}

/// Shrinks first and turns afterwards, because a twelfth of the pixels is cheaper to turn.
pub(crate) fn make(raster: Raster, orientation: u8, settings: &Settings) -> Result<Copies, WireError> {
    let sideways = (5..=8).contains(&orientation);
    let displayed = if sideways {
        (raster.height, raster.width)
    } else {
        (raster.width, raster.height)
    };
    let damaged = || WireError::from(ErrorCode::PhotoDamaged);
    let mut large = raster.shrunk(settings.upright_side).ok_or_else(damaged)?;
    // The full picture is the largest block of memory here; let it go before encoding.
    drop(raster);
    into_ycbcr(&mut large);
    let small = large.shrunk(settings.preview_side).ok_or_else(damaged)?;
    let preview = encode(&small, orientation, settings.preview_quality).ok_or_else(damaged)?;
    let upright = encode(&large, orientation, settings.upright_quality).ok_or_else(damaged)?;
    Ok(Copies {
        upright,
        preview,
        displayed,
    })
}

fn into_ycbcr(raster: &mut Raster) {
    if raster.colours != Colours::Rgb {
        return;
    }
    for pixel in raster.pixels.chunks_exact_mut(3) {
        let (y, cb, cr) = rgb_to_ycbcr(pixel[0], pixel[1], pixel[2]);
        pixel.copy_from_slice(&[y, cb, cr]);
    }
    raster.colours = Colours::Ycbcr;
}

fn encode(raster: &Raster, orientation: u8, quality: u8) -> Option<Copy> {
    let planes = raster.planes(orientation);
    let (width, height) = (u16::try_from(planes.width).ok()?, u16::try_from(planes.height).ok()?);
    let mut bytes = Vec::with_capacity(planes.width * planes.height / 4);
    Encoder::new(&mut bytes, quality)
        .encode_image(Source { planes, width, height })
        .ok()?;
    Some(Copy {
        bytes,
        width: width.into(),
        height: height.into(),
    })
}

/// Planes as the encoder reads them: row by row, without touching a sample.
struct Source {
    planes: Planes,
    width: u16,
    height: u16,
}

impl ImageBuffer for Source {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.planes.planes.len() == 1 {
            JpegColorType::Luma
        } else {
            JpegColorType::Ycbcr
        }
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let start = usize::from(y) * self.planes.width;
        for (plane, buffer) in self.planes.planes.iter().zip(buffers) {
            buffer.extend_from_slice(&plane[start..start + self.planes.width]);
        }
    }
}
