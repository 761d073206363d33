//! Telling the worker and the interface.

use domain::{CategoryId, ReportId};

/// What became of one of the worker's own cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// A queue gave it back.
    Returned,
    /// The office did not take it on.
    Rejected,
    /// It was dealt with.
    Resolved,
}

impl NoticeKind {
    /// Its name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Rejected => "rejected",
            Self::Resolved => "resolved",
        }
    }
}

/// One notification. The shell makes the words, in the worker's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// The worker's report.
    pub report: ReportId,
    /// Number of the case.
    pub number: String,
    /// What it is about.
    pub category: CategoryId,
}

/// Shows local notifications.
pub trait Notify: Send + Sync {
    /// Shows one. Called once for each change of state.
    fn notify(&self, notice: Notice);
}

/// A part of the interface's state that may have to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Reports.
    Reports,
    /// The sync sheet.
    Sync,
    /// Today.
    Today,
    /// Households and visits.
    Households,
    /// Categories, queues, grids.
    Reference,
    /// Enrolment and settings.
    Session,
    /// The map.
    Map,
    /// The app's lock.
    Lock,
}

impl Topic {
    /// Its name in the `changed` event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reports => "reports",
            Self::Sync => "sync",
            Self::Today => "today",
            Self::Households => "households",
            Self::Reference => "reference",
            Self::Session => "session",
            Self::Map => "map",
            Self::Lock => "lock",
        }
    }
}

/// Is told what changed.
pub trait Changed: Send + Sync {
    /// These parts may have changed.
    fn changed(&self, topics: &[Topic]);
}

/// Tells nobody.
pub struct Silent;

impl Notify for Silent {
    fn notify(&self, _notice: Notice) {}
}

impl Changed for Silent {
    fn changed(&self, _topics: &[Topic]) {}
}
