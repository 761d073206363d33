//! Rows as the server hands them out. What is in a row is decided per bucket, so that nobody is sent what they may not see.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::household::FieldRevs;
use crate::{
    CapturedAt, CaseId, CaseState, CategoryId, CloseReason, CommunityId, Condition, GridId, Hlc, Household, LatLon,
    NeedId, PhotoManifest, Place, QueueId, ReceivedAt, ReportId, Resident, Sha256Hex, StreetId, UserId, Visit, VisitId,
};

/// The street and its settings that phones need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct StreetRow {
    /// Name.
    pub id: StreetId,
    /// Display name.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Categories switched to triage first although the default is auto-dispatch.
    #[serde(default)]
    pub triage_first: Vec<CategoryId>,
    /// Categories switched off.
    #[serde(default)]
    pub disabled_categories: Vec<CategoryId>,
    /// Holidays and make-up days of the working calendar.
    pub calendar: crate::clock::Calendar,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct QueueRow {
    /// Name.
    pub id: QueueId,
    /// Chinese label.
    pub label_zh: String,
    /// English label.
    pub label_en: String,
    /// False when it is switched off or nobody is assigned to it; routing skips it and says so.
    pub staffed: bool,
    /// True when it may return orders.
    pub may_return: bool,
    /// Telephone of the duty desk.
    pub phone: Option<String>,
}

/// A grid and its border.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct GridRow {
    /// Name (15-digit unit code where the street has one).
    pub id: GridId,
    /// Display name.
    pub name: String,
    /// Community.
    pub community: CommunityId,
    /// Display name of the community.
    pub community_name: String,
    /// Rings of the polygon, outer first, as `[lon, lat]` pairs, WGS-84.
    pub rings: Vec<Vec<[f64; 2]>>,
    /// The property company's queue, for an estate.
    pub property_queue: Option<QueueId>,
}

/// One step in a case's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct TimelineEntry {
    /// What happened: an [`crate::Action`] name, or `report`, `note`, `withdraw`, `place`.
    pub what: String,
    /// Who: a person's id; absent for a rule.
    pub actor: Option<UserId>,
    /// How the actor is shown: name and role for the office, the queue's label for the public.
    pub actor_label: String,
    /// The queue the actor acted for.
    pub queue: Option<QueueId>,
    /// When the server wrote it.
    pub at: ReceivedAt,
    /// When it happened in the field, by the device's clock.
    pub captured_at: Option<CapturedAt>,
    /// The state after it.
    pub state: CaseState,
    /// Text.
    #[serde(default)]
    pub text: String,
    /// Code of the reason given (return, reject, close), as its enum spells it; of a rule its name; `orders_kept`.
    pub reason: Option<String>,
    /// The queue that should handle it: as who gave it back says, or as routing says for another grid.
    #[serde(default)]
    pub suggested: Option<QueueId>,
    /// Photos.
    #[serde(default)]
    pub photos: Vec<PhotoManifest>,
}

/// Why a case went to its queue; stored, so that it can be answered a year later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct RoutingReason {
    /// Name of the rule, such as `category-default`.
    pub rule: String,
    /// Version of the rule.
    pub version: u32,
    /// The queue decided on.
    pub lead: QueueId,
    /// Queues that help.
    pub assists: Vec<QueueId>,
    /// Queues skipped because they are switched off or nobody is assigned.
    pub skipped: Vec<QueueId>,
    /// What the decision rested on, by name (`category`, `answer`, `grid`, `urgency`, …).
    pub inputs: std::collections::BTreeMap<String, String>,
    /// The other grid, when the place lies at a border.
    pub other_grid: Option<GridId>,
}

/// A case as its reporter, its grid's worker, its queues and the office see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct CaseRow {
    /// Name.
    pub id: CaseId,
    /// Number for people, such as `JL-20220412-0001`.
    pub number: String,
    /// State.
    pub state: CaseState,
    /// Counts changes of state; compare-and-set for acts.
    pub state_rev: u32,
    /// How it ended.
    pub close_reason: Option<CloseReason>,
    /// Category (a report's or a need's).
    pub category: CategoryId,
    /// 0 danger to life, 1 urgent, 2 soon, 3 normal.
    pub urgency: u8,
    /// The queue that leads; `triage` while there is no order.
    pub lead_queue: QueueId,
    /// Queues that help.
    pub assists: Vec<QueueId>,
    /// Why it went there.
    pub routing: RoutingReason,
    /// Where.
    pub place: Place,
    /// Text of the first report; empty in rows of people who may not read it.
    #[serde(default)]
    pub text: String,
    /// Reports.
    pub reports: Vec<ReportId>,
    /// Who reported; absent in rows of people who may not know.
    pub reporter: Option<UserId>,
    /// How the reporter is shown.
    pub reporter_label: Option<String>,
    /// The need it came from, when it came from a visit.
    pub need: Option<NeedId>,
    /// Photos of the reports.
    #[serde(default)]
    pub photos: Vec<PhotoManifest>,
    /// Hashes of all photo files of this case (reports and timeline) that the server holds.
    #[serde(default)]
    pub stored: Vec<Sha256Hex>,
    /// Captured, by the device's clock.
    pub captured_at: CapturedAt,
    /// Received, by the server's clock.
    pub received_at: ReceivedAt,
    /// When the current stage is due.
    pub stage_due: Option<ReceivedAt>,
    /// When the case is due to be resolved.
    pub due_at: Option<ReceivedAt>,
    /// When it was resolved.
    pub resolved_at: Option<ReceivedAt>,
    /// Every step, oldest first.
    #[serde(default)]
    pub timeline: Vec<TimelineEntry>,
}

/// What the rest of the community may know of a case on public ground.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct CaseOutline {
    /// Name.
    pub id: CaseId,
    /// State.
    pub state: CaseState,
    /// Category.
    pub category: CategoryId,
    /// Urgency.
    pub urgency: u8,
    /// Position.
    pub point: Option<LatLon>,
    /// Grid.
    pub grid: Option<GridId>,
    /// Received.
    pub received_at: ReceivedAt,
}

/// A household with what its list row needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct HouseholdRow {
    /// The file.
    #[serde(flatten)]
    pub household: Household,
    /// End of the last visit at which somebody was met.
    pub last_visit: Option<CapturedAt>,
    /// How the person was then.
    pub last_condition: Option<Condition>,
    /// When the next visit is due.
    pub next_due: Option<CapturedAt>,
    /// Revisions of its edited fields.
    #[serde(default, skip_serializing_if = "FieldRevs::is_empty")]
    pub fields: FieldRevs,
}

/// A resident with the revisions of what was edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ResidentRow {
    /// The person.
    #[serde(flatten)]
    pub resident: Resident,
    /// Revisions of the edited fields.
    #[serde(default, skip_serializing_if = "FieldRevs::is_empty")]
    pub fields: FieldRevs,
    /// The last edit of everybody who edited the person: whoever removes the person says which of them were seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Hlc>,
}

/// A visit with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct VisitRow {
    /// The visit; its reflection is always absent here.
    #[serde(flatten)]
    pub visit: Visit,
    /// Who made it.
    pub author: UserId,
    /// How the author is shown.
    pub author_label: String,
    /// The case each need became.
    #[serde(default)]
    pub need_cases: Vec<NeedCase>,
    /// Hashes of the photo files of this visit that the server holds.
    #[serde(default)]
    pub stored: Vec<Sha256Hex>,
}

/// What became of a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct NeedCase {
    /// The need.
    pub need: NeedId,
    /// Its case.
    pub case: CaseId,
    /// The case's number.
    pub number: String,
    /// Its state.
    pub state: CaseState,
    /// Its queue.
    pub queue: QueueId,
    /// When it is due.
    pub due_at: Option<ReceivedAt>,
}

/// A private reflection, sent to its author's phones alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Reflection {
    /// The visit.
    pub visit: VisitId,
    /// The text.
    pub text: String,
}

/// The office asks a phone for an original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct OriginalRequest {
    /// The original's hash.
    pub sha256: Sha256Hex,
}
