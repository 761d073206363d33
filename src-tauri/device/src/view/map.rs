//! The offline map, and what the app holds on disk.

use domain::view::GridRow;
use domain::{CaseId, CaseState, CategoryId, GridId, LatLon, ReportId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the map's roads and buildings come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MapBase {
    /// The street's own vector data, at `tile://localhost/base.json`.
    Street,
    /// An imported PMTiles archive, at `tile://localhost/{z}/{x}/{y}`.
    Imported,
    /// Not there yet: grids and points alone.
    None,
}

/// A case on the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MapCase {
    /// The case, or the report's name while it has no case.
    pub id: String,
    /// The case.
    pub case: Option<CaseId>,
    /// The report to open, when this phone may see it.
    pub report: Option<ReportId>,
    /// Position.
    pub point: LatLon,
    /// Category.
    pub category: CategoryId,
    /// Urgency.
    pub urgency: u8,
    /// State; absent while it is only on this phone.
    pub state: Option<CaseState>,
    /// True when the person of this phone reported it.
    pub mine: bool,
}

/// A building with households due for a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MapHousehold {
    /// Estate and building.
    pub building: String,
    /// Point of the building.
    pub point: LatLon,
    /// Households with a visit due.
    pub due: u32,
}

/// What the map shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MapView {
    /// Middle of the person's own grid, or of all grids.
    pub center: Option<LatLon>,
    /// Grids.
    pub grids: Vec<GridRow>,
    /// The person's own.
    pub own_grids: Vec<GridId>,
    /// Open cases.
    pub cases: Vec<MapCase>,
    /// Buildings with visits due.
    pub households: Vec<MapHousehold>,
    /// Where roads and buildings come from.
    pub base: MapBase,
    /// Zoom levels of an imported map, smallest and largest.
    pub imported_zoom: Option<(u8, u8)>,
}

/// What the app holds on disk, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StorageView {
    /// Photos.
    #[ts(type = "number")]
    pub photos: u64,
    /// Number of photo files.
    pub photo_files: u32,
    /// Databases.
    #[ts(type = "number")]
    pub databases: u64,
    /// Maps.
    #[ts(type = "number")]
    pub maps: u64,
    /// Free space on the phone; absent when the system does not say.
    #[ts(type = "number | null")]
    pub free: Option<u64>,
}
