//! What PNG and WebP decoders give, as eight-bit grey or RGB on white. Done in place: the input is the larger one.

use image::ColorType;

use super::channels;
use crate::raster::{Colours, Raster};

/// `None` for colour types that these decoders do not give.
pub(super) fn raster(width: u32, height: u32, colour: ColorType, mut pixels: Vec<u8>) -> Option<Raster> {
    let wide = match colour {
        ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => false,
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16 => true,
        _ => return None,
    };
    if wide {
        keep_high_bytes(&mut pixels);
    }
    let channels = channels(colour);
    if colour.has_alpha() {
        lay_on_white(&mut pixels, channels);
    }
    let colours = if colour.has_color() {
        Colours::Rgb
    } else {
        Colours::Luma
    };
    Some(Raster {
        width,
        height,
        colours,
        pixels,
    })
}

fn keep_high_bytes(pixels: &mut Vec<u8>) {
    let samples = pixels.len() / 2;
    for sample in 0..samples {
        let both = u16::from_ne_bytes([pixels[sample * 2], pixels[sample * 2 + 1]]);
        pixels[sample] = (both >> 8) as u8;
    }
    pixels.truncate(samples);
}

fn lay_on_white(pixels: &mut Vec<u8>, channels: usize) {
    let colours = channels - 1;
    let count = pixels.len() / channels;
    for pixel in 0..count {
        let alpha = u32::from(pixels[pixel * channels + colours]);
        for colour in 0..colours {
            let sample = u32::from(pixels[pixel * channels + colour]);
            let mixed = (sample * alpha + 255 * (255 - alpha) + 127) / 255;
            pixels[pixel * colours + colour] = mixed as u8;
        }
    }
    pixels.truncate(count * colours);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_pixels_become_white_and_opaque_ones_stay() {
        let raster = raster(2, 1, ColorType::Rgba8, vec![10, 20, 30, 255, 1, 2, 3, 0]);
        assert_eq!(
            raster.map(|raster| raster.pixels),
            Some(vec![10, 20, 30, 255, 255, 255])
        );
    }

    #[test]
    fn sixteen_bits_keep_their_high_byte() {
        let samples = [0xabcd_u16, 0x1234].map(u16::to_ne_bytes).concat();
        let raster = raster(2, 1, ColorType::L16, samples);
        assert_eq!(raster.map(|raster| raster.pixels), Some(vec![0xab, 0x12]));
    }
}
