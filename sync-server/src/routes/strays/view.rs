//! What the office sees of strays and parked mutations.

use domain::protocol::Verdict;
use domain::{CapturedAt, CategoryId, DeviceId, ErrorCode, MutationId, ReceivedAt, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// A mutation that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StrayView {
    /// Its name.
    pub mutation: MutationId,
    /// The phone.
    pub device: DeviceId,
    /// The name of the person who made it.
    pub author: UserId,
    /// The person's name.
    pub author_name: String,
    /// Kind, such as `report.create`.
    pub kind: String,
    /// Why it was not carried out.
    pub code: ErrorCode,
    /// True while it has no verdict; false for one that was refused for good.
    pub parked: bool,
    /// When the server got it.
    pub at: ReceivedAt,
}

/// A mutation that waits, with what a person wrote in it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StrayFile {
    /// Where it stands.
    pub stray: StrayView,
    /// Category of a report.
    pub category: Option<CategoryId>,
    /// What was written.
    pub text: String,
    /// The address given.
    pub address: String,
    /// When it was made, by the phone's clock.
    pub captured_at: Option<CapturedAt>,
    /// How many photos it names.
    pub photos: u32,
    /// The whole record, as the phone sent it.
    pub body: serde_json::Value,
}

/// What became of a parked mutation that was tried again.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StrayReplayed {
    /// Its verdict; `parked` when it still cannot be carried out.
    pub verdict: Verdict,
}
