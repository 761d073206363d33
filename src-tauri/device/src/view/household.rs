//! Households, their residents and visits.

use domain::view::NeedCase;
use domain::{CapturedAt, Condition, Household, HouseholdId, MutationId, Resident, Tag, Visit, VisitId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{Word, WordReason};

/// What the household list is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HouseholdQuery {
    /// Name, door or the last digits of a phone number; empty for all.
    pub query: String,
    /// Only this building, as `estate building`.
    #[ts(optional = nullable)]
    pub building: Option<String>,
    /// Rows wanted.
    pub limit: u32,
    /// Rows skipped.
    pub offset: u32,
}

/// A household in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HouseholdSummary {
    /// Its name.
    pub id: HouseholdId,
    /// Name of the head, or of the first resident.
    pub name: Option<String>,
    /// Estate or road.
    pub estate: String,
    /// Building.
    pub building: String,
    /// Stairwell.
    pub unit: String,
    /// Door.
    pub room: String,
    /// Tags of all residents.
    pub tags: Vec<Tag>,
    /// Last visit at which somebody was met.
    pub last_visit: Option<CapturedAt>,
    /// Next visit due.
    pub next_due: Option<CapturedAt>,
    /// How the person was.
    pub last_condition: Option<Condition>,
    /// True when the next visit is past due.
    pub overdue: bool,
    /// True when a visit lies in the current calendar month of the street.
    pub visited_this_period: bool,
    /// Last four digits of the phone number.
    pub phone_tail: Option<String>,
}

/// A page of households.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HouseholdPage {
    /// Matches in all.
    pub total: u32,
    /// This page.
    pub rows: Vec<HouseholdSummary>,
    /// Every building of the phone's households, for the building picker.
    pub buildings: Vec<String>,
}

/// A visit with its word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VisitView {
    /// The visit.
    #[serde(flatten)]
    pub visit: Visit,
    /// Who made it, as shown.
    pub author_label: String,
    /// True when the person of this phone made it.
    pub mine: bool,
    /// One of the four words.
    pub word: Word,
    /// Why.
    pub why: WordReason,
    /// Its mutation, when the server refused it and the worker has to decide.
    pub refused: Option<MutationId>,
    /// What became of its needs.
    pub need_cases: Vec<NeedCase>,
}

/// A promise made in a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PromiseView {
    /// The visit it was made in.
    pub visit: VisitId,
    /// What was promised.
    pub what: String,
    /// Until when.
    pub by: CapturedAt,
    /// True when it is past due.
    pub overdue: bool,
}

/// What a card says of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MarkKind {
    /// Changed here; the server does not know yet.
    Waiting,
    /// Somebody else changed it too, and that value is the later one; the own one is in the history.
    Kept,
    /// Somebody else changed it too, and the own value is the later one.
    Won,
    /// Two values wait for the secretary.
    Review,
}

/// What a card says of one field of a household or a resident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FieldMark {
    /// The household or the resident.
    pub entity: String,
    /// Name of the field; `added` and `removed` for a resident as a whole.
    pub field: String,
    /// What there is to say.
    pub mark: MarkKind,
    /// The value written on this phone, where there is one.
    #[ts(type = "unknown")]
    pub mine: Option<Value>,
    /// The mutation that wrote it.
    pub mutation: Option<MutationId>,
}

/// A household card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HouseholdView {
    /// The dwelling.
    pub household: Household,
    /// Who lives there.
    pub residents: Vec<Resident>,
    /// What there is to say of single fields.
    pub marks: Vec<FieldMark>,
    /// Visits, newest first; own unsent ones too.
    pub visits: Vec<VisitView>,
    /// Promises still to keep, soonest first.
    pub promises: Vec<PromiseView>,
    /// Needs and what became of them.
    pub needs: Vec<NeedCase>,
    /// Next visit due.
    pub next_due: Option<CapturedAt>,
    /// True when small repairs are free for this household.
    pub free_repair: bool,
}
