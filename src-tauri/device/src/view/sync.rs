//! What is waiting, why, and when it goes.

use domain::protocol::ErrorCode;
use domain::{CapturedAt, MutationId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Word, WordReason};

/// Kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NetworkKind {
    /// Wi-Fi or a cable.
    Wifi,
    /// Mobile data.
    Mobile,
    /// None.
    None,
    /// Not known; counts as metered.
    Unknown,
}

/// The rule in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NetworkRule {
    /// Facts and small pictures now; photos wait for Wi-Fi.
    FactsOnly,
    /// Everything but originals.
    FactsAndPhotos,
    /// Everything, originals too.
    Everything,
    /// Nothing: the worker switched sending off, or there is no network.
    Nothing,
}

/// Kind of record that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SyncItemKind {
    /// A report.
    Report,
    /// A note on a report.
    Note,
    /// A withdrawal.
    Withdrawal,
    /// A visit.
    Visit,
    /// An edit of a household file.
    Household,
    /// An act on a case.
    Act,
}

/// One record that has not arrived whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SyncItem {
    /// What it is.
    pub kind: SyncItemKind,
    /// The report, visit or case it is about.
    pub id: String,
    /// The category's slug for a report; the door for a visit or an edit of a household file; else empty.
    pub label: String,
    /// One of the four words.
    pub word: Word,
    /// Why.
    pub why: WordReason,
    /// Its mutation, when the server refused it and the worker has to decide.
    pub refused: Option<MutationId>,
}

/// A file with everything unsent, sealed for the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BundleView {
    /// Its name.
    pub name: String,
    /// The folder it is in.
    pub folder: String,
    /// Its size.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Records in it.
    pub records: u32,
    /// Photo files in it.
    pub photos: u32,
}

/// The sync sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SyncView {
    /// The word of the whole phone.
    pub word: Word,
    /// Kind of network.
    pub network: NetworkKind,
    /// The rule in force.
    pub rule: NetworkRule,
    /// Records without a verdict, of the person signed in.
    pub facts_waiting: u32,
    /// Records without a verdict that others made on this phone. They go on being sent, and are not shown.
    pub of_others: u32,
    /// The same of people whom this device does not speak for: they wait here until these sign in again.
    pub held_back: u32,
    /// Photo files not yet stored on the server.
    pub photos_waiting: u32,
    /// Their size in bytes.
    #[ts(type = "number")]
    pub bytes_waiting: u64,
    /// Last answer from our server, by the phone's clock.
    pub last_success_at: Option<CapturedAt>,
    /// Next try, by the phone's clock.
    pub next_try_at: Option<CapturedAt>,
    /// What went wrong last; gone after a success.
    pub last_error: Option<ErrorCode>,
    /// True while a request is in flight.
    pub running: bool,
    /// What has not arrived whole, oldest first.
    pub items: Vec<SyncItem>,
    /// True when the last request was answered by our server.
    pub server_reachable: bool,
    /// How far the phone's clock is from the server's, in milliseconds, when that is known.
    #[ts(type = "number | null")]
    pub clock_skew_ms: Option<i64>,
}
