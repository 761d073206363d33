//! What must come of each file: the manifest's words, judged by the rules of the pipeline.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone};
use domain::PhotoFlag::{
    self, ExifDamaged, Mislabelled, NoExif, OrientationInvalid, PositionInvalid, PositionZero, Salvaged,
    TimeImplausible, TimeWithoutZone, TrailingBytes, Undecodable,
};
use domain::Sha256Hex;
use photo::Tz;

use crate::child::{Photo, Seen};
use crate::material::{NOW, Row};

/// Files without a photo in them, with the code that says why.
const REFUSED: [(&str, &str); 17] = [
    ("broken/huge_tag_exif.jpg", "photo_damaged"),
    ("broken/max_uint32_exif.jpg", "photo_damaged"),
    ("crafted/bomb_10000x10000_rgba.png", "photo_too_many_pixels"),
    ("crafted/bomb_16383x16383.webp", "photo_too_many_pixels"),
    ("crafted/bomb_30000x30000_1bit.png", "photo_too_many_pixels"),
    ("crafted/bomb_9000x9000_progressive.jpg", "photo_too_many_pixels"),
    ("crafted/bomb_header_65500.jpg", "photo_too_many_pixels"),
    ("crafted/bomb_header_only_2g.png", "photo_too_many_pixels"),
    ("crafted/empty.jpg", "photo_empty"),
    ("crafted/fuzz_tables.jpg", "photo_damaged"),
    ("crafted/html_named.jpg", "photo_not_an_image"),
    ("crafted/one_byte.jpg", "photo_not_an_image"),
    // The three one-pixel PNG files hold no valid pixel: their compressed data is nonsense.
    ("crafted/png_named.jpg", "photo_damaged"),
    ("crafted/script.svg", "photo_not_an_image"),
    ("crafted/truncated_in_exif.jpg", "photo_damaged"),
    ("formats/text_only.png", "photo_damaged"),
    ("formats/vivo_gps.png", "photo_damaged"),
];

/// Oddities that must be told; other files may have others.
const FLAGGED: [(&str, &[PhotoFlag]); 30] = [
    ("broken/endless_loop.jpg", &[ExifDamaged, TimeWithoutZone]),
    ("broken/infinite_loop_exif.jpg", &[ExifDamaged]),
    (
        "broken/olympus_corrupted_10mp.jpg",
        &[TimeWithoutZone, Salvaged, TrailingBytes],
    ),
    ("crafted/date_1970.jpg", &[TimeImplausible]),
    ("crafted/date_future_2099.jpg", &[TimeImplausible]),
    ("crafted/date_zero.jpg", &[TimeImplausible]),
    ("crafted/date_no_offset.jpg", &[TimeWithoutZone]),
    ("crafted/date_iso_style.jpg", &[]),
    ("crafted/fuzz_exif_40_bytes.jpg", &[ExifDamaged, OrientationInvalid]),
    ("crafted/fuzz_scan_200_bytes.jpg", &[Salvaged]),
    ("crafted/gps_lat_95.jpg", &[PositionInvalid]),
    ("crafted/gps_lat_only.jpg", &[PositionInvalid]),
    ("crafted/gps_null_island.jpg", &[PositionZero]),
    ("crafted/gps_zero_denominator.jpg", &[PositionInvalid]),
    ("crafted/heic_named.jpg", &[NoExif, Mislabelled, Undecodable]),
    ("crafted/no_exif.jpg", &[NoExif]),
    ("crafted/orientation_9.jpg", &[OrientationInvalid]),
    ("crafted/polyglot_zip.jpg", &[NoExif, TrailingBytes]),
    ("crafted/soi_missing.jpg", &[Salvaged]),
    ("crafted/trailing_100kB.jpg", &[NoExif, TrailingBytes]),
    ("crafted/truncated.heic", &[TimeWithoutZone, Undecodable]),
    ("crafted/truncated_half.jpg", &[Salvaged]),
    ("crafted/truncated_no_eoi.jpg", &[Salvaged]),
    ("formats/iphone11_exif_at_end.heic", &[Undecodable]),
    ("formats/iphone12_gps.avif", &[Undecodable]),
    ("orientation/portrait_0.jpg", &[OrientationInvalid]),
    ("phones/htc_m8_gps_as_string.jpg", &[TimeWithoutZone, PositionInvalid]),
    ("phones/samsung_s9plus_12mp.jpg", &[TimeWithoutZone]),
    ("scene/02_billboard.jpg", &[]),
    ("scene/10_building.jpg", &[]),
];

/// Everything that differs from what must come of `row`.
pub(crate) fn problems(row: &Row, seen: &Seen) -> Vec<String> {
    let code = REFUSED
        .iter()
        .find(|(path, _)| *path == row.path)
        .map(|(_, code)| *code);
    match (&seen.outcome, code) {
        (Err(got), Some(code)) if got == code => Vec::new(),
        (Ok(photo), None) => [photo.faults.clone(), claims(row, photo), sizes(row, photo)].concat(),
        (outcome, code) => vec![format!("{outcome:?} instead of {code:?}")],
    }
}

fn claims(row: &Row, photo: &Photo) -> Vec<String> {
    let mut wrong = Vec::new();
    let manifest = &photo.manifest;
    let orientation = row
        .orientation
        .parse()
        .ok()
        .filter(|value| (1..=8).contains(value))
        .unwrap_or(1);
    if photo.orientation != orientation {
        wrong.push(format!("orientation {} instead of {orientation}", photo.orientation));
    }
    let taken = taken(row);
    if manifest.taken_at.map(|at| at.millis()) != taken {
        wrong.push(format!("time {:?} instead of {taken:?}", manifest.taken_at));
    }
    let position = position(row);
    let near = |got: f64, due: f64| (got - due).abs() < 1e-6;
    let same = match (manifest.position, position) {
        (Some(got), Some((lat, lon))) => near(got.lat, lat) && near(got.lon, lon),
        (got, due) => got.is_none() && due.is_none(),
    };
    if !same {
        wrong.push(format!("position {:?} instead of {position:?}", manifest.position));
    }
    let due = FLAGGED
        .iter()
        .find(|(path, _)| *path == row.path)
        .map_or(&manifest.flags[..], |(_, flags)| flags);
    if manifest.flags != due {
        wrong.push(format!("flags {:?} instead of {due:?}", manifest.flags));
    }
    wrong
}

fn sizes(row: &Row, photo: &Photo) -> Vec<String> {
    let manifest = &photo.manifest;
    let original = manifest.original.as_ref().unwrap();
    let mut wrong = Vec::new();
    if original.sha256 != Sha256Hex(row.sha256.clone()) {
        wrong.push("the original's hash".to_owned());
    }
    let (Some(upright), Some(preview)) = (&manifest.upright, &manifest.preview) else {
        let undecodable = manifest.flags.contains(&Undecodable);
        return if undecodable {
            wrong
        } else {
            vec!["no copies".to_owned()]
        };
    };
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    let (mut due, longest) = (
        (number(&row.width), number(&row.height)),
        original.width.max(original.height),
    );
    if photo.orientation >= 5 {
        due = (due.1, due.0);
    }
    // The one file without its first two bytes has no size in the manifest.
    if due != (0, 0) && (original.width, original.height) != due {
        wrong.push(format!(
            "size {}x{} instead of {due:?}",
            original.width, original.height
        ));
    }
    for (copy, limit) in [(upright, 2048), (preview, 320)] {
        if copy.width.max(copy.height) != longest.min(limit) {
            wrong.push(format!("copy of {}x{}", copy.width, copy.height));
        }
    }
    wrong
}

/// The manifest's time as milliseconds, or `None` where the rules believe none.
fn taken(row: &Row) -> Option<i64> {
    match row.path.as_str() {
        // No camera time; the satellite's own, which is UTC, is believed. The manifest has a column for the first only.
        "crafted/date_missing_gps_time_only.jpg" => return Some(1_784_326_200_000),
        // Not from EXIF: these two carry a time in Photoshop's own block only.
        "broken/RangeError_Invalid_typed_array_length.jpg" | "broken/RangeError_Offset_outside_bounds.jpg" => {
            return None;
        }
        _ => {}
    }
    let text = row.taken.replace('-', ":").replace('T', " ");
    let local = NaiveDateTime::parse_from_str(&text, "%Y:%m:%d %H:%M:%S").ok()?;
    let at = match row.offset.parse::<FixedOffset>() {
        Ok(offset) => offset.from_local_datetime(&local).unwrap().timestamp_millis(),
        Err(_) => Tz::Asia__Shanghai
            .from_local_datetime(&local)
            .unwrap()
            .timestamp_millis(),
    };
    (946_684_800_000..=NOW.millis()).contains(&at).then_some(at)
}

/// The manifest's position, or `None` where the rules believe none.
fn position(row: &Row) -> Option<(f64, f64)> {
    // Text with decimal commas; the manifest's tool read it as other numbers, 90 km away. Neither is believed.
    if row.path == "phones/htc_m8_gps_as_string.jpg" {
        return None;
    }
    let (lat, lon): (f64, f64) = (row.lat.parse().ok()?, row.lon.parse().ok()?);
    let on_earth = lat.abs() <= 90.0 && lon.abs() <= 180.0;
    (on_earth && (lat, lon) != (0.0, 0.0)).then_some((lat, lon))
}

pub(crate) fn utc(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis)
        .unwrap()
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

pub(crate) fn wire_name(flag: &PhotoFlag) -> String {
    serde_json::to_value(flag).unwrap().as_str().unwrap().to_owned()
}
