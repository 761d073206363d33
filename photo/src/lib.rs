//! The photo pipeline: the bytes of a picture file in, the copies that travel and what the file claims about itself out.
//!
//! Pure functions on bytes, used by the phone and by the office upload. Nothing here opens a file, reads a clock or
//! trusts a header: sizes are checked before memory is spent, and every claim of the file is checked for sense.

mod claims;
mod copies;
mod decode;
mod heif;
mod instant;
mod jpeg;
mod outcome;
mod position;
pub mod qr;
mod raster;
mod sniff;

pub use chrono_tz::Tz;
pub use outcome::{Processed, Settings};

use domain::protocol::WireError;
use domain::{CapturedAt, ErrorCode, PhotoFlag, PhotoRole};

use claims::Claims;
use decode::Decoded;
use sniff::Format;

/// Makes the copies of a photo and reads what its file says.
///
/// `name` is the file's name as the picker gave it, used only to notice a wrong ending. `role` is what the capture
/// screen asked for. `now` is the device's clock: a capture time later than it is not believed.
///
/// A picture in a format that cannot be decoded here (HEIC, AVIF, …) is no error: it comes back without copies and
/// with [`PhotoFlag::Undecodable`]; [`Processed::require_copies`] turns that into an error where copies are needed.
///
/// # Errors
/// `photo_empty`, `photo_not_an_image`, `photo_too_many_pixels` with `{width, height}`, or `photo_damaged`.
pub fn process(
    input: &[u8],
    name: Option<&str>,
    role: PhotoRole,
    now: CapturedAt,
    settings: &Settings,
) -> Result<Processed, WireError> {
    if input.is_empty() {
        return Err(ErrorCode::PhotoEmpty.into());
    }
    let format = sniff::format(input).ok_or(ErrorCode::PhotoNotAnImage)?;
    let file = decode::open(format, input);
    let claims = Claims::read(file.exif.as_deref(), now, settings.zone);
    let decoded = decode::pixels(format, &file)?;
    let mut flags = claims.flags.clone();
    flags.extend(file_flags(format, &file, name));
    let copies = match decoded {
        Decoded::Pixels { raster, whole } => {
            if !whole {
                flags.push(PhotoFlag::Salvaged);
            }
            Some(copies::make(raster, claims.orientation, settings)?)
        }
        Decoded::Unsupported => {
            flags.push(PhotoFlag::Undecodable);
            None
        }
    };
    flags.sort_unstable();
    flags.dedup();
    Ok(outcome::assemble(input, format, &file, claims, role, flags, copies))
}

fn file_flags(format: Format, file: &decode::File<'_>, name: Option<&str>) -> Vec<PhotoFlag> {
    let mut flags = Vec::new();
    if file.trailing {
        flags.push(PhotoFlag::TrailingBytes);
    }
    if name
        .and_then(sniff::named_format)
        .is_some_and(|named| !named.same_family(format))
    {
        flags.push(PhotoFlag::Mislabelled);
    }
    flags
}
