//! What a file is, from its bytes alone. Names and declared types are only compared with it.

/// A picture format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Jpeg,
    /// A JPEG whose first two bytes were lost on the way.
    JpegWithoutStart,
    Png,
    WebP,
    Heic,
    Heif,
    Avif,
    Gif,
    Bmp,
    Tiff,
    JpegXl,
}

impl Format {
    /// The media type of the original.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg | Self::JpegWithoutStart => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
            Self::Heif => "image/heif",
            Self::Avif => "image/avif",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::JpegXl => "image/jxl",
        }
    }

    /// True when one file ending serves both; `.heic` and `.heif` are used for the same thing.
    pub(crate) fn same_family(self, other: Self) -> bool {
        self.family() == other.family()
    }

    fn family(self) -> &'static str {
        match self {
            Self::Heic | Self::Heif => "image/heif",
            Self::Jpeg
            | Self::JpegWithoutStart
            | Self::Png
            | Self::WebP
            | Self::Avif
            | Self::Gif
            | Self::Bmp
            | Self::Tiff
            | Self::JpegXl => self.media_type(),
        }
    }
}

/// The format that the bytes say, or `None` when they are no picture. SVG counts as none: it is a program.
pub(crate) fn format(bytes: &[u8]) -> Option<Format> {
    const STARTS: [(&[u8], Format); 9] = [
        (b"\xff\xd8\xff", Format::Jpeg),
        (b"\x89PNG\r\n\x1a\n", Format::Png),
        (b"GIF87a", Format::Gif),
        (b"GIF89a", Format::Gif),
        (b"II*\0", Format::Tiff),
        (b"MM\0*", Format::Tiff),
        (b"\0\0\0\x0cJXL \r\n\x87\n", Format::JpegXl),
        (b"\xff\x0a", Format::JpegXl),
        (b"BM", Format::Bmp),
    ];
    if let Some((_, format)) = STARTS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(*format);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Format::WebP);
    }
    if headless_jpeg(bytes) {
        return Some(Format::JpegWithoutStart);
    }
    brand(bytes)
}

/// An APP0 or APP1 segment at the very start, with the name that JPEG files carry there.
fn headless_jpeg(bytes: &[u8]) -> bool {
    let app = bytes.starts_with(b"\xff\xe0") || bytes.starts_with(b"\xff\xe1");
    app && matches!(bytes.get(4..8), Some(b"Exif" | b"JFIF"))
}

/// The brand of an ISO media file: the major one first, then the compatible ones.
fn brand(bytes: &[u8]) -> Option<Format> {
    if bytes.get(4..8) != Some(b"ftyp") {
        return None;
    }
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let end = length.clamp(12, 256).min(bytes.len());
    let brands = bytes.get(8..end)?.chunks_exact(4);
    // The second word is a version, not a brand.
    let mut known = brands
        .enumerate()
        .filter(|(at, _)| *at != 1)
        .filter_map(|(_, brand)| match brand {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(Format::Heic),
            b"avif" | b"avis" => Some(Format::Avif),
            b"mif1" | b"msf1" | b"mif2" => Some(Format::Heif),
            _ => None,
        });
    let first = known.next()?;
    if first == Format::Heif {
        Some(known.find(|format| *format != Format::Heif).unwrap_or(first))
    } else {
        Some(first)
    }
}

/// The format that a file name's ending claims, when it is one of ours.
pub(crate) fn named_format(name: &str) -> Option<Format> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "jpe" | "jfif" => Some(Format::Jpeg),
        "png" => Some(Format::Png),
        "webp" => Some(Format::WebP),
        "heic" | "heif" | "hif" => Some(Format::Heic),
        "avif" => Some(Format::Avif),
        "gif" => Some(Format::Gif),
        "bmp" => Some(Format::Bmp),
        "tif" | "tiff" => Some(Format::Tiff),
        "jxl" => Some(Format::JpegXl),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_pages_and_single_bytes_are_no_pictures() {
        for bytes in [
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice(),
            b"<!doctype html>",
            b"\xff",
            b"B",
            b"",
        ] {
            assert_eq!(format(bytes), None);
        }
    }

    #[test]
    fn a_film_in_an_iso_container_is_no_picture() {
        assert_eq!(format(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"), None);
        assert_eq!(format(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), Some(Format::Heic));
    }

    #[test]
    fn an_ending_is_compared_without_case_and_only_when_known() {
        assert_eq!(named_format("IMG_1.JPG"), Some(Format::Jpeg));
        assert_eq!(named_format("upload.bin"), None);
        assert_eq!(named_format("image"), None);
    }
}
