//! The folder of real photographs and its manifest.

use std::path::{Path, PathBuf};

use domain::{CapturedAt, PhotoRole};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// 2026-11-23T00:00:00Z: after every honest photo of the folder, before the one of 2099.
pub(crate) const NOW: CapturedAt = CapturedAt(1_795_392_000_000);

/// One line of the manifest; empty text means that the tag is absent.
#[derive(Debug, Default)]
pub(crate) struct Row {
    pub(crate) path: String,
    pub(crate) sha256: String,
    pub(crate) width: String,
    pub(crate) height: String,
    pub(crate) orientation: String,
    pub(crate) lat: String,
    pub(crate) lon: String,
    pub(crate) taken: String,
    pub(crate) offset: String,
}

/// `XUNGE_DATA/photos`, or the folder beside the repository; `None` when neither is named or there.
/// A named folder without photos is a fault of the set-up, not a reason to skip.
pub(crate) fn folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("XUNGE_DATA") {
        let folder = PathBuf::from(named).join("photos");
        assert!(
            folder.join("manifest.csv").is_file(),
            "XUNGE_DATA names a folder without photos/manifest.csv"
        );
        return Some(folder);
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/photos");
    beside.join("manifest.csv").is_file().then_some(beside)
}

pub(crate) fn rows(folder: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(folder.join("manifest.csv")).unwrap();
    let mut lines = text.lines().map(fields);
    let heads = lines.next().unwrap();
    lines.map(|line| row(&heads, &line)).collect()
}

fn row(heads: &[String], line: &[String]) -> Row {
    let get = |name: &str| line[heads.iter().position(|head| head == name).unwrap()].clone();
    Row {
        path: get("path"),
        sha256: get("sha256"),
        width: get("width"),
        height: get("height"),
        orientation: get("orientation"),
        lat: get("lat"),
        lon: get("lon"),
        taken: get("taken"),
        offset: get("offset"),
    }
}

/// The fields of one CSV line. No field of this file holds a line break.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().unwrap().push(c),
        }
    }
    fields
}

/// Width, height and grey values of a file's upright copy.
pub(crate) fn upright_grey(folder: &Path, path: &str) -> (usize, usize, Vec<u8>) {
    let input = std::fs::read(folder.join(path)).unwrap();
    let photo = photo::process(&input, Some(path), PhotoRole::Wide, NOW, &photo::Settings::default()).unwrap();
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
    let upright = photo.upright.unwrap();
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&upright[..]), options);
    let pixels = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    (width, height, pixels)
}
