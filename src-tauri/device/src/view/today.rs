//! What needs the worker today. No counts of effort, no ranking.

use domain::protocol::ErrorCode;
use domain::{CapturedAt, CaseState, CategoryId, MutationId, ReportId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why something stands in Today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TodayKind {
    /// The server refused or parked something of mine.
    NeedsYou,
    /// The office asks me to look.
    CheckAsked,
    /// A queue gave my report back.
    Returned,
    /// The office did not take my report on.
    Rejected,
    /// My report was dealt with.
    Resolved,
    /// A promise is due.
    PromiseDue,
    /// A visit is due.
    VisitDue,
    /// Something is not sent yet.
    Unsent,
    /// Something is not finished.
    Draft,
}

/// The parts of an item's title; the interface makes the words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TitleParts {
    /// Category of a report.
    pub category: Option<CategoryId>,
    /// Address, grid or door.
    pub place: Option<String>,
    /// Name of the head of the household.
    pub person: Option<String>,
    /// Text: a promise, a question, the office's sentence.
    pub text: Option<String>,
    /// Case number.
    pub number: Option<String>,
    /// State of the case.
    pub state: Option<CaseState>,
    /// Why the server refused it.
    pub error: Option<ErrorCode>,
}

/// One line of Today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TodayItem {
    /// Why it is here.
    pub kind: TodayKind,
    /// What it is about: a report, household, draft or mutation, as `kind` says.
    pub id: String,
    /// The report to open, when there is one.
    pub report: Option<ReportId>,
    /// The mutation the server refused, when the worker has to decide about one.
    pub refused: Option<MutationId>,
    /// Parts of the title.
    pub title_parts: TitleParts,
    /// When it is due, by the phone's clock as best known.
    pub due_at: Option<CapturedAt>,
    /// True when that has passed.
    pub overdue: bool,
}

/// What needs the worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Today {
    /// Lines, most pressing first.
    pub items: Vec<TodayItem>,
    /// Records without a verdict.
    pub unsent: u32,
    /// Photos not yet stored on the server.
    pub photos_unsent: u32,
    /// True when nothing waits on this phone and the server refused nothing of mine.
    pub all_delivered: bool,
}
