//! A case: the unit of work made from one or more reports; its state, and what may be done to it.

mod action;
pub mod machine;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

pub use action::ActionName;

use crate::{CaseId, PhotoManifest, QueueId, ReceivedAt};

/// Most queues that help with one case.
pub const MAX_ASSISTS: usize = 20;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CaseState {
    /// 待受理: the street office has not looked yet.
    Submitted,
    /// 立案前核实: a worker is asked to confirm on the spot before filing.
    PrefileCheck,
    /// 已立案待派遣
    Opened,
    /// 已派遣待签收
    Dispatched,
    /// 已签收处置中
    Accepted,
    /// 已退回待重派
    Returned,
    /// 待裁定: the head of the office decides.
    InRuling,
    /// 挂账: the clock is stopped until a date.
    Suspended,
    /// 已办结待核查: the handler says it is done.
    Resolved,
    /// 结案前核查: a worker is asked to confirm that it is done.
    ClosureCheck,
    /// 返工: not done after all.
    Rework,
    /// 已结案
    Closed,
    /// 不予受理
    Rejected,
    /// 并案: its reports belong to another case.
    Merged,
    /// 作废: entered by mistake.
    Void,
}

impl CaseState {
    /// Every state, in the order of a case's life.
    pub const ALL: &[Self] = &[
        Self::Submitted,
        Self::PrefileCheck,
        Self::Opened,
        Self::Dispatched,
        Self::Accepted,
        Self::Returned,
        Self::InRuling,
        Self::Suspended,
        Self::Resolved,
        Self::ClosureCheck,
        Self::Rework,
        Self::Closed,
        Self::Rejected,
        Self::Merged,
        Self::Void,
    ];

    /// The state as it is written in JSON and stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::PrefileCheck => "prefile_check",
            Self::Opened => "opened",
            Self::Dispatched => "dispatched",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
            Self::InRuling => "in_ruling",
            Self::Suspended => "suspended",
            Self::Resolved => "resolved",
            Self::ClosureCheck => "closure_check",
            Self::Rework => "rework",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Merged => "merged",
            Self::Void => "void",
        }
    }

    /// True while somebody has something to do with it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Rejected | Self::Merged | Self::Void)
    }
}

impl core::fmt::Display for CaseState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a case ended. "Closed" is never shown as "fixed".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CloseReason {
    /// Repaired or removed.
    Fixed,
    /// The worker fixed it on the spot.
    SelfHandled,
    /// Nothing wrong was found.
    NoFaultFound,
    /// Another office is responsible and was told.
    NotOurArea,
    /// It cannot be fixed; the text says what happens instead.
    CannotFix,
    /// The reporter took it back.
    Withdrawn,
}

/// Why a queue gives an order back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReturnReason {
    /// Another department is responsible.
    NotOurs,
    /// It lies outside our area.
    OutsideArea,
    /// We have no power to act.
    NoPower,
    /// The report says too little to act.
    Unclear,
    /// It is a duplicate of another case.
    Duplicate,
}

/// Why the office does not take a report on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RejectReason {
    /// Not a matter of the street.
    NotOurMatter,
    /// Nothing was found.
    NothingFound,
    /// Unreasonable request.
    Unreasonable,
    /// Too little is known to act, and nobody can be asked.
    Insufficient,
}

/// One act on a case. Every act of the office, a department or a rule is one of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
#[ts(export)]
pub enum Action {
    /// Ask the nearest worker to confirm on the spot before filing.
    AskCheck {
        /// What to look at.
        question: String,
    },
    /// Answer a check before filing.
    AnswerCheck {
        /// What was found.
        text: String,
        /// Proof.
        photos: Vec<PhotoManifest>,
    },
    /// The time for the answer to a check before filing ran out.
    CheckExpired,
    /// Take the report on as a case.
    Open,
    /// Do not take it on.
    Reject {
        /// Why.
        reason: RejectReason,
        /// What the reporter is told; required.
        text: String,
    },
    /// Put its reports under another case.
    Merge {
        /// The main case.
        into: CaseId,
    },
    /// Undo a merge; the case returns to the state it had.
    Unmerge,
    /// Send it to a queue; the clocks start.
    Dispatch {
        /// The queue that leads.
        lead: QueueId,
        /// Queues that help.
        assists: Vec<QueueId>,
        /// A word to the receiver.
        note: String,
    },
    /// Fixed on the spot by the worker or the community.
    SelfHandle {
        /// What was done.
        text: String,
        /// Before and after.
        photos: Vec<PhotoManifest>,
    },
    /// The queue takes it.
    Accept,
    /// The queue says it is not theirs.
    Return {
        /// Why.
        reason: ReturnReason,
        /// Evidence in words; required.
        text: String,
        /// Who should have it; required.
        suggested: QueueId,
    },
    /// Proof that the danger is contained; the first stage of urgent cases.
    MakeSafe {
        /// What was done.
        text: String,
        /// Proof.
        photos: Vec<PhotoManifest>,
    },
    /// After a return: send it to another queue.
    Transfer {
        /// The queue that leads now.
        lead: QueueId,
        /// Queues that help.
        assists: Vec<QueueId>,
        /// Answer to the reason of the return; required.
        text: String,
    },
    /// Hand it to the head of the office for a ruling.
    Refer {
        /// Why.
        text: String,
    },
    /// The ruling: a dispatch that cannot be returned.
    FinalDispatch {
        /// The queue that leads.
        lead: QueueId,
        /// Queues that help.
        assists: Vec<QueueId>,
        /// Those of `assists` that the lead must wait for.
        #[serde(default)]
        mandatory: Vec<QueueId>,
        /// The written ruling; required.
        ruling: String,
    },
    /// Note progress.
    Progress {
        /// What happened.
        text: String,
        /// Photos.
        photos: Vec<PhotoManifest>,
    },
    /// Grant more time.
    Extend {
        /// Why; required.
        reason: String,
        /// The new due time; at most one more original limit.
        until: ReceivedAt,
    },
    /// Stop the clock until a date, at most a year ahead.
    Suspend {
        /// Why; required.
        reason: String,
        /// Until when.
        until: ReceivedAt,
    },
    /// The date of a suspension has come, or triage wakes it.
    Wake,
    /// The lead queue says it is done.
    Resolve {
        /// What was done; required.
        text: String,
        /// After-photos.
        photos: Vec<PhotoManifest>,
        /// Why there is no after-photo.
        no_photo_reason: Option<String>,
    },
    /// Ask a worker who is not the handler to confirm that it is done.
    AskClosureCheck {
        /// What to look at.
        question: String,
    },
    /// Answer a closure check.
    AnswerClosureCheck {
        /// Done or not.
        done: bool,
        /// What was found.
        text: String,
        /// Proof.
        photos: Vec<PhotoManifest>,
    },
    /// Send it back: it is not done.
    Rework {
        /// What is missing; required.
        text: String,
    },
    /// End the case.
    Close {
        /// How it ended.
        reason: CloseReason,
        /// One sentence for the reporter; required.
        text: String,
    },
    /// Make a closed case active again, with the same number and lead.
    Reopen {
        /// Why; required.
        text: String,
    },
    /// Entered by mistake.
    Void {
        /// Why.
        text: String,
    },
    /// Add a remark; allowed in every state.
    Comment {
        /// The remark.
        text: String,
        /// Photos.
        photos: Vec<PhotoManifest>,
    },
    /// Ask one more queue to help.
    AddAssist {
        /// The queue.
        queue: QueueId,
        /// True when the lead may not resolve before this queue has, or is let go.
        mandatory: bool,
        /// A word to it.
        #[serde(default)]
        text: String,
    },
    /// Let a helping queue go: its order ends and no longer holds up the lead.
    ReleaseAssist {
        /// The queue.
        queue: QueueId,
        /// Why.
        #[serde(default)]
        text: String,
    },
}

/// An act with its name and the state revision its author saw: the body of a `case.act` mutation.
/// Compare-and-set: when the case has moved on, the loser is told what it is now and keeps its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct CaseAct {
    /// The case.
    pub case: CaseId,
    /// The case's state revision the author saw.
    pub from_state_rev: u32,
    /// What to do.
    #[serde(flatten)]
    pub act: Action,
}
