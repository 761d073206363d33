//! Decoded pixels, turning and shrinking them.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

/// What the channels of a raster mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    /// One channel, grey.
    Luma,
    /// Three channels as most JPEG files hold them; kept so, to convert neither way.
    Ycbcr,
    /// Three channels.
    Rgb,
}

impl Colours {
    pub(crate) fn channels(self) -> usize {
        match self {
            Self::Luma => 1,
            Self::Ycbcr | Self::Rgb => 3,
        }
    }
}

/// Pixels in rows from the top, channels interleaved, eight bits each.
#[derive(Debug, Clone)]
pub(crate) struct Raster {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) colours: Colours,
    pub(crate) pixels: Vec<u8>,
}

impl Raster {
    /// Shrinks so that the longest side is at most `side`. Never enlarges. `None` when the resizer refuses the sizes.
    pub(crate) fn shrunk(&self, side: u32) -> Option<Self> {
        let (width, height) = fitted(self.width, self.height, side);
        if (width, height) == (self.width, self.height) {
            return Some(self.clone());
        }
        let pixels = match self.colours {
            Colours::Luma => self.resampled::<U8>(width, height),
            Colours::Ycbcr | Colours::Rgb => self.resampled::<U8x3>(width, height),
        }?;
        Some(Self {
            width,
            height,
            colours: self.colours,
            pixels,
        })
    }

    /// The kind of pixel is known when this is compiled: the resizer for kinds that only a run tells is fifty times the code.
    fn resampled<P: PixelTrait>(&self, width: u32, height: u32) -> Option<Vec<u8>> {
        let source = TypedImageRef::<P>::from_buffer(self.width, self.height, &self.pixels).ok()?;
        let mut pixels = vec![0; width as usize * height as usize * self.colours.channels()];
        let mut target = TypedImage::<P>::from_buffer(width, height, &mut pixels).ok()?;
        // Lanczos as the yardstick (vipsthumbnail) uses: door numbers and wires stay legible.
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        Resizer::new().resize_typed(&source, &mut target, &options).ok()?;
        Some(pixels)
    }

    /// False when every pixel is the same, as when nothing could be decoded.
    pub(crate) fn shows_something(&self) -> bool {
        let channels = self.colours.channels();
        self.pixels
            .get(channels..)
            .is_some_and(|rest| rest.iter().zip(&self.pixels).any(|(next, this)| next != this))
    }

    /// The channels as separate planes, turned as EXIF orientation `orientation` (1 to 8) asks.
    pub(crate) fn planes(&self, orientation: u8) -> Planes {
        let turn = Turn::new(self.width as usize, self.height as usize, orientation);
        let channels = self.colours.channels();
        let planes = (0..channels)
            .map(|channel| self.plane(channel, channels, &turn))
            .collect();
        Planes {
            width: turn.width,
            height: turn.height,
            planes,
        }
    }

    fn plane(&self, channel: usize, channels: usize, turn: &Turn) -> Vec<u8> {
        let mut plane = Vec::with_capacity(turn.width * turn.height);
        for y in 0..turn.height {
            let start = turn.start.wrapping_add_signed(turn.down * y as isize);
            plane.extend((0..turn.width).map(|x| {
                let pixel = start.wrapping_add_signed(turn.right * x as isize);
                self.pixels[pixel * channels + channel]
            }));
        }
        plane
    }
}

/// One vector of samples for each channel.
#[derive(Debug)]
pub(crate) struct Planes {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) planes: Vec<Vec<u8>>,
}

/// A walk over the source in the order of the turned picture, in pixels.
struct Turn {
    width: usize,
    height: usize,
    start: usize,
    right: isize,
    down: isize,
}

impl Turn {
    fn new(width: usize, height: usize, orientation: u8) -> Self {
        let (row, last) = (width as isize, (width * height).saturating_sub(1));
        let (first_of_last_row, last_of_first_row) = (width * height.saturating_sub(1), width.saturating_sub(1));
        let (start, right, down) = match orientation {
            2 => (last_of_first_row, -1, row),
            3 => (last, -1, -row),
            4 => (first_of_last_row, 1, -row),
            5 => (0, row, 1),
            6 => (first_of_last_row, -row, 1),
            7 => (last, -row, -1),
            8 => (last_of_first_row, row, -1),
            _ => (0, 1, row),
        };
        let sideways = (5..=8).contains(&orientation);
        let (width, height) = if sideways { (height, width) } else { (width, height) };
        Self {
            width,
            height,
            start,
            right,
            down,
        }
    }
}

fn fitted(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= side {
        return (width, height);
    }
    let scale = |length: u32| {
        let exact = u64::from(length) * u64::from(side);
        let rounded = (exact + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(rounded.max(1)).unwrap_or(side)
    };
    (scale(width), scale(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The letter F as 0 and 1, upright.
    const F: [[u8; 3]; 4] = [[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0]];

    /// How a camera held in `orientation` would have stored the upright F.
    fn stored(orientation: u8) -> Raster {
        let at = |x: usize, y: usize| F[y][x];
        let (width, height) = if orientation >= 5 { (4, 3) } else { (3, 4) };
        let mut pixels = Vec::new();
        for row in 0..height {
            for col in 0..width {
                pixels.push(match orientation {
                    1 => at(col, row),
                    2 => at(2 - col, row),
                    3 => at(2 - col, 3 - row),
                    4 => at(col, 3 - row),
                    5 => at(row, col),
                    6 => at(2 - row, col),
                    7 => at(2 - row, 3 - col),
                    _ => at(row, 3 - col),
                });
            }
        }
        Raster {
            width: width as u32,
            height: height as u32,
            colours: Colours::Luma,
            pixels,
        }
    }

    #[test]
    fn all_eight_orientations_of_a_letter_become_the_same_upright_letter() {
        for orientation in 1..=8 {
            let planes = stored(orientation).planes(orientation);
            assert_eq!((planes.width, planes.height), (3, 4), "orientation {orientation}");
            assert_eq!(planes.planes[0], F.concat(), "orientation {orientation}");
        }
    }

    #[test]
    fn a_picture_is_shrunk_to_its_longest_side_and_never_enlarged() {
        assert_eq!(fitted(4096, 3072, 2048), (2048, 1536));
        assert_eq!(fitted(3072, 4096, 2048), (1536, 2048));
        assert_eq!(fitted(100, 63, 320), (100, 63));
        assert_eq!(fitted(60_000, 1, 2048), (2048, 1));
    }
}
