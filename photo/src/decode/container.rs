//! What lies around the picture: its size, its EXIF block, and whether the file ends where it should.

use std::borrow::Cow;

use crate::heif;
use crate::jpeg::{self, Layout};
use crate::sniff::Format;

/// A file taken apart, nothing decoded.
#[derive(Debug)]
pub(crate) struct File<'a> {
    /// The bytes to decode.
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Width and height; as displayed for HEIF, as stored otherwise; zeros when unknown.
    pub(crate) size: (u32, u32),
    /// The EXIF block from its TIFF header on.
    pub(crate) exif: Option<Cow<'a, [u8]>>,
    /// Bytes follow the picture.
    pub(crate) trailing: bool,
    /// The file stops before its end.
    pub(crate) cut: bool,
    /// The segments, for a JPEG.
    pub(crate) jpeg: Layout,
}

/// Takes a file apart. Never fails: what cannot be read stays absent.
pub(crate) fn open(format: Format, input: &[u8]) -> File<'_> {
    match format {
        Format::Jpeg => open_jpeg(Cow::Borrowed(input)),
        Format::JpegWithoutStart => open_jpeg(Cow::Owned([b"\xff\xd8", input].concat())),
        Format::Png => open_png(input),
        Format::WebP => open_webp(input),
        Format::Heic | Format::Heif | Format::Avif => open_heif(input),
        Format::Gif | Format::Bmp | Format::Tiff | Format::JpegXl => bare(input),
    }
}

fn bare(input: &[u8]) -> File<'_> {
    let bytes = Cow::Borrowed(input);
    File {
        bytes,
        size: (0, 0),
        exif: None,
        trailing: false,
        cut: false,
        jpeg: Layout::default(),
    }
}

fn open_jpeg(bytes: Cow<'_, [u8]>) -> File<'_> {
    let layout = jpeg::layout(&bytes);
    let exif = layout.exif.clone().map(|range| match &bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[range]),
        Cow::Owned(bytes) => Cow::Owned(bytes[range].to_vec()),
    });
    File {
        size: layout.size.unwrap_or_default(),
        exif,
        trailing: layout.end.is_some_and(|end| end < bytes.len()),
        cut: layout.end.is_none(),
        jpeg: layout,
        bytes,
    }
}

fn open_heif(input: &[u8]) -> File<'_> {
    let found = heif::read(input);
    File {
        size: found.displayed,
        exif: found.exif.map(Cow::Borrowed),
        ..bare(input)
    }
}

/// PNG: length, name, content and a checksum, over and over until `IEND`.
fn open_png(input: &[u8]) -> File<'_> {
    let mut file = File {
        cut: true,
        ..bare(input)
    };
    let mut at = 8;
    while let Some((length, name)) = chunk_head(input, at, u32::from_be_bytes) {
        let body = input.get(at + 8..).and_then(|rest| rest.get(..length));
        match (name, body) {
            (b"IHDR", Some([w1, w2, w3, w4, h1, h2, h3, h4, ..])) => {
                file.size = (
                    u32::from_be_bytes([*w1, *w2, *w3, *w4]),
                    u32::from_be_bytes([*h1, *h2, *h3, *h4]),
                );
            }
            (b"eXIf", Some(body)) => file.exif = Some(Cow::Borrowed(without_prefix(body))),
            _ => {}
        }
        at += 12 + length;
        if name == b"IEND" {
            file.cut = at > input.len();
            file.trailing = at < input.len();
            break;
        }
    }
    file
}

/// WebP: a RIFF list of name, length and content, padded to even lengths.
fn open_webp(input: &[u8]) -> File<'_> {
    let mut file = bare(input);
    let declared = input
        .get(4..8)
        .and_then(|length| length.try_into().ok())
        .map(u32::from_le_bytes);
    let end = declared.map_or(usize::MAX, |length| (length as usize).saturating_add(8));
    file.cut = end > input.len();
    file.trailing = end.saturating_add(end & 1) < input.len();
    let mut at = 12;
    while let Some((length, name)) = riff_head(input, at) {
        let body = input
            .get(at + 8..)
            .map(|rest| &rest[..length.min(rest.len())])
            .unwrap_or_default();
        match name {
            b"VP8X" | b"VP8 " | b"VP8L" if file.size == (0, 0) => file.size = webp_size(name, body).unwrap_or_default(),
            b"EXIF" => file.exif = Some(Cow::Borrowed(without_prefix(body))),
            _ => {}
        }
        at = (at + 8).saturating_add(length).saturating_add(length & 1);
    }
    file
}

fn chunk_head(input: &[u8], at: usize, number: fn([u8; 4]) -> u32) -> Option<(usize, &[u8; 4])> {
    let length = number(input.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize;
    // A length beyond the file would only be walked off its end; checked so that positions cannot overflow.
    (length <= input.len()).then_some((length, input.get(at + 4..at + 8)?.try_into().ok()?))
}

fn riff_head(input: &[u8], at: usize) -> Option<(usize, &[u8; 4])> {
    let name = input.get(at..at.checked_add(4)?)?.try_into().ok()?;
    let length = u32::from_le_bytes(input.get(at + 4..at + 8)?.try_into().ok()?) as usize;
    Some((length, name))
}

fn webp_size(name: &[u8; 4], body: &[u8]) -> Option<(u32, u32)> {
    let three = |at: usize| Some(u32::from_le_bytes([*body.get(at)?, *body.get(at + 1)?, *body.get(at + 2)?, 0]) + 1);
    let two = |at: usize| {
        Some(u32::from(
            u16::from_le_bytes([*body.get(at)?, *body.get(at + 1)?]) & 0x3fff,
        ))
    };
    match name {
        b"VP8X" => Some((three(4)?, three(7)?)),
        b"VP8L" => {
            let bits = u32::from_le_bytes(body.get(1..5)?.try_into().ok()?);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        _ => Some((two(6)?, two(8)?)),
    }
}

/// Some writers put JPEG's prefix before the block.
fn without_prefix(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"Exif\0\0").unwrap_or(body)
}
