//! What the office sees of cases: list rows, one case whole, and what may be asked of it.

use domain::protocol::ErrorCode;
use domain::view::{CaseRow, RoutingReason};
use domain::{
    Action, ActionName, CapturedAt, CaseId, CaseState, CategoryId, CommunityId, GridId, HouseholdId, LatLon,
    MutationId, OrderId, QueueId, ReceivedAt, Sha256Hex,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which cases to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CaseQuery {
    /// Cases with an order in this queue; `triage` also means cases without an order.
    #[param(max_length = 64, value_type = Option<String>)]
    pub queue: Option<QueueId>,
    /// Cases in one of these states, separated by commas.
    #[param(max_length = 300, pattern = "^[a-z_]+(,[a-z_]+)*$")]
    pub state: Option<String>,
    /// Cases of this community.
    #[param(max_length = 64, value_type = Option<String>)]
    pub community: Option<CommunityId>,
    /// Cases of this grid.
    #[param(max_length = 64, value_type = Option<String>)]
    pub grid: Option<GridId>,
    /// Cases of this category.
    #[param(max_length = 64, value_type = Option<String>)]
    pub category: Option<CategoryId>,
    /// Words in the number, the text or the address.
    #[param(max_length = 100)]
    pub q: Option<String>,
    /// Only cases with an order in one of the caller's own queues.
    pub mine: Option<bool>,
    /// Only open cases due by the end of today, or overdue.
    #[param(inline)]
    pub due: Option<DueFilter>,
    /// At most this many rows; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 80, pattern = "^[0-9]{1,15}_[0-9a-f-]{36}$")]
    pub before: Option<String>,
}

/// Which due cases to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueFilter {
    /// Due by the end of the street's day, and not overdue yet.
    Today,
    /// Past its due time and not resolved.
    Overdue,
}

/// A page of cases with the counts for the filters beside it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CaseList {
    /// Rows, newest first.
    pub rows: Vec<CaseListRow>,
    /// How many cases the whole query finds.
    pub total: u32,
    /// Ask for the next page with this as `before`; absent at the end.
    pub next: Option<String>,
    /// Cases the caller may see, by state.
    pub by_state: Vec<StateCount>,
    /// Open cases the caller may see, by the queue that leads.
    pub by_queue: Vec<QueueCount>,
}

/// How many cases are in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateCount {
    /// The state.
    pub state: CaseState,
    /// Cases.
    pub count: u32,
}

/// How many open cases a queue leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueueCount {
    /// The queue.
    pub queue: QueueId,
    /// Open cases.
    pub count: u32,
    /// Of these, past their due time.
    pub overdue: u32,
}

/// One line of a case list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CaseListRow {
    /// Name.
    pub id: CaseId,
    /// Number for people.
    pub number: String,
    /// State.
    pub state: CaseState,
    /// State revision.
    pub state_rev: u32,
    /// Category.
    pub category: CategoryId,
    /// 0 danger to life to 3 normal.
    pub urgency: u8,
    /// The queue that leads; `triage` while there is no order.
    pub lead_queue: QueueId,
    /// Queues that help.
    pub assists: Vec<QueueId>,
    /// Why it went there; its `lead` is the suggestion while the case waits at triage.
    pub routing: RoutingReason,
    /// Address text, or nothing.
    pub address: Option<String>,
    /// Position.
    pub point: Option<LatLon>,
    /// Grid.
    pub grid: Option<GridId>,
    /// The other grid, when the place lies at a border.
    pub other_grid: Option<GridId>,
    /// The first 120 characters of the text.
    pub text: String,
    /// The first photo's small copy.
    pub preview: Option<Sha256Hex>,
    /// True once the small copy has arrived.
    pub preview_stored: bool,
    /// Photos of the reports.
    pub photos: u32,
    /// Photos whose upright copy has arrived.
    pub photos_stored: u32,
    /// Captured, by the device's clock.
    pub captured_at: CapturedAt,
    /// Received, by the server's clock.
    pub received_at: ReceivedAt,
    /// When the current stage is due.
    pub stage_due: Option<ReceivedAt>,
    /// When the case is due to be resolved.
    pub due_at: Option<ReceivedAt>,
    /// True when it came from a visit.
    pub from_visit: bool,
    /// True when one of the caller's queues leads or helps.
    pub mine: bool,
}

/// One case whole, as its viewer may see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CaseDetail {
    /// The case, its photos and its timeline.
    pub row: CaseRow,
    /// Its orders, newest first.
    pub orders: Vec<OrderView>,
    /// Every action, and why it is refused when it is.
    pub allowed: Vec<AllowedAction>,
    /// What runs now and what ran before.
    pub clocks: Vec<ClockView>,
    /// Open cases within 100 m.
    pub nearby: Vec<NearbyCase>,
    /// Whom to turn to for a need; only for its community and for a queue that has taken the order.
    pub contact: Option<Contact>,
}

/// The household behind a need, with no more than the work on it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Contact {
    /// The household; its phone number is unmasked through `POST /v1/households/{id}/reveal`.
    pub household: HouseholdId,
    /// Name of the head of the household.
    pub name: String,
    /// Estate, building, stairwell unit and door.
    pub door: String,
    /// The household's phone number, masked.
    pub phone: Option<String>,
    /// Short notes for the door.
    pub door_note: String,
}

/// One assignment of the case to a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderView {
    /// Name.
    pub id: OrderId,
    /// The queue.
    pub queue: QueueId,
    /// True for the one that leads.
    pub lead: bool,
    /// A word to the receiver.
    pub note: String,
    /// True when it came from a ruling and cannot be returned.
    pub is_final: bool,
    /// When it was given to the queue.
    pub opened_at: ReceivedAt,
    /// When the queue took it.
    pub accepted_at: Option<ReceivedAt>,
    /// When it ended.
    pub closed_at: Option<ReceivedAt>,
    /// How it ended: the name of the action.
    pub outcome: Option<String>,
}

/// One action and whether the caller may do it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AllowedAction {
    /// The action.
    pub action: ActionName,
    /// True when it may be done now.
    pub allowed: bool,
    /// Why not.
    pub refusal: Option<ErrorCode>,
}

/// One clock of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClockView {
    /// `triage`, `accept`, `make_safe`, `resolve`, `closure_check` or `call_back`.
    pub stage: String,
    /// When it began.
    pub started_at: ReceivedAt,
    /// When it runs out.
    pub due_at: ReceivedAt,
    /// When it was met.
    pub done_at: Option<ReceivedAt>,
    /// True while it runs.
    pub running: bool,
}

/// An open case near this one.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NearbyCase {
    /// Name.
    pub id: CaseId,
    /// Number for people.
    pub number: String,
    /// Category.
    pub category: CategoryId,
    /// State.
    pub state: CaseState,
    /// Distance in metres.
    pub distance_m: f64,
    /// Received, by the server's clock.
    pub received_at: ReceivedAt,
}

/// One act on a case. The id makes a repeat harmless: the same id is carried out once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActRequest {
    /// Made by the caller, fresh for each act.
    pub id: MutationId,
    /// The state revision the caller saw.
    pub from_state_rev: u32,
    /// What to do.
    #[serde(flatten)]
    pub act: Action,
}

/// The choice between the two grids of a place at a border.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceChoice {
    /// The grid it belongs to: the case's `grid` or `other_grid`.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    pub grid: GridId,
}
