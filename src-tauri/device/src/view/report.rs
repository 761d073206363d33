//! Reports with their four words and what became of them.

use domain::protocol::ErrorCode;
use domain::view::{RoutingReason, TimelineEntry};
use domain::{
    CapturedAt, CaseState, CategoryId, Expectation, LatLon, MutationId, PhotoManifest, PhotoRole, Place, Problem,
    QueueId, ReceivedAt, ReportId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The four words for safety.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Word {
    /// 在手机上
    OnPhone,
    /// 上传中
    Sending,
    /// 已送达
    Delivered,
    /// 需要处理
    NeedsYou,
}

/// Why a word holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReasonCode {
    /// The server refused it.
    Rejected,
    /// The server keeps it for a person to look at.
    Parked,
    /// A photo's format cannot be decoded here.
    PhotoUndecodable,
    /// A photo is missing or damaged on this phone.
    PhotoLost,
    /// Everything has arrived.
    Arrived,
    /// The record is on its way.
    SendingFacts,
    /// Photos are on their way.
    SendingPhotos,
    /// The phone is not enrolled.
    NotEnrolled,
    /// The phone was revoked.
    Revoked,
    /// The worker switched sending off.
    SwitchedOff,
    /// There is no network.
    NoNetwork,
    /// Photos wait for Wi-Fi.
    WaitingForWifi,
    /// The last try failed; the next one has a time.
    WaitingForRetry,
    /// Something else goes first.
    WaitingForTurn,
    /// Photos are still on the phone that took them, and that is another one.
    Elsewhere,
}

/// A word's reason, with what the sentence needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WordReason {
    /// Why.
    pub code: ReasonCode,
    /// True once the record itself has its verdict ("已报到").
    pub facts_delivered: bool,
    /// Photos not yet stored on the server.
    pub photos_waiting: u32,
    /// True once the server has an off-machine copy of all of it: the second tick.
    pub backed_up: bool,
    /// Next try, by the phone's clock.
    pub next_try_at: Option<CapturedAt>,
    /// What went wrong.
    pub error: Option<ErrorCode>,
}

/// A report in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportSummary {
    /// Its name.
    pub id: ReportId,
    /// What it is about.
    pub category: CategoryId,
    /// Text.
    pub text: String,
    /// Address, or the grid's name.
    pub place_label: String,
    /// When it was captured.
    pub captured_at: CapturedAt,
    /// One of the four words.
    pub word: Word,
    /// Why.
    pub why: WordReason,
    /// Number of its case, once it has one.
    pub case_number: Option<String>,
    /// State of its case.
    pub case_state: Option<CaseState>,
    /// The queue that leads, or the one expected.
    pub lead_queue: Option<QueueId>,
    /// Photos.
    pub photo_count: u32,
    /// Small picture.
    pub preview_url: Option<String>,
    /// True within ten minutes of the capture.
    pub can_withdraw: bool,
    /// True once it was taken back.
    pub withdrawn: bool,
    /// True when the worker should look at it.
    pub attention: bool,
    /// True when the person of this phone reported it.
    pub mine: bool,
    /// 0 danger to life, 1 urgent, 2 soon, 3 normal.
    pub urgency: u8,
    /// When it is due.
    pub due_at: Option<ReceivedAt>,
    /// Position.
    pub point: Option<LatLon>,
}

/// A photo of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PhotoView {
    /// What it shows.
    pub role: PhotoRole,
    /// One of the four words.
    pub word: Word,
    /// Why.
    pub why: WordReason,
    /// Small picture, when it is on this phone or on the server.
    pub preview_url: Option<String>,
    /// The picture, when it is on this phone.
    pub url: Option<String>,
    /// Hashes, sizes and oddities.
    pub manifest: PhotoManifest,
}

/// A note added to a report on this phone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NoteView {
    /// Its mutation.
    pub id: String,
    /// Text.
    pub text: String,
    /// Photos.
    pub photos: Vec<PhotoView>,
    /// When it was written.
    pub captured_at: CapturedAt,
    /// One of the four words.
    pub word: Word,
    /// Why.
    pub why: WordReason,
}

/// A step of the case with its pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TimelineStep {
    /// The step.
    #[serde(flatten)]
    pub entry: TimelineEntry,
    /// Its photos; those on the server alone are fetched when they are shown.
    pub pictures: Vec<PhotoView>,
}

/// A report in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportView {
    /// What the list shows.
    #[serde(flatten)]
    pub summary: ReportSummary,
    /// Where.
    pub place: Place,
    /// Photos.
    pub photos: Vec<PhotoView>,
    /// Every step of the case, oldest first.
    pub timeline: Vec<TimelineStep>,
    /// Notes written on this phone.
    pub notes: Vec<NoteView>,
    /// Why it went to its queue.
    pub routing: Option<RoutingReason>,
    /// What the phone said on saving.
    pub expectation: Option<Expectation>,
    /// Why the server refused it, field by field.
    pub problems: Vec<Problem>,
    /// Mutations about it that the server refused and the worker has to decide about.
    pub refused: Vec<MutationId>,
}
