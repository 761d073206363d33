//! Limits and the working calendar they run on.

mod limit;
mod stage;
mod working;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

pub use limit::{Limit, Unit};
pub use stage::{Limits, Stage, stage_limit};
pub use working::WorkingTime;

/// The street's exceptions from "Monday to Friday, 08:00-12:00 and 14:00-18:00".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Calendar {
    /// Days off, as `YYYY-MM-DD`.
    #[ts(type = "string[]")]
    #[schema(value_type = Vec<String>)]
    pub holidays: BTreeSet<NaiveDate>,
    /// Saturdays and Sundays that are worked (调休), as `YYYY-MM-DD`.
    #[ts(type = "string[]")]
    #[schema(value_type = Vec<String>)]
    pub make_up_days: BTreeSet<NaiveDate>,
}

#[cfg(test)]
mod tests;
