//! Entries of the access log as auditors read them.

use domain::{ReceivedAt, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which entries to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AccessLogQuery {
    /// Entries of this person.
    pub user: Option<UserId>,
    /// Entries before this instant, in milliseconds.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub before: Option<i64>,
    /// At most this many; 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccessEntry {
    /// When.
    pub at: ReceivedAt,
    /// Who.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// `open` a file or `reveal` a field.
    pub what: String,
    /// `household` or `resident`.
    pub subject_kind: String,
    /// Id of the household or resident; never a name.
    pub subject: String,
    /// The field unmasked.
    pub field: Option<String>,
    /// The reason given.
    pub reason: Option<String>,
}
