//! A record the server refused.

use domain::protocol::ErrorCode;
use domain::{CapturedAt, HouseholdId, MutationId, Problem, ReportId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PhotoView, SyncItemKind};

/// A refused record, with what was written: to send anew or to give up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RefusedView {
    /// Its mutation.
    pub mutation: MutationId,
    /// What it is.
    pub kind: SyncItemKind,
    /// The category's slug for a report; the door for a visit; else empty.
    pub label: String,
    /// When it was made.
    pub captured_at: CapturedAt,
    /// Why it was refused.
    pub error: Option<ErrorCode>,
    /// Field by field.
    pub problems: Vec<Problem>,
    /// What was written, part by part.
    pub lines: Vec<String>,
    /// Its photos.
    pub photos: Vec<PhotoView>,
    /// The report it is or is about, while that can be opened.
    pub report: Option<ReportId>,
    /// The household of a visit, while it is on this phone.
    pub household: Option<HouseholdId>,
    /// True when it can be changed and sent as a new record.
    pub can_revise: bool,
}
