//! Where a draft would go, by when and why; known offline.

use domain::view::RoutingReason;
use domain::{GridId, LatLon, PhotoRole, Place, Problem, QueueId, ReceivedAt};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the place lies to the grids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LocationKind {
    /// In one grid.
    Inside,
    /// At the border of two; the worker chooses.
    Border,
    /// In none.
    Outside,
    /// There is no position.
    None,
}

/// The stage whose limit is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StageKind {
    /// Containing the danger.
    MakeSafe,
    /// Solving it.
    Final,
}

/// A grid the worker may choose at a border.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GridCandidate {
    /// The grid.
    pub grid: GridId,
    /// Its name.
    pub name: String,
}

/// What would happen on save.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RoutePreview {
    /// The place as it would be stored.
    pub place: Place,
    /// A photo's position that counts only once the worker confirms it.
    pub to_confirm: Option<LatLon>,
    /// Grids to choose from at a border.
    pub candidates: Vec<GridCandidate>,
    /// How the place lies to the grids.
    pub location: LocationKind,
    /// The largest distance between two sources of the place in metres, when it is over 100 m.
    pub disagree_m: Option<f64>,
    /// The queue; absent while no category is chosen.
    pub queue: Option<QueueId>,
    /// Queues that help.
    pub assists: Vec<QueueId>,
    /// 0 danger to life, 1 urgent, 2 soon, 3 normal.
    pub urgency: u8,
    /// False when the street office looks first.
    pub auto_dispatch: bool,
    /// When the stage is due, as the phone estimates it.
    pub due_at: Option<ReceivedAt>,
    /// The stage that is due.
    pub stage: StageKind,
    /// Why it goes there; absent while no category is chosen.
    pub reason: Option<RoutingReason>,
    /// Numbers to call first, such as `119`.
    pub calls: Vec<String>,
    /// What a save would refuse.
    pub problems: Vec<Problem>,
    /// Photos the category asks for that are not there.
    pub missing_photos: Vec<PhotoRole>,
}
