use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Weekday};
use chrono_tz::Tz;

use super::{Calendar, Limit, Limits, Stage, Unit, stage_limit};
use crate::view::StreetRow;
use crate::{CapturedAt, ReceivedAt};

const DAY: i64 = 86_400_000;
/// The two blocks of a working day, as hours of the street's local time.
const BLOCKS: [(u32, u32); 2] = [(8, 12), (14, 18)];

/// A street's working calendar in its time zone: the only way from a limit to a due time.
#[derive(Debug, Clone, Copy)]
pub struct WorkingTime<'a> {
    zone: Tz,
    calendar: &'a Calendar,
}

impl<'a> WorkingTime<'a> {
    /// The calendar of a street in this time zone.
    #[must_use]
    pub const fn new(zone: Tz, calendar: &'a Calendar) -> Self {
        Self { zone, calendar }
    }

    /// The calendar of this street. A time zone nobody knows counts as `Asia/Shanghai`, the default.
    #[must_use]
    pub fn of_street(street: &'a StreetRow) -> Self {
        Self::new(street.time_zone.parse().unwrap_or(Tz::Asia__Shanghai), &street.calendar)
    }

    /// When a limit that starts at `from` is over.
    #[must_use]
    pub fn add(&self, from: ReceivedAt, limit: Limit) -> ReceivedAt {
        self.add_millis(from, limit.millis(), limit.unit)
    }

    /// When a stage that starts at `from` is due; absent where the stage has no limit.
    #[must_use]
    pub fn stage_due(&self, stage: Stage, urgency: u8, limits: Limits, from: ReceivedAt) -> Option<ReceivedAt> {
        stage_limit(stage, urgency, limits).map(|limit| self.add(from, limit))
    }

    /// When the case is due to be resolved, counted from its dispatch.
    #[must_use]
    pub fn final_due(&self, limits: Limits, dispatched: ReceivedAt) -> Option<ReceivedAt> {
        limits.resolve.map(|limit| self.add(dispatched, limit))
    }

    /// When a promise to a resident is due. It runs from the moment in the field, also when synced late,
    /// but from no earlier than 24 hours before receipt and no later than receipt: a wrong phone clock
    /// must neither make a promise overdue before it was known nor stretch it.
    #[must_use]
    pub fn promise_due(&self, captured: CapturedAt, received: ReceivedAt, limit: Limit) -> ReceivedAt {
        let from = captured.0.clamp(received.0.saturating_sub(DAY), received.0);
        self.add(ReceivedAt(from), limit)
    }

    /// Until when a queue may return an order: the accept limit and one working day.
    #[must_use]
    pub fn return_until(&self, urgency: u8, dispatched: ReceivedAt) -> ReceivedAt {
        let accepted = self
            .stage_due(Stage::Accept, urgency, Limits::default(), dispatched)
            .unwrap_or(dispatched);
        self.add(accepted, Limit::wd(1))
    }

    /// The due time after a suspension: as much of the limit is left at waking as was left when it was suspended,
    /// counted in the time the limit runs on. Nothing is given back when it was overdue already.
    #[must_use]
    pub fn due_after_suspension(
        &self,
        due: ReceivedAt,
        suspended: ReceivedAt,
        woken: ReceivedAt,
        unit: Unit,
    ) -> ReceivedAt {
        if due <= suspended {
            return due;
        }
        self.add_millis(woken, self.between(suspended, due, unit), unit)
    }

    /// Milliseconds between two instants of the time a unit runs on; 0 when `to` is not after `from`.
    #[must_use]
    pub fn between(&self, from: ReceivedAt, to: ReceivedAt, unit: Unit) -> i64 {
        if to <= from {
            return 0;
        }
        if !unit.runs_on_working_time() {
            return to.0.saturating_sub(from.0);
        }
        let mut sum = 0;
        for (start, end) in self.blocks_from(from) {
            if start >= to.0 {
                break;
            }
            sum += end.min(to.0) - start;
        }
        sum
    }

    /// The street's local calendar day of an instant: case numbers and daily reports use it.
    #[must_use]
    pub fn local_day(&self, at: ReceivedAt) -> NaiveDate {
        self.local(at.0).date_naive()
    }

    /// True when this day is worked.
    #[must_use]
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        if self.calendar.make_up_days.contains(&day) {
            return true;
        }
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        !weekend && !self.calendar.holidays.contains(&day)
    }

    fn add_millis(&self, from: ReceivedAt, millis: i64, unit: Unit) -> ReceivedAt {
        if millis == 0 || !unit.runs_on_working_time() {
            return ReceivedAt(from.0.saturating_add(millis));
        }
        let mut left = millis;
        for (start, end) in self.blocks_from(from) {
            if end - start >= left {
                return ReceivedAt(start + left);
            }
            left -= end - start;
        }
        // Only a limit beyond the end of chrono's calendar (year 262143) runs out of working time.
        ReceivedAt(i64::MAX)
    }

    /// The working time after an instant, block by block, in milliseconds since the epoch.
    fn blocks_from(&self, from: ReceivedAt) -> impl Iterator<Item = (i64, i64)> {
        let first = self.local(from.0).date_naive();
        (0..)
            .map_while(move |days| first.checked_add_days(Days::new(days)))
            .filter(|day| self.is_working_day(*day))
            .flat_map(|day| BLOCKS.map(|(start, end)| (self.instant(day, start), self.instant(day, end))))
            .filter(move |(_, end)| *end > from.0)
            .map(move |(start, end)| (start.max(from.0), end))
    }

    fn local(&self, millis: i64) -> DateTime<Tz> {
        let utc = DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH);
        utc.with_timezone(&self.zone)
    }

    /// A full hour of a local day. An hour that summer time skips counts as the next one that exists.
    fn instant(&self, day: NaiveDate, hour: u32) -> i64 {
        let local = day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN));
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.timestamp_millis(),
            LocalResult::None => self
                .zone
                .from_utc_datetime(&(local - TimeDelta::hours(1)))
                .timestamp_millis(),
        }
    }
}
