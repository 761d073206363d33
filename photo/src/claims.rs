//! What the file says about itself: which way is up, when and where it was taken. Claims, not facts.

use chrono_tz::Tz;
use domain::{CapturedAt, LatLon, PhotoFlag};
use exif::{Error, Exif, In, Reader, Tag, Value};

use crate::{instant, position};

/// Longer than any camera's block; a JPEG segment cannot hold more than 64 KiB at all.
const MAX_EXIF_BYTES: usize = 4 << 20;

/// The believable part of the claims.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claims {
    /// 1 to 8.
    pub(crate) orientation: u8,
    pub(crate) taken_at: Option<CapturedAt>,
    pub(crate) position: Option<LatLon>,
    /// What was odd.
    pub(crate) flags: Vec<PhotoFlag>,
}

impl Claims {
    /// Reads an EXIF block (from its TIFF header on).
    pub(crate) fn read(block: Option<&[u8]>, now: CapturedAt, zone: Tz) -> Self {
        let mut claims = Self {
            orientation: 1,
            taken_at: None,
            position: None,
            flags: Vec::new(),
        };
        let Some(block) = block else {
            claims.flags.push(PhotoFlag::NoExif);
            return claims;
        };
        let Some(exif) = parse(block, &mut claims.flags) else {
            return claims;
        };
        claims.orientation = orientation(&exif, &mut claims.flags);
        claims.taken_at = instant::taken_at(&exif, now, zone, &mut claims.flags);
        claims.position = position::position(&exif, &mut claims.flags);
        claims
    }
}

fn parse(block: &[u8], flags: &mut Vec<PhotoFlag>) -> Option<Exif> {
    if block.len() > MAX_EXIF_BYTES {
        flags.push(PhotoFlag::ExifDamaged);
        return None;
    }
    let read = Reader::new().continue_on_error(true).read_raw(block.to_vec());
    let damage = |errors: Vec<Error>| flags.extend(errors.iter().any(is_damage).then_some(PhotoFlag::ExifDamaged));
    read.or_else(|error| error.distill_partial_result(damage))
        .inspect_err(|_| flags.push(PhotoFlag::ExifDamaged))
        .ok()
}

/// Common tools link the inner lists of tags to each other, which the standard forbids and nobody minds.
fn is_damage(error: &Error) -> bool {
    !matches!(error, Error::InvalidFormat("Unexpected next IFD"))
}

fn orientation(exif: &Exif, flags: &mut Vec<PhotoFlag>) -> u8 {
    let Some(field) = exif.get_field(Tag::Orientation, In::PRIMARY) else {
        return 1;
    };
    match field.value.get_uint(0).and_then(|value| u8::try_from(value).ok()) {
        Some(value @ 1..=8) => value,
        Some(_) | None => {
            flags.push(PhotoFlag::OrientationInvalid);
            1
        }
    }
}

/// The text of a field, cut at the first zero byte, without blanks around it; `None` when there is none.
pub(crate) fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let field = exif.get_field(tag, In::PRIMARY)?;
    let Value::Ascii(lines) = &field.value else { return None };
    let line = lines.first()?;
    let text = String::from_utf8_lossy(line.split(|byte| *byte == 0).next().unwrap_or_default())
        .trim()
        .to_owned();
    (!text.is_empty()).then_some(text)
}

/// A field as fractions of a whole; `None` entries are no numbers (a zero denominator).
pub(crate) fn numbers(exif: &Exif, tag: Tag) -> Option<Vec<Option<f64>>> {
    let finite = |value: f64| value.is_finite().then_some(value);
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(values) => Some(values.iter().map(|value| finite(value.to_f64())).collect()),
        Value::SRational(values) => Some(values.iter().map(|value| finite(value.to_f64())).collect()),
        Value::Byte(_)
        | Value::Ascii(_)
        | Value::Short(_)
        | Value::Long(_)
        | Value::SByte(_)
        | Value::Undefined(..)
        | Value::SShort(_)
        | Value::SLong(_)
        | Value::Float(_)
        | Value::Double(_)
        | Value::Unknown(..) => None,
    }
}
