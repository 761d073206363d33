//! A draft: a report or visit that is being written. Kept on every change.

use domain::{
    CapturedAt, CategoryId, Channel, Condition, GridId, HouseholdId, LatLon, MutationId, Need, NoPhotoReason,
    PhotoManifest, PhotoRole, PlaceClaim, Promise, ReportId, Sha256Hex, Source, UserId, VisitOutcome, VisitReason,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DraftKind {
    /// A report.
    Report,
    /// A visit.
    Visit,
    /// Words or photos added to a report.
    Note,
    /// Taking a report back: its reason.
    Withdrawal,
}

/// What a draft is opened with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NewDraft {
    /// What is being written.
    pub kind: DraftKind,
    /// The household of a visit.
    #[ts(optional = nullable)]
    pub household: Option<HouseholdId>,
    /// The report of a note or withdrawal.
    #[ts(optional = nullable)]
    pub about: Option<ReportId>,
}

/// The editable part of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportDraft {
    /// What it is about.
    pub category: Option<CategoryId>,
    /// The chip chosen in the category's question.
    pub answer: Option<String>,
    /// Free text.
    pub text: String,
    /// A pin set by hand.
    pub pin: Option<LatLon>,
    /// The device's position fix.
    pub fix: Option<PlaceClaim>,
    /// The photo's position that the worker confirmed. Nobody knows how good such a position is.
    #[serde(default)]
    pub confirmed: Option<LatLon>,
    /// The grid chosen by the worker at a border.
    pub grid: Option<GridId>,
    /// Address text.
    pub address: Option<String>,
    /// Why there are fewer photos than asked for.
    pub no_photo_reason: Option<NoPhotoReason>,
    /// How the report came about.
    pub source: Source,
    /// True: this report's photos may use mobile data.
    #[serde(default)]
    pub photos_on_mobile: bool,
}

/// The editable part of a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VisitDraft {
    /// How the contact was made.
    pub channel: Channel,
    /// Why.
    pub reason: VisitReason,
    /// When it began.
    pub started_at: CapturedAt,
    /// What came of it.
    pub outcome: VisitOutcome,
    /// How the person is.
    pub condition: Option<Condition>,
    /// What was said.
    pub facts: String,
    /// Needs.
    pub needs: Vec<Need>,
    /// Promises.
    pub promises: Vec<Promise>,
    /// The worker's own reflection.
    pub reflection: Option<String>,
}

/// The editable part of a note, or the reason of a withdrawal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NoteDraft {
    /// What is to be said.
    pub text: String,
}

/// A photo of a draft; its files are on disk already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftPhoto {
    /// Hash of the upright copy, or of the original where there is none.
    pub id: Sha256Hex,
    /// What the photo shows.
    pub role: PhotoRole,
    /// Hashes, sizes and what was odd about the file.
    pub manifest: PhotoManifest,
    /// `photo://…` address; absent when nothing can be drawn.
    pub url: Option<String>,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Draft {
    /// Its name; becomes the report's or visit's name.
    pub id: String,
    /// What is being written.
    pub kind: DraftKind,
    /// Who writes it; absent for one begun before anybody signed in.
    #[serde(default)]
    pub author: Option<UserId>,
    /// The refused record that ends when this one is saved.
    #[serde(default)]
    pub replaces: Option<MutationId>,
    /// The household of a visit.
    pub household: Option<HouseholdId>,
    /// The report of a note or withdrawal.
    #[serde(default)]
    pub about: Option<ReportId>,
    /// Last change.
    pub updated_at: CapturedAt,
    /// The report.
    pub report: Option<ReportDraft>,
    /// The visit.
    pub visit: Option<VisitDraft>,
    /// The note, or the reason of a withdrawal.
    #[serde(default)]
    pub note: Option<NoteDraft>,
    /// Photos in the order taken.
    pub photos: Vec<DraftPhoto>,
}

/// A whole new body for a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftEdit {
    /// The draft.
    pub id: String,
    /// The report, for a draft of a report.
    #[ts(optional = nullable)]
    pub report: Option<ReportDraft>,
    /// The visit, for a draft of a visit.
    #[ts(optional = nullable)]
    pub visit: Option<VisitDraft>,
    /// The note, for a draft of a note or withdrawal.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub note: Option<NoteDraft>,
}
