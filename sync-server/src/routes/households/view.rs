//! What the office sees of households. Names, phones and doors are masked by role before they get here.

use domain::view::{HouseholdRow, NeedCase, VisitRow};
use domain::{CapturedAt, Condition, GridId, HouseholdId, ReceivedAt, Resident, ResidentId, Tag, Tenure, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which households to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HouseholdQuery {
    /// Words in a name, an estate, a building, a door or the end of a phone number.
    #[param(max_length = 100)]
    pub q: Option<String>,
    /// Households of this grid.
    #[param(max_length = 64, value_type = Option<String>)]
    pub grid: Option<GridId>,
    /// At most this many rows; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Rows to skip.
    #[param(minimum = 0, maximum = 100_000)]
    pub offset: Option<u32>,
}

/// A page of households.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HouseholdList {
    /// Rows by estate, building, unit and door.
    pub rows: Vec<HouseholdListRow>,
    /// How many households the whole query finds.
    pub total: u32,
}

/// One line of a household list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HouseholdListRow {
    /// Name.
    pub id: HouseholdId,
    /// Grid.
    pub grid: GridId,
    /// Name of the head of the household, masked by role.
    pub head: String,
    /// Estate or road.
    pub estate: String,
    /// Building.
    pub building: String,
    /// Stairwell unit.
    pub unit: String,
    /// Door; empty where the viewer may not see it.
    pub room: String,
    /// House type.
    pub tenure: Tenure,
    /// Tags of all residents.
    pub tags: Vec<Tag>,
    /// How many people live there.
    pub residents: u32,
    /// End of the last visit at which somebody was met.
    pub last_visit: Option<CapturedAt>,
    /// How the person was then.
    pub last_condition: Option<Condition>,
    /// When the next visit is due.
    pub next_due: Option<CapturedAt>,
    /// True when it was due before now.
    pub overdue: bool,
}

/// One household whole, as its viewer may see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HouseholdFile {
    /// The dwelling.
    pub household: HouseholdRow,
    /// Its residents.
    pub residents: Vec<Resident>,
    /// Visits, newest first.
    pub visits: Vec<VisitRow>,
    /// Its needs and what became of them.
    pub needs: Vec<NeedCase>,
    /// Who looked at this file or unmasked a field of it, newest first.
    pub looks: Vec<Look>,
    /// Fields with two values that wait for the secretary.
    pub reviews: Vec<Review>,
}

/// A field that two people changed without knowing of each other, and that a clock must not decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Review {
    /// The household.
    pub household: HouseholdId,
    /// Estate and building.
    pub building: String,
    /// The household or one of its residents.
    pub entity: Uuid,
    /// Name of the field; `removed` where one removed a resident whom another edited.
    pub field: String,
    /// Since when.
    pub opened_at: ReceivedAt,
}

/// A value that a field has or had.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PastValue {
    /// The household or one of its residents.
    pub entity: Uuid,
    /// Name of the resident; absent for the household's own fields.
    pub resident: Option<String>,
    /// Name of the field.
    pub field: String,
    /// The value.
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
    /// True for the value that counts.
    pub current: bool,
    /// Name of who wrote it; empty for a value from before the first edit.
    pub author: String,
    /// When it was written, by the server's clock as the phone estimated it; zero for a value from before the first edit.
    pub written_at: ReceivedAt,
    /// When the server learned of it.
    pub received_at: ReceivedAt,
}

/// Asks for the history of a household's fields. Every answer is logged with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HistoryRequest {
    /// Why; written to the log.
    #[schema(min_length = 2, max_length = 200)]
    pub reason: String,
}

/// What the secretary chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleRequest {
    /// The household or one of its residents.
    pub entity: Uuid,
    /// Name of the field.
    pub field: String,
    /// The value that counts from now on.
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
}

/// One look at a household file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Look {
    /// When.
    pub at: ReceivedAt,
    /// Who.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// `open`, `reveal`, `history` or `settle`.
    pub what: String,
    /// The field unmasked.
    pub field: Option<String>,
    /// The reason given.
    pub reason: Option<String>,
}

/// A field that can be unmasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevealField {
    /// The household's contact number.
    HouseholdPhone,
    /// A resident's full name.
    ResidentName,
    /// A resident's phone number.
    ResidentPhone,
}

/// Asks for one unmasked field. Every answer is logged with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealRequest {
    /// Which field.
    pub field: RevealField,
    /// Whose; required for a resident's field.
    pub resident: Option<ResidentId>,
    /// Why; written to the log.
    #[schema(min_length = 2, max_length = 200)]
    pub reason: String,
}

/// One unmasked field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Revealed {
    /// The value; absent when there is none.
    pub value: Option<String>,
    /// Show it for this long, in seconds.
    pub hide_after_s: u32,
}
