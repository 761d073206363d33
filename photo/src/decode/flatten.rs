//! What PNG and WebP decoders give, as grey or RGB on white. Done in place: the input is the larger one.

use crate::raster::{Colours, Raster};

/// `channels`: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; eight bits each.
pub(super) fn raster(width: u32, height: u32, channels: usize, mut pixels: Vec<u8>) -> Raster {
    if channels.is_multiple_of(2) {
        lay_on_white(&mut pixels, channels);
    }
    let colours = if channels > 2 { Colours::Rgb } else { Colours::Luma };
    Raster {
        width,
        height,
        colours,
        pixels,
    }
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
        let raster = raster(2, 1, 4, vec![10, 20, 30, 255, 1, 2, 3, 0]);
        assert_eq!(raster.pixels, [10, 20, 30, 255, 255, 255]);
    }

    #[test]
    fn grey_with_alpha_becomes_grey() {
        let raster = raster(2, 1, 2, vec![0, 128, 200, 255]);
        assert_eq!((raster.colours, raster.pixels), (Colours::Luma, vec![127, 200]));
    }
}
