use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// What a limit is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Unit {
    /// Minutes without a break, nights and holidays included.
    Min,
    /// 紧急工作时: hours without a break, nights and holidays included.
    Eh,
    /// 工作时: hours inside the working calendar.
    Wh,
    /// 工作日: eight working hours.
    Wd,
    /// 自然日: 24 hours without a break.
    Nd,
}

/// Time allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Limit {
    /// How many; 0 means at once.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

impl Limit {
    /// So many minutes.
    #[must_use]
    pub const fn minutes(amount: u32) -> Self {
        Self {
            amount,
            unit: Unit::Min,
        }
    }

    /// So many hours without a break.
    #[must_use]
    pub const fn eh(amount: u32) -> Self {
        Self { amount, unit: Unit::Eh }
    }

    /// So many working hours.
    #[must_use]
    pub const fn wh(amount: u32) -> Self {
        Self { amount, unit: Unit::Wh }
    }

    /// So many working days.
    #[must_use]
    pub const fn wd(amount: u32) -> Self {
        Self { amount, unit: Unit::Wd }
    }

    /// So many calendar days.
    #[must_use]
    pub const fn nd(amount: u32) -> Self {
        Self { amount, unit: Unit::Nd }
    }

    /// True when only time inside the working calendar counts.
    #[must_use]
    pub const fn runs_on_working_time(self) -> bool {
        self.unit.runs_on_working_time()
    }

    /// The limit in milliseconds of the time it runs on (working time or all time).
    #[must_use]
    pub const fn millis(self) -> i64 {
        let one = match self.unit {
            Unit::Min => MINUTE,
            Unit::Eh | Unit::Wh => HOUR,
            Unit::Wd => 8 * HOUR,
            Unit::Nd => 24 * HOUR,
        };
        self.amount as i64 * one
    }
}

impl Unit {
    /// True when only time inside the working calendar counts.
    #[must_use]
    pub const fn runs_on_working_time(self) -> bool {
        matches!(self, Self::Wh | Self::Wd)
    }
}
