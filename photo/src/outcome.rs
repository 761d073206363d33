//! What the pipeline is told and what it gives back.

use chrono_tz::Tz;
use domain::protocol::WireError;
use domain::{ErrorCode, PhotoFile, PhotoFlag, PhotoManifest, PhotoRole, Sha256Hex};
use sha2::{Digest, Sha256};

use crate::claims::Claims;
use crate::copies::{Copies, Copy};
use crate::decode::File;
use crate::sniff::Format;

/// What a street sets about photos.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The street's time zone, for camera times without one.
    pub zone: Tz,
    /// Longest side of the upright copy in pixels.
    pub upright_side: u32,
    /// JPEG quality of the upright copy, 1 to 100.
    pub upright_quality: u8,
    /// Longest side of the preview in pixels.
    pub preview_side: u32,
    /// JPEG quality of the preview, 1 to 100.
    pub preview_quality: u8,
}

impl Settings {
    /// The values that hold unless a street sets others.
    #[must_use]
    pub fn for_zone(zone: Tz) -> Self {
        Self {
            zone,
            upright_side: 2048,
            upright_quality: 80,
            preview_side: 320,
            preview_quality: 75,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::for_zone(Tz::Asia__Shanghai)
    }
}

/// A photo ready to be stored.
#[derive(Debug, Clone)]
pub struct Processed {
    /// What travels with the report. `original` describes the input; an office upload sets it to `None`.
    pub manifest: PhotoManifest,
    /// The bytes of `manifest.upright`.
    pub upright: Option<Vec<u8>>,
    /// The bytes of `manifest.preview`.
    pub preview: Option<Vec<u8>>,
    /// The input's media type, from its bytes.
    pub media_type: &'static str,
    /// The EXIF orientation that was applied, 1 to 8; 1 when there was none or it was invalid.
    pub orientation: u8,
}

impl Processed {
    /// The upright and preview bytes, for callers that have no use for a photo without them.
    ///
    /// # Errors
    /// `photo_undecodable` when the format cannot be decoded here.
    pub fn require_copies(&self) -> Result<(&[u8], &[u8]), WireError> {
        match (&self.upright, &self.preview) {
            (Some(upright), Some(preview)) => Ok((upright, preview)),
            (Some(_) | None, None) | (None, Some(_)) => Err(ErrorCode::PhotoUndecodable.into()),
        }
    }
}

pub(crate) fn assemble(
    input: &[u8],
    format: Format,
    file: &File<'_>,
    claims: Claims,
    role: PhotoRole,
    flags: Vec<PhotoFlag>,
    copies: Option<Copies>,
) -> Processed {
    let (width, height) = match &copies {
        Some(copies) => copies.displayed,
        None => file.size,
    };
    let original = PhotoFile {
        sha256: sha256(input),
        size: input.len() as u64,
        width,
        height,
        mime: format.media_type().to_owned(),
    };
    let (upright, preview) = copies.map(|copies| (copies.upright, copies.preview)).unzip();
    let manifest = PhotoManifest {
        role,
        upright: upright.as_ref().map(describe),
        preview: preview.as_ref().map(describe),
        original: Some(original),
        taken_at: claims.taken_at,
        position: claims.position,
        flags,
    };
    Processed {
        manifest,
        upright: upright.map(|copy| copy.bytes),
        preview: preview.map(|copy| copy.bytes),
        media_type: format.media_type(),
        orientation: claims.orientation,
    }
}

fn describe(copy: &Copy) -> PhotoFile {
    PhotoFile {
        sha256: sha256(&copy.bytes),
        size: copy.bytes.len() as u64,
        width: copy.width,
        height: copy.height,
        mime: "image/jpeg".to_owned(),
    }
}

fn sha256(bytes: &[u8]) -> Sha256Hex {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        hex.push(char::from(DIGITS[usize::from(byte >> 4)]));
        hex.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    Sha256Hex(hex)
}
