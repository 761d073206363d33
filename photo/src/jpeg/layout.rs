//! What a JPEG file consists of, read from its markers without decoding anything.

use std::ops::Range;

/// The parts of a JPEG file that matter before decoding.
#[derive(Debug, Default, Clone)]
pub(crate) struct Layout {
    /// Width and height as stored; absent when no frame header was found.
    pub(crate) size: Option<(u32, u32)>,
    /// Samples per pixel summed over the components, times four (chroma at half size counts a quarter).
    pub(crate) quarter_samples: u64,
    /// Components of the frame.
    pub(crate) components: u8,
    /// Components of the first scan.
    pub(crate) scan_components: u8,
    /// Coefficients of the whole picture are kept until the last scan.
    pub(crate) progressive: bool,
    /// Baseline or progressive, Huffman, eight bits: what the decoder knows.
    pub(crate) supported: bool,
    /// Where the EXIF block lies, from its TIFF header on.
    pub(crate) exif: Option<Range<usize>>,
    /// Where the file ought to end; absent when there is no end marker.
    pub(crate) end: Option<usize>,
}

/// Walks the segments. Never fails: what cannot be read stays absent.
pub(crate) fn layout(bytes: &[u8]) -> Layout {
    let mut found = Layout::default();
    let mut at = 2;
    while let Some((marker, body)) = next_marker(bytes, at) {
        match marker {
            0xd9 => {
                found.end = Some(body);
                break;
            }
            0x01 | 0xd0..=0xd8 => at = body,
            _ => {
                let Some(segment) = segment(bytes, body) else { break };
                found.note(marker, bytes, &segment);
                at = segment.end;
            }
        }
    }
    found
}

/// The next marker at or after `at`, and the position behind it. Skips entropy-coded data and fill bytes.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match bytes.get(at + 1)? {
            0x00 => at += 2,
            0xff => at += 1,
            marker => return Some((*marker, at + 2)),
        }
    }
}

/// The content of the segment whose length field lies at `at`.
fn segment(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let length = usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let range = at + 2..at + length.max(2);
    (range.end <= bytes.len()).then_some(range)
}

impl Layout {
    fn note(&mut self, marker: u8, bytes: &[u8], segment: &Range<usize>) {
        let body = &bytes[segment.clone()];
        match marker {
            0xe1 if self.exif.is_none() && body.starts_with(b"Exif\0") => {
                self.exif = Some((segment.start + 6).min(segment.end)..segment.end);
            }
            // Frame headers; the gaps in the row are Huffman tables, an extension and arithmetic conditioning.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf if self.size.is_none() => self.frame(marker, body),
            0xda if self.scan_components == 0 => self.scan_components = body.first().copied().unwrap_or(0),
            _ => {}
        }
    }

    fn frame(&mut self, marker: u8, body: &[u8]) {
        let [precision, h1, h2, w1, w2, components, rest @ ..] = body else {
            return;
        };
        self.size = Some((
            u16::from_be_bytes([*w1, *w2]).into(),
            u16::from_be_bytes([*h1, *h2]).into(),
        ));
        self.components = *components;
        self.progressive = marker == 0xc2;
        self.supported = *precision == 8 && (0xc0..=0xc2).contains(&marker);
        let sampling = || {
            rest.chunks_exact(3)
                .map(|component| (u64::from(component[1] >> 4), u64::from(component[1] & 15)))
        };
        let widest = sampling().map(|(h, _)| h).max().unwrap_or(1).max(1);
        let tallest = sampling().map(|(_, v)| v).max().unwrap_or(1).max(1);
        self.quarter_samples = sampling().map(|(h, v)| (4 * h * v).div_ceil(widest * tallest)).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_marker_inside_a_segment_is_not_the_end() {
        let bytes = [&[0xff, 0xd8, 0xff, 0xfe, 0, 4, 0xff, 0xd9][..], &[0xff, 0xd9, 7]].concat();
        assert_eq!(layout(&bytes).end, Some(10));
    }

    #[test]
    fn a_segment_longer_than_the_file_ends_the_walk() {
        let found = layout(&[0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, b'E', b'x']);
        assert!(found.exif.is_none() && found.end.is_none() && found.size.is_none());
    }

    #[test]
    fn half_size_chroma_counts_a_quarter_each() {
        let frame = [
            0xff, 0xd8, 0xff, 0xc2, 0, 17, 8, 0, 2, 0, 3, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1,
        ];
        let found = layout(&frame);
        assert_eq!(
            (found.size, found.progressive, found.quarter_samples),
            (Some((3, 2)), true, 6)
        );
    }
}
