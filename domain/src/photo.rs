//! What a mutation says about a photo: hashes, sizes and what the picture file itself claimed. Never image bytes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{CapturedAt, LatLon, Sha256Hex};

/// Which rendition of a photo a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PhotoCopy {
    /// JPEG, longest side 320 px, no EXIF. Travels in lane 2 with any network.
    Preview,
    /// JPEG, longest side 2048 px, orientation applied, no EXIF. Travels in lane 3.
    Upright,
    /// The untouched bytes. Travels only when asked for or by category policy; stored restricted.
    Original,
}

/// One file of a photo, named by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PhotoFile {
    /// SHA-256 of the bytes.
    pub sha256: Sha256Hex,
    /// Size in bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// Width in pixels as displayed; 0 when the file could not be decoded (restricted original only).
    pub width: u32,
    /// Height in pixels as displayed.
    pub height: u32,
    /// Media type, such as `image/jpeg`.
    pub mime: String,
}

/// What the photo shows, as the capture screen asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PhotoRole {
    /// The place with a door number or landmark.
    Wide,
    /// The damage itself.
    CloseUp,
    /// A label or number plate that names the owner.
    Label,
    /// Before work began.
    Before,
    /// After the work was done.
    After,
}

/// Something odd in the picture file. None of these refuses a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PhotoFlag {
    /// The file holds no EXIF block.
    NoExif,
    /// The EXIF block is damaged; nothing was read from it, or only a part.
    ExifDamaged,
    /// The orientation tag is outside 1 to 8 and was ignored.
    OrientationInvalid,
    /// The EXIF time cannot be a capture time (zero, before 2000, or in the future) and was ignored.
    TimeImplausible,
    /// The EXIF time has no zone; it was taken as the street's local time.
    TimeWithoutZone,
    /// The EXIF position is out of range, incomplete or not a number and was ignored.
    PositionInvalid,
    /// The EXIF position is 0,0 ("null island") and was ignored.
    PositionZero,
    /// The picture is damaged or cut short; what could be decoded was kept.
    Salvaged,
    /// The file's name or type says one format and its bytes another.
    Mislabelled,
    /// Bytes follow the end of the picture.
    TrailingBytes,
    /// This format cannot be decoded here; only the original travels.
    Undecodable,
}

/// A photo as a mutation carries it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PhotoManifest {
    /// What the photo shows.
    pub role: PhotoRole,
    /// The copy that the office looks at; absent only when the format could not be decoded on the phone.
    pub upright: Option<PhotoFile>,
    /// The small copy that arrives first; absent together with `upright`.
    pub preview: Option<PhotoFile>,
    /// The untouched file, kept on the phone; travels only when asked for. Absent for photos taken in the office.
    pub original: Option<PhotoFile>,
    /// The camera's time, when EXIF held a plausible one.
    pub taken_at: Option<CapturedAt>,
    /// The camera's position, when EXIF held a plausible one.
    pub position: Option<LatLon>,
    /// What was odd about the file.
    #[serde(default)]
    pub flags: Vec<PhotoFlag>,
}

impl PhotoManifest {
    /// Every file this photo consists of, with which copy it is.
    pub fn files(&self) -> impl Iterator<Item = (PhotoCopy, &PhotoFile)> {
        [
            (PhotoCopy::Preview, self.preview.as_ref()),
            (PhotoCopy::Upright, self.upright.as_ref()),
            (PhotoCopy::Original, self.original.as_ref()),
        ]
        .into_iter()
        .filter_map(|(copy, file)| file.map(|file| (copy, file)))
    }
}
