//! A visit: one contact with a household, in three parts: facts, needs, reflection. Needs become orders.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{CapturedAt, CategoryId, HouseholdId, NeedId, PhotoManifest, VisitId};

/// How the contact was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Channel {
    /// At the door.
    Home,
    /// By phone.
    Phone,
    /// In a group meeting.
    Group,
    /// At the desk.
    Desk,
}

/// Why the visit was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum VisitReason {
    /// Routine.
    Routine,
    /// A tag made it due.
    DueTag,
    /// Following up.
    FollowUp,
    /// After a storm, heat or cold wave.
    Storm,
    /// From the desk.
    Desk,
}

/// What came of the attempt. A failed attempt is a record, not a black mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum VisitOutcome {
    /// Somebody was met or reached.
    Met,
    /// Nobody home, or no answer.
    NoAnswer,
    /// Refused.
    Refused,
    /// Moved away.
    Moved,
}

/// How the person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Condition {
    /// Fine.
    Fine,
    /// Keep an eye on.
    Watch,
    /// Worrying.
    Worry,
    /// In danger.
    Danger,
}

/// A wish raised in a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Need {
    /// Its name, made on the phone.
    pub id: NeedId,
    /// Slug of the need category, such as `need-home-repair`.
    pub category: CategoryId,
    /// What is needed, in words meant for the receiver.
    pub text: String,
}

/// A promise made at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
#[ts(rename = "VisitPromise")]
pub struct Promise {
    /// What was promised.
    pub what: String,
    /// Until when, by the phone's clock.
    pub by: CapturedAt,
}

/// A visit as the phone sends it: the body of a `visit.create` mutation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Visit {
    /// Its name, made on the phone.
    pub id: VisitId,
    /// The household.
    pub household: HouseholdId,
    /// How.
    pub channel: Channel,
    /// Why.
    pub reason: VisitReason,
    /// Start, by the phone's clock.
    pub started_at: CapturedAt,
    /// End, by the phone's clock. Promises to a resident run from here.
    pub ended_at: CapturedAt,
    /// What came of it.
    pub outcome: VisitOutcome,
    /// How the person is; absent when nobody was met.
    pub condition: Option<Condition>,
    /// What was said.
    #[serde(default)]
    pub facts: String,
    /// Needs, each of which becomes one order.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Promises.
    #[serde(default)]
    pub promises: Vec<Promise>,
    /// The worker's own reflection, private to the author.
    pub reflection: Option<String>,
    /// Photos; off by default.
    #[serde(default)]
    pub photos: Vec<PhotoManifest>,
}
