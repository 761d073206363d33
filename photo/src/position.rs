//! Where a photo was taken, as far as its EXIF can be believed.

use domain::{LatLon, PhotoFlag};
use exif::{Exif, Tag};

use crate::claims::{numbers, text};

/// Closer to 0,0 than this (about 10 cm) is a zeroed field, not a boat off Africa.
const ZERO: f64 = 1e-6;

/// The position, when it is complete and on Earth.
pub(crate) fn position(exif: &Exif, flags: &mut Vec<PhotoFlag>) -> Option<LatLon> {
    let lat = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, ['N', 'S']);
    let lon = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, ['E', 'W']);
    let (lat, lon) = match (lat, lon) {
        (Degrees::Absent, Degrees::Absent) => return None,
        (Degrees::Known(lat), Degrees::Known(lon)) => (lat, lon),
        (Degrees::Absent | Degrees::Known(_) | Degrees::Wrong, _) => {
            flags.push(PhotoFlag::PositionInvalid);
            return None;
        }
    };
    if lat.abs() < ZERO && lon.abs() < ZERO {
        flags.push(PhotoFlag::PositionZero);
        return None;
    }
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        flags.push(PhotoFlag::PositionInvalid);
        return None;
    }
    Some(LatLon { lat, lon })
}

#[derive(Debug, Clone, Copy)]
enum Degrees {
    /// The field is absent or blank.
    Absent,
    Known(f64),
    /// The field is there and no number.
    Wrong,
}

fn degrees(exif: &Exif, value: Tag, reference: Tag, signs: [char; 2]) -> Degrees {
    let Some(parts) = parts(exif, value) else {
        return Degrees::Absent;
    };
    let reference = text(exif, reference).and_then(|text| text.chars().next());
    // Phones without a fix write the whole block with 0/0 and blank references.
    if reference.is_none() && parts.iter().all(Option::is_none) {
        return Degrees::Absent;
    }
    let Some(parts) = parts.into_iter().collect::<Option<Vec<f64>>>() else {
        return Degrees::Wrong;
    };
    let magnitude = match parts[..] {
        [degrees] => degrees,
        [degrees, minutes] => degrees + minutes / 60.0,
        [degrees, minutes, seconds] => degrees + minutes / 60.0 + seconds / 3600.0,
        _ => return Degrees::Wrong,
    };
    // Without a reference the sign is taken as written: north and east, where every street of this country lies.
    let letter = reference.map_or(signs[0], |c| c.to_ascii_uppercase());
    match signs.iter().position(|sign| *sign == letter) {
        Some(0) => Degrees::Known(magnitude),
        Some(_) => Degrees::Known(-magnitude),
        None => Degrees::Wrong,
    }
}

/// Degrees, minutes and seconds as rationals, or as text where a phone wrote text. Text with decimal commas comes
/// apart into too many numbers and is no position: its two readings lie 90 km apart.
fn parts(exif: &Exif, tag: Tag) -> Option<Vec<Option<f64>>> {
    exif.get_field(tag, exif::In::PRIMARY)?;
    if let Some(parts) = numbers(exif, tag) {
        return (!parts.is_empty()).then_some(parts);
    }
    let text = text(exif, tag)?;
    let words = text.split([',', ' ', ';']).filter(|word| !word.is_empty());
    Some(
        words
            .map(|word| word.parse().ok().filter(|value: &f64| value.is_finite()))
            .collect(),
    )
}
