//! Small pictures with the EXIF a test asks for.

use std::io::Cursor;

use domain::protocol::WireError;
use domain::{CapturedAt, ErrorCode, PhotoRole};
use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::{ExtendedColorType, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder};
use photo::{Processed, Settings};

/// 2026-11-23T00:00:00Z.
const NOW: CapturedAt = CapturedAt(1_795_392_000_000);

/// What to write into the EXIF block.
#[derive(Default)]
pub(crate) struct Exif<'a> {
    pub(crate) orientation: Option<u16>,
    pub(crate) taken: Option<&'a str>,
    pub(crate) offset: Option<&'a str>,
    pub(crate) gps: Option<Gps<'a>>,
}

/// Degrees, minutes and seconds as fractions.
type Angle = [(u32, u32); 3];

#[derive(Debug, Clone, Copy)]
pub(crate) struct Gps<'a> {
    pub(crate) lat: Option<Angle>,
    pub(crate) lon: Option<Angle>,
    pub(crate) refs: Option<(&'a str, &'a str)>,
}

impl Exif<'_> {
    fn block(&self) -> Vec<u8> {
        let text = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
        let angle = |angle: Angle| Value::Rational(angle.map(|(num, denom)| Rational { num, denom }).to_vec());
        let gps = self.gps.unwrap_or(Gps {
            lat: None,
            lon: None,
            refs: None,
        });
        let values = [
            (
                Tag::Orientation,
                self.orientation.map(|value| Value::Short(vec![value])),
            ),
            (Tag::DateTimeOriginal, self.taken.map(text)),
            (Tag::OffsetTimeOriginal, self.offset.map(text)),
            (Tag::GPSLatitude, gps.lat.map(angle)),
            (Tag::GPSLatitudeRef, gps.refs.map(|(lat, _)| text(lat))),
            (Tag::GPSLongitude, gps.lon.map(angle)),
            (Tag::GPSLongitudeRef, gps.refs.map(|(_, lon)| text(lon))),
            (Tag::Software, Some(text("a test"))),
        ];
        let fields: Vec<_> = values
            .into_iter()
            .filter_map(|(tag, value)| {
                Some(Field {
                    tag,
                    ifd_num: In::PRIMARY,
                    value: value?,
                })
            })
            .collect();
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut block = Cursor::new(Vec::new());
        writer.write(&mut block, true).unwrap();
        block.into_inner()
    }
}

/// Stripes and a gradient: every part differs from every other.
fn rgb(width: u16, height: u16) -> Vec<u8> {
    let pixel = |x: u16, y: u16| [(x.wrapping_mul(7) ^ y) as u8, (y * 3) as u8, (x / 5 * 40) as u8];
    (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| pixel(x, y)))
        .collect()
}

pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    encoded(width, height, None, false)
}

pub(crate) fn jpeg_with(width: u16, height: u16, exif: &Exif<'_>) -> Vec<u8> {
    encoded(width, height, Some(exif.block()), false)
}

fn encoded(width: u16, height: u16, exif: Option<Vec<u8>>, progressive: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 85);
    encoder.set_progressive(progressive);
    if let Some(exif) = exif {
        encoder.add_exif_metadata(&exif).unwrap();
    }
    encoder
        .encode(&rgb(width, height), width, height, ColorType::Rgb)
        .unwrap();
    bytes
}

pub(crate) fn png(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width.into(), height.into());
    encoder.set_color(png::ColorType::Rgb);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&rgb(width, height))
        .unwrap();
    bytes
}

pub(crate) fn webp(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
    encoder
        .write_image(
            &rgb(width, height),
            width.into(),
            height.into(),
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    bytes
}

pub(crate) fn png_header(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", &size[..], b"\x08\x06\0\0\0\0\0\0\0"].concat()
}

pub(crate) fn jpeg_header(marker: u8, width: u16, height: u16) -> Vec<u8> {
    let size = [height.to_be_bytes(), width.to_be_bytes()].concat();
    let components = [3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1];
    let scan = [0xff, 0xda, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0];
    [&[0xff, 0xd8, 0xff, marker, 0, 17, 8], &size[..], &components, &scan].concat()
}

/// A lossless WebP of `side` × `side` pixels, header only.
pub(crate) fn webp_header(side: u32) -> Vec<u8> {
    let bits = (side - 1) | (side - 1) << 14;
    [
        b"RIFF\x20\0\0\0WEBPVP8L\x14\0\0\0\x2f",
        &bits.to_le_bytes()[..],
        &[0; 15],
    ]
    .concat()
}

/// A QR code as PNG, as JPEG and as WebP, `margin` modules wide.
pub(crate) fn qr(text: &str, scale: usize, margin: usize) -> [Vec<u8>; 3] {
    let code = qrcode::QrCode::new(text).unwrap();
    let (modules, colours) = (code.width(), code.to_colors());
    let side = (modules + 2 * margin) * scale;
    let dark = |at: usize| (at / scale).checked_sub(margin).filter(|module| *module < modules);
    let value = |x: usize, y: usize| match (dark(x), dark(y)) {
        (Some(x), Some(y)) if colours[y * modules + x] == qrcode::Color::Dark => 20,
        _ => 235,
    };
    let grey: Vec<u8> = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x, y)))
        .map(|(x, y)| value(x, y))
        .collect();
    let side = side as u32;
    let mut files = [Vec::new(), Vec::new(), Vec::new()];
    let mut encoder = png::Encoder::new(&mut files[0], side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&grey).unwrap();
    Encoder::new(&mut files[1], 70)
        .encode(&grey, side as u16, side as u16, ColorType::Luma)
        .unwrap();
    let rgb: Vec<u8> = grey.iter().flat_map(|value| [*value; 3]).collect();
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut files[2]);
    encoder.write_image(&rgb, side, side, ExtendedColorType::Rgb8).unwrap();
    files
}

pub(crate) const KINDS: usize = 6;

/// One small file of each kind that the pipeline reads.
pub(crate) fn of_kind(kind: usize) -> Vec<u8> {
    let gps = Gps {
        lat: Some([(39, 1), (30, 1), (0, 1)]),
        lon: Some([(116, 1), (15, 1), (0, 1)]),
        refs: None,
    };
    let exif = Exif {
        orientation: Some(5),
        taken: Some("2026:07:18 06:10:00"),
        offset: None,
        gps: Some(gps),
    };
    match kind {
        0 => jpeg_with(48, 40, &exif),
        1 => encoded(48, 40, Some(exif.block()), true),
        2 => png(48, 40),
        3 => webp(48, 40),
        4 => heif(&exif.block()),
        _ => qr("xunge://enrol", 2, 4)[1].clone(),
    }
}

/// A HEIF file of boxes alone: one Exif item, and an item with a size and a rotation.
pub(crate) fn heif(exif: &[u8]) -> Vec<u8> {
    let named = |kind: &[u8], content: &[u8]| [&(content.len() as u32 + 8).to_be_bytes(), kind, content].concat();
    let exif = [&[0; 4], exif].concat();
    let infe = named(b"infe", b"\x02\0\0\0\0\x02\0\0Exif\0");
    let iinf = named(b"iinf", &[b"\0\0\0\0\0\x01", &infe[..]].concat());
    let length = (exif.len() as u32).to_be_bytes();
    // Version 1, in the `idat` box, one extent at 0.
    let iloc = named(
        b"iloc",
        &[b"\x01\0\0\0\x44\0\0\x01\0\x02\0\x01\0\0\0\x01\0\0\0\0", &length[..]].concat(),
    );
    let ispe = named(
        b"ispe",
        &[[0; 4], 4032_u32.to_be_bytes(), 3024_u32.to_be_bytes()].concat(),
    );
    let ipco = named(b"ipco", &[ispe, named(b"irot", &[3])].concat());
    let ipma = named(b"ipma", b"\0\0\0\0\0\0\0\x01\0\x01\x02\x81\x82");
    let iprp = named(b"iprp", &[ipco, ipma].concat());
    let pitm = named(b"pitm", b"\0\0\0\0\0\x01");
    let idat = named(b"idat", &exif);
    let meta = named(b"meta", &[&[0; 4], &pitm[..], &iinf, &iloc, &iprp, &idat].concat());
    [named(b"ftyp", b"heic\0\0\0\0mif1heic"), meta].concat()
}

pub(crate) fn try_process(bytes: &[u8]) -> Result<Processed, WireError> {
    photo::process(bytes, None, PhotoRole::Wide, NOW, &Settings::default())
}

pub(crate) fn process(bytes: &[u8]) -> Processed {
    try_process(bytes).unwrap()
}

pub(crate) fn process_named(bytes: &[u8], name: &str) -> Processed {
    photo::process(bytes, Some(name), PhotoRole::Wide, NOW, &Settings::default()).unwrap()
}

pub(crate) fn refusal(bytes: &[u8]) -> ErrorCode {
    try_process(bytes).unwrap_err().code
}
