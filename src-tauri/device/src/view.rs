//! What the field interface is given and what it hands back. Every type here is exported to TypeScript.

mod draft;
mod household;
mod lock;
mod map;
mod reference;
mod refused;
mod report;
mod route;
mod session;
mod sync;
mod today;

pub use domain::catalog::{AnswerView, CategoryView, QuestionView};
pub use draft::{Draft, DraftEdit, DraftKind, DraftPhoto, NewDraft, NoteDraft, ReportDraft, VisitDraft};
pub use household::{
    FieldMark, HouseholdPage, HouseholdQuery, HouseholdSummary, HouseholdView, MarkKind, PromiseView, VisitView,
};
pub use lock::{Front, LockStanding, LockView};
pub use map::{MapBase, MapCase, MapHousehold, MapView, StorageView};
pub use reference::Reference;
pub use refused::RefusedView;
pub use report::{NoteView, PhotoView, ReasonCode, ReportSummary, ReportView, TimelineStep, Word, WordReason};
pub use route::{GridCandidate, LocationKind, RoutePreview, StageKind};
pub use session::{
    EnrolRequestView, EnrolmentQr, Language, LockReason, NetworkSetting, Platform, Session, Settings, Theme,
};
pub use sync::{BundleView, NetworkKind, NetworkRule, SyncItem, SyncItemKind, SyncView};
pub use today::{TitleParts, Today, TodayItem, TodayKind};
