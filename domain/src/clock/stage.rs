use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::Limit;

/// A part of a case's life that has a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Stage {
    /// The office looks; starts at server receipt, and again when a queue returns the order.
    Triage,
    /// A worker answers the question before filing; starts when it is asked.
    PrefileCheck,
    /// The queue says "ours"; starts at dispatch.
    Accept,
    /// The danger is contained; starts at dispatch.
    MakeSafe,
    /// The handler says it is done; starts at dispatch, not at acceptance.
    Resolve,
    /// Somebody else confirms it; starts when it is resolved.
    ClosureCheck,
    /// The resident is asked; starts when it is resolved.
    CallBack,
}

impl Stage {
    /// Every stage.
    pub const ALL: &[Self] = &[
        Self::Triage,
        Self::PrefileCheck,
        Self::Accept,
        Self::MakeSafe,
        Self::Resolve,
        Self::ClosureCheck,
        Self::CallBack,
    ];
}

/// The limits a case brings with it from its category and the answer to the category's question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Limits {
    /// Until the danger is contained; beats the table of stages.
    pub make_safe: Option<Limit>,
    /// Until it is resolved; absent when triage sets it.
    pub resolve: Option<Limit>,
}

/// The limit of a stage for an urgency, 0 to 3; anything above counts as 3. Absent where the stage has none.
#[must_use]
pub fn stage_limit(stage: Stage, urgency: u8, limits: Limits) -> Option<Limit> {
    let by_urgency = |table: [Limit; 4]| Some(table[usize::from(urgency.min(3))]);
    match stage {
        Stage::Triage => by_urgency([Limit::minutes(5), Limit::minutes(15), Limit::wh(2), Limit::wh(4)]),
        Stage::Accept => by_urgency([Limit::minutes(10), Limit::minutes(30), Limit::wh(2), Limit::wh(4)]),
        Stage::MakeSafe => limits.make_safe.or(match urgency {
            0 => Some(Limit::eh(1)),
            1 => Some(Limit::eh(2)),
            _ => None,
        }),
        Stage::Resolve => limits.resolve,
        Stage::PrefileCheck | Stage::ClosureCheck => {
            by_urgency([Limit::eh(4), Limit::eh(8), Limit::wd(1), Limit::wd(2)])
        }
        Stage::CallBack => by_urgency([Limit::wd(1), Limit::wd(1), Limit::wd(2), Limit::wd(2)]),
    }
}
