//! What a worker changes on a household file, field by field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use utoipa::ToSchema;

use crate::merge::States;
use crate::{Hlc, HouseholdId, MutationId, Resident, ResidentId};

/// A new value of a field, and the revision of the value it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct FieldEdit {
    /// The new value; which type, the field says.
    #[schema(value_type = Object)]
    #[ts(type = "unknown")]
    pub value: Value,
    /// Revision of the value the author saw; zero where the field was never edited.
    pub base_rev: Hlc,
}

/// Edits by name of the field, as [`crate::household::Field`] writes it.
pub type FieldEdits = BTreeMap<String, FieldEdit>;

/// Body of `household.edit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct HouseholdEdit {
    /// The household.
    pub household: HouseholdId,
    /// When, among edits.
    pub hlc: Hlc,
    /// The fields.
    pub fields: FieldEdits,
}

/// Body of `resident.add`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ResidentAdd {
    /// When, among edits.
    pub hlc: Hlc,
    /// The person.
    pub resident: Resident,
}

/// Body of `resident.edit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ResidentEdit {
    /// The person.
    pub resident: ResidentId,
    /// Where the person lives.
    pub household: HouseholdId,
    /// When, among edits.
    pub hlc: Hlc,
    /// The fields.
    pub fields: FieldEdits,
}

/// Body of `resident.remove`: the person does not live there any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ResidentRemove {
    /// The person.
    pub resident: ResidentId,
    /// Where the person lived.
    pub household: HouseholdId,
    /// When, among edits.
    pub hlc: Hlc,
    /// The last edits of the person that the author saw, as the row told of them.
    pub seen: Vec<Hlc>,
}

/// Two values of one field that were made without knowing of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Contest {
    /// The mutation whose value is shown.
    pub won: MutationId,
    /// The mutation whose value is in the history alone.
    pub lost: MutationId,
    /// True until the secretary has chosen between them.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub review: bool,
}

/// Which value of a field a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct FieldRev {
    /// Its revision.
    pub rev: Hlc,
    /// The last two values that met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contest: Option<Contest>,
}

/// Revisions of the fields that were ever edited, by name.
pub type FieldRevs = BTreeMap<String, FieldRev>;

/// What a phone is told of how the fields of a row came to be.
#[must_use]
pub fn field_revs(states: &States) -> FieldRevs {
    let of = |(name, state): (&String, &crate::merge::FieldState)| {
        let (rev, contest) = (state.rev, state.contest);
        (name.clone(), FieldRev { rev, contest })
    };
    states.fields.iter().map(of).collect()
}
