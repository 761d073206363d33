//! Synthetic pictures: noise from a number, so that no two are the same and nothing about them is personal.

use jpeg_encoder::{ColorType, Encoder};

/// A small picture; its copies travel in one request each.
#[must_use]
pub fn small(number: u64) -> Vec<u8> {
    noise(48, number)
}

/// A picture whose upright copy is too large for one request.
#[must_use]
pub fn large(number: u64) -> Vec<u8> {
    noise(720, number)
}

fn noise(side: u16, number: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(number);
    let mut pixels = vec![0; usize::from(side) * usize::from(side) * 3];
    random.fill(&mut pixels);
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 90)
        .encode(&pixels, side, side, ColorType::Rgb)
        .unwrap();
    jpeg
}
