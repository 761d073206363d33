//! What a person picks: a file that is no photo, no code or no map is refused, and what was there stays.

use base64::Engine as _;
use domain::protocol::{ErrorCode, WireError};
use pmtiles::{PmTilesWriter, TileCoord, TileType};

use super::assert_said;
use crate::test_support::{World, jpeg};

/// What the file is, its bytes, and the code.
type Picked = (&'static str, fn() -> Vec<u8>, ErrorCode);

const PHOTOS: &[Picked] = &[
    ("an empty file", Vec::new, ErrorCode::PhotoEmpty),
    ("a text", || b"no picture".to_vec(), ErrorCode::PhotoNotAnImage),
    ("a film", film, ErrorCode::PhotoNotAnImage),
    (
        "the first bytes of a photo",
        || jpeg(1)[..40].to_vec(),
        ErrorCode::PhotoDamaged,
    ),
    ("a bomb", bomb, ErrorCode::PhotoTooManyPixels),
];

const CODES: &[Picked] = &[
    ("an empty file", Vec::new, ErrorCode::PhotoEmpty),
    ("a text", || b"no picture".to_vec(), ErrorCode::PhotoNotAnImage),
    ("a bomb", bomb, ErrorCode::PhotoTooManyPixels),
    ("a photo without a code", || jpeg(1), ErrorCode::QrNotFound),
    (
        "a code for a shop",
        || code("https://shop.example/pay?to=1"),
        ErrorCode::QrForeign,
    ),
    (
        "an enrolment without its code",
        || code("xunge://enrol?server=https%3A%2F%2Fa.example"),
        ErrorCode::QrForeign,
    ),
];

const MAPS: &[Picked] = &[
    ("an empty file", Vec::new, ErrorCode::MapInvalid),
    ("a text", || b"not a map".to_vec(), ErrorCode::MapInvalid),
    ("a photo", || jpeg(1), ErrorCode::MapInvalid),
    ("a map of pictures", || map(TileType::Png), ErrorCode::MapInvalid),
    (
        "the head of a map",
        || map(TileType::Mvt)[..100].to_vec(),
        ErrorCode::MapInvalid,
    ),
    ("a map whose end is missing", end_missing, ErrorCode::MapInvalid),
    (
        "a map of an older kind",
        || b"PM\x02\x00 and more".to_vec(),
        ErrorCode::MapInvalid,
    ),
    ("a map with a directory of noise", noise, ErrorCode::MapInvalid),
    ("a map larger than the file", boasting, ErrorCode::MapInvalid),
];

/// A picture of a QR code with its quiet zone.
fn code(text: &str) -> Vec<u8> {
    const MODULE: u32 = 8;
    const QUIET: u32 = 4;
    let code = qrcode::QrCode::new(text).unwrap();
    let (modules, width) = (code.to_colors(), u32::try_from(code.width()).unwrap());
    let side = (width + 2 * QUIET) * MODULE;
    let image = image::GrayImage::from_fn(side, side, |x, y| {
        let at = |pixel: u32| (pixel / MODULE).checked_sub(QUIET).filter(|module| *module < width);
        let dark = at(x)
            .zip(at(y))
            .is_some_and(|(x, y)| modules[(y * width + x) as usize] == qrcode::Color::Dark);
        image::Luma([if dark { 0 } else { 255 }])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// An MP4 file's first box.
fn film() -> Vec<u8> {
    [b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2".as_slice(), &[0; 64]].concat()
}

/// A PNG of 65,535 × 65,535 in 60 bytes.
fn bomb() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend([0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 8, 2, 0, 0, 0]);
    bytes.extend([0x39, 0x67, 0x4e, 0x07]);
    bytes.extend([0; 24]);
    bytes
}

pub(super) fn map(kind: TileType) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = PmTilesWriter::new(kind).max_zoom(14).create(&mut bytes).unwrap();
    writer
        .add_tile(TileCoord::new(14, 12_345, 6_789).unwrap(), b"a vector tile")
        .unwrap();
    writer.finalize().unwrap();
    bytes.into_inner()
}

fn end_missing() -> Vec<u8> {
    let mut bytes = map(TileType::Mvt);
    bytes.truncate(bytes.len() - 3);
    bytes
}

/// The root directory stands behind the head of 127 bytes.
fn noise() -> Vec<u8> {
    let mut bytes = map(TileType::Mvt);
    bytes[127..140].fill(0xff);
    bytes
}

/// Byte 64 begins the length of the tiles.
fn boasting() -> Vec<u8> {
    let mut bytes = map(TileType::Mvt);
    bytes[64..72].fill(0x7f);
    bytes
}

#[track_caller]
fn assert_refused(what: &str, error: &WireError, code: ErrorCode) {
    assert_eq!(error.code, code, "{what}: {:?}", error.details);
    assert_said(error);
}

#[test]
fn a_file_that_is_no_photo_is_refused_and_the_draft_stays() {
    let world = World::enrolled();
    let draft = world.open_report().id;
    world.add_photo(&draft, "good.jpg", &jpeg(1));
    world.edit(&draft, |report| report.text = "树倒了".to_owned());
    let before = world.device.get_draft(&draft).unwrap();
    for (what, bytes, code) in PHOTOS {
        let upload = world.upload("bad.jpg", &bytes());
        let error = world
            .device
            .add_photo(&draft, &upload, domain::PhotoRole::Wide)
            .unwrap_err();
        assert_refused(what, &error, *code);
        assert_eq!(world.device.get_draft(&draft).unwrap(), before, "{what}");
    }
}

#[test]
fn a_picture_that_is_no_enrolment_is_refused() {
    let world = World::new();
    for (what, bytes, code) in CODES {
        let upload = world.upload("code.jpg", &bytes());
        let error = world.device.read_enrolment_qr(&upload).unwrap_err();
        assert_refused(what, &error, *code);
    }
    let good = world.upload(
        "code.png",
        &code("xunge://enrol?server=https%3A%2F%2Fa.example&code=GOODCODE"),
    );
    assert_eq!(
        world.device.read_enrolment_qr(&good).unwrap().code,
        "GOODCODE",
        "the control: codes can be read"
    );
}

#[test]
fn a_file_that_is_no_map_is_refused_and_the_map_stays() {
    let mut world = World::new();
    let good = world.upload("city.pmtiles", &map(TileType::Mvt));
    let before = world.device.import_map(&good).unwrap();
    for (what, bytes, code) in MAPS {
        let upload = world.upload("bad.pmtiles", &bytes());
        let error = world.device.import_map(&upload).unwrap_err();
        assert_refused(what, &error, *code);
        assert_eq!(world.device.get_map().unwrap(), before, "{what}");
    }
    world.restart();
    assert_eq!(world.device.tile(14, 12_345, 6_789).unwrap(), b"a vector tile");
}

#[test]
fn no_damaged_byte_of_a_map_is_more_than_a_refusal() {
    let whole = map(TileType::Mvt);
    let world = World::new();
    // Most of a small archive is room that nothing reads.
    for at in (0..whole.len()).filter(|at| whole[*at] != 0) {
        for value in [0x00, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            let upload = world.upload("odd.pmtiles", &bytes);
            let tile = world
                .device
                .import_map(&upload)
                .and_then(|_| world.device.tile(14, 12_345, 6_789));
            let code = tile.err().map(|error| error.code);
            let fine = [None, Some(ErrorCode::MapInvalid), Some(ErrorCode::NotFound)].contains(&code);
            assert!(fine, "byte {at} as {value}: {code:?}");
        }
    }
}

/// What the page does with the pieces of a file, and the code.
type Piece = (&'static str, fn(&World) -> WireError, ErrorCode);

#[rustfmt::skip]
const PIECES: &[Piece] = &[
    ("a file of five gigabytes", |world| world.device.begin_upload("a", 5 << 30).unwrap_err(), ErrorCode::TooLarge),
    ("a file nobody began", |world| append(world, Some("dragon"), 0, b"abc"), ErrorCode::NotFound),
    ("a path for a name", |world| append(world, Some("../outbox.db"), 0, b"abc"), ErrorCode::NotFound),
    ("a piece at the wrong place", |world| append(world, None, 7, b"abc"), ErrorCode::OffsetMismatch),
    ("more than was announced", |world| append(world, None, 0, b"abcdefghijk"), ErrorCode::TooLarge),
    ("a piece that is no base64", |world| world.device.append_upload(&begun(world), 0, "***").unwrap_err(), ErrorCode::BadRequest),
    ("a piece of two megabytes", |world| append(world, None, 0, &vec![0; 2 << 20]), ErrorCode::TooLarge),
    ("half a photo", |world| world.device.add_photo(&world.open_report().id, &begun(world), domain::PhotoRole::Wide).unwrap_err(), ErrorCode::OffsetMismatch),
    ("half a map", |world| world.device.import_map(&begun(world)).unwrap_err(), ErrorCode::OffsetMismatch),
];

fn begun(world: &World) -> String {
    world.device.begin_upload("a.jpg", 10).unwrap()
}

fn append(world: &World, upload: Option<&str>, offset: u64, bytes: &[u8]) -> WireError {
    let upload = upload.map_or_else(|| begun(world), str::to_owned);
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    world.device.append_upload(&upload, offset, &text).unwrap_err()
}

#[test]
fn an_odd_piece_of_a_file_is_refused_and_the_next_file_arrives() {
    for (what, send, code) in PIECES {
        let world = World::enrolled();
        let error = send(&world);
        assert_refused(what, &error, *code);
        let draft = world.open_report().id;
        assert_eq!(world.add_photo(&draft, "a.jpg", &jpeg(1)).photos.len(), 1, "{what}");
    }
}
