//! What grid workers and street offices do, as values and pure functions: no I/O, no clock, no random source.
//! Phone and server run the same code, so that the phone can say offline where a report will go and why.

pub mod case;
pub mod catalog;
pub mod clock;
pub mod fleet;
pub mod geodesy;
pub mod grid;
mod hlc;
pub mod household;
mod id;
pub mod merge;
pub mod photo;
mod place;
pub mod privacy;
pub mod protocol;
pub mod report;
pub mod role;
pub mod routing;
pub mod scope;
pub mod suggest;
#[cfg(test)]
mod test_support;
mod time;
pub mod validate;
pub mod view;
pub mod visit;
pub mod visits;

pub use case::{Action, ActionName, CaseAct, CaseState, CloseReason, RejectReason, ReturnReason};
pub use hlc::Hlc;
pub use household::{Household, Resident, Tag, Tenure};
pub use id::{
    Bucket, CaseId, CategoryId, CommunityId, DeviceId, Epoch, GridId, HouseholdId, MutationId, NeedId, OrderId,
    QueueId, ReportId, ResidentId, Sha256Hex, StreetId, UserId, VisitId,
};
pub use photo::{PhotoCopy, PhotoFile, PhotoFlag, PhotoManifest, PhotoRole};
pub use place::{LatLon, Place, PlaceClaim, PlaceSource};
pub use protocol::{ErrorCode, Problem, ProblemKind};
pub use report::{Expectation, NoPhotoReason, Report, ReportNote, ReportWithdrawal, Source};
pub use role::{Permission, Role};
pub use time::{CapturedAt, ReceivedAt};
pub use visit::{Channel, Condition, Need, Promise, Visit, VisitOutcome, VisitReason};
