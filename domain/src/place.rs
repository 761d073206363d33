//! Where something is, how it was found out, and how sure that is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// A WGS-84 position in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct LatLon {
    /// Latitude, -90 to 90, north positive.
    pub lat: f64,
    /// Longitude, -180 to 180, east positive.
    pub lon: f64,
}

/// How a place became known, best first (`decisions.md` 7 of the design: the first that holds counts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PlaceSource {
    /// A pin set by hand.
    Pin,
    /// A position fix of the device, 50 m or better.
    Fix,
    /// A photo's EXIF position; its accuracy is unknown, so the worker confirms it.
    Photo,
    /// Address text only.
    Address,
}

/// One claim about the place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PlaceClaim {
    /// How it became known.
    pub source: PlaceSource,
    /// The position.
    pub point: LatLon,
    /// Radius in metres within which it is true with 68 %; absent when unknown.
    pub accuracy_m: Option<f64>,
}

/// Where a report is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Place {
    /// The claim that counts; absent when only an address is known.
    pub chosen: Option<PlaceClaim>,
    /// The other claims, kept because sources that disagree by more than 100 m are shown.
    #[serde(default)]
    pub others: Vec<PlaceClaim>,
    /// Address text as the worker wrote or confirmed it.
    pub address: Option<String>,
    /// The grid the worker chose or the position fell in.
    pub grid: Option<crate::GridId>,
    /// The other grid when the place lies at a border; triage may change to it.
    pub other_grid: Option<crate::GridId>,
}
