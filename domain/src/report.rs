//! A report: what one person captured at one place and time. Immutable once the server accepted it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{CapturedAt, CategoryId, GridId, PhotoManifest, Place, QueueId, ReportId};

/// How the report came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Source {
    /// Found on patrol.
    Patrol,
    /// Told by a resident in a visit.
    Visit,
    /// Told at the desk.
    Desk,
    /// Told by phone.
    Phone,
}

/// Why a report has fewer photos than its category asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NoPhotoReason {
    /// Taking one would be dangerous.
    Unsafe,
    /// It would show people, an interior or a minor.
    Privacy,
    /// The camera did not work.
    CameraFailed,
    /// The thing is over or gone.
    NotVisible,
    /// The category needs none.
    NotNeeded,
}

/// What the phone told the worker before saving: where it will go and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Expectation {
    /// The queue shown.
    pub queue: QueueId,
    /// The rule that decided it, as [`crate::routing`] names it.
    pub rule: String,
}

/// A report as the phone sends it: the body of a `report.create` mutation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Report {
    /// The report's name, made on the phone.
    pub id: ReportId,
    /// What it is about.
    pub category: CategoryId,
    /// The chip chosen in the category's one question; absent when unanswered.
    pub answer: Option<String>,
    /// Free text, at most 4,000 characters; may be empty.
    #[serde(default)]
    pub text: String,
    /// Where.
    pub place: Place,
    /// The grid the worker was working in.
    pub home_grid: Option<GridId>,
    /// When the record was made, by the phone's clock.
    pub captured_at: CapturedAt,
    /// How it came about.
    pub source: Source,
    /// Photos, in the order taken.
    #[serde(default)]
    pub photos: Vec<PhotoManifest>,
    /// Why there are fewer photos than the category asks for.
    pub no_photo_reason: Option<NoPhotoReason>,
    /// What the phone told the worker.
    pub expectation: Option<Expectation>,
}

/// More about a report, added later: the body of a `report.note` mutation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ReportNote {
    /// The report it belongs to.
    pub report: ReportId,
    /// Text; may be empty when there are photos.
    #[serde(default)]
    pub text: String,
    /// Photos.
    #[serde(default)]
    pub photos: Vec<PhotoManifest>,
    /// When it was written, by the phone's clock.
    pub captured_at: CapturedAt,
}

/// Taking a report back within ten minutes: the body of a `report.withdraw` mutation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ReportWithdrawal {
    /// The report.
    pub report: ReportId,
    /// Why; may be empty.
    #[serde(default)]
    pub reason: String,
    /// When, by the phone's clock. Ten minutes are measured between the two device times.
    pub captured_at: CapturedAt,
}

/// How long a report can be taken back, in milliseconds between the two device times.
pub const WITHDRAW_MS: i64 = 10 * 60_000;

impl ReportWithdrawal {
    /// True when no more than ten minutes lie between capture and withdrawal, both by the device's clock. Measured
    /// as a distance, so that a clock corrected backwards in between does not take the right away.
    #[must_use]
    pub fn in_time(&self, report_captured_at: CapturedAt) -> bool {
        self.captured_at.0.abs_diff(report_captured_at.0) <= WITHDRAW_MS.unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_can_be_taken_back_for_ten_minutes_of_device_time() {
        let captured = CapturedAt(1_000_000);
        let taken_back = |after: i64| ReportWithdrawal {
            report: ReportId(uuid::Uuid::nil()),
            reason: String::new(),
            captured_at: CapturedAt(captured.0 + after),
        };
        assert!(taken_back(WITHDRAW_MS).in_time(captured));
        assert!(!taken_back(WITHDRAW_MS + 1).in_time(captured));
        assert!(
            taken_back(-60_000).in_time(captured),
            "the clock was set back meanwhile"
        );
        assert!(
            !ReportWithdrawal {
                captured_at: CapturedAt(i64::MAX),
                ..taken_back(0)
            }
            .in_time(CapturedAt(i64::MIN))
        );
    }
}
