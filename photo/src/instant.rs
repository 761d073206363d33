//! When a photo was taken, as far as its EXIF can be believed.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use domain::{CapturedAt, PhotoFlag};
use exif::{Exif, Tag};

use crate::claims::{numbers, text};

/// 2000-01-01T00:00:00Z: no digital photo of use here is older; phones with an empty clock say 1970 or 1980.
const EARLIEST_MS: i64 = 946_684_800_000;

/// A camera's clock may run ahead of the phone's by this much.
const AHEAD_MS: i64 = 24 * 60 * 60 * 1000;

/// The capture time: the original time, else the time of digitising, else the time of the satellite fix (UTC).
/// The time of the last change (`DateTime`) is none of these.
pub(crate) fn taken_at(exif: &Exif, now: CapturedAt, zone: Tz, flags: &mut Vec<PhotoFlag>) -> Option<CapturedAt> {
    let written = [
        (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
        (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
    ];
    let mut implausible = false;
    for (time, offset) in written {
        let Some(text) = text(exif, time).filter(|text| text.contains(|c: char| c.is_ascii_digit())) else {
            continue;
        };
        let offset = crate::claims::text(exif, offset).and_then(|offset| parse_offset(&offset));
        let instant = parse(&text).and_then(|(local, own)| resolve(local, own.or(offset), zone));
        match instant.filter(|(at, _)| plausible(*at, now)) {
            Some((at, zoned)) => {
                flags.extend((!zoned).then_some(PhotoFlag::TimeWithoutZone));
                return Some(at);
            }
            None => implausible = true,
        }
    }
    if implausible {
        flags.push(PhotoFlag::TimeImplausible);
        return None;
    }
    satellite_time(exif).filter(|at| plausible(*at, now))
}

fn plausible(at: CapturedAt, now: CapturedAt) -> bool {
    let latest = now.millis().saturating_add(AHEAD_MS);
    at.millis() >= EARLIEST_MS && at.millis() <= latest
}

/// An instant, and whether the zone was known.
fn resolve(local: NaiveDateTime, offset: Option<FixedOffset>, zone: Tz) -> Option<(CapturedAt, bool)> {
    let at = match offset {
        Some(offset) => offset.from_local_datetime(&local).earliest()?.timestamp_millis(),
        // An hour that a clock change skips has no instant of its own; it is read as the hour before the change.
        None => match zone.from_local_datetime(&local).earliest() {
            Some(at) => at.timestamp_millis(),
            None => zone
                .from_local_datetime(&(local - TimeDelta::hours(1)))
                .earliest()?
                .timestamp_millis(),
        },
    };
    Some((CapturedAt(at), offset.is_some()))
}

/// `2026:07:18 06:10:00`, also with dashes, a `T`, a fraction of a second and an offset.
fn parse(text: &str) -> Option<(NaiveDateTime, Option<FixedOffset>)> {
    let date = text.get(..10)?;
    let time = text.get(11..19)?;
    let date = numbers_between(date, [':', '-', '/'].as_slice())?;
    let time = numbers_between(time, [':'].as_slice())?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(date[0]).ok()?, date[1], date[2])?;
    // A leap second exists in some cameras' firmware only.
    let time = NaiveTime::from_hms_opt(time[0], time[1], time[2].min(59))?;
    let rest = text.get(19..).unwrap_or_default();
    let fraction = rest
        .strip_prefix('.')
        .map(|digits| digits.trim_start_matches(|c: char| c.is_ascii_digit()));
    Some((date.and_time(time), parse_offset(fraction.unwrap_or(rest).trim())))
}

fn numbers_between(text: &str, separators: &[char]) -> Option<[u32; 3]> {
    let mut parts = text.split(separators).map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

/// `+08:00`, `+0800`, `+08` or `Z`. The widest offsets on Earth are 14 hours.
fn parse_offset(text: &str) -> Option<FixedOffset> {
    if text == "Z" {
        return FixedOffset::east_opt(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits
        .get(2..)
        .filter(|rest| !rest.is_empty())
        .map_or(Some(0), |rest| rest.parse().ok())?;
    let seconds = (hours * 60 + minutes) * 60;
    (minutes < 60 && seconds <= 14 * 3600).then(|| FixedOffset::east_opt(sign * seconds))?
}

fn satellite_time(exif: &Exif) -> Option<CapturedAt> {
    let date = numbers_between(&text(exif, Tag::GPSDateStamp)?, [':', '-'].as_slice())?;
    let time: Option<Vec<f64>> = numbers(exif, Tag::GPSTimeStamp)?.into_iter().collect();
    let [hour, minute, second] = time?[..] else { return None };
    let date = NaiveDate::from_ymd_opt(i32::try_from(date[0]).ok()?, date[1], date[2])?;
    let in_range = (0.0..24.0).contains(&hour) && (0.0..60.0).contains(&minute) && (0.0..61.0).contains(&second);
    let midnight: DateTime<_> = date.and_time(NaiveTime::MIN).and_utc();
    in_range.then(|| CapturedAt(midnight.timestamp_millis() + ((hour * 60.0 + minute) * 60.0 + second) as i64 * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<(i64, bool)> {
        let (local, own) = parse(text)?;
        resolve(local, own, Tz::Asia__Shanghai).map(|(at, zoned)| (at.millis(), zoned))
    }

    #[test]
    fn a_time_without_zone_is_the_streets_local_time() {
        assert_eq!(at("2026:07:18 06:10:00"), Some((1_784_326_200_000, false)));
        assert_eq!(at("2026-07-18T06:10:00"), Some((1_784_326_200_000, false)));
    }

    #[test]
    fn an_offset_in_the_time_itself_counts() {
        assert_eq!(at("2026:07:17 22:10:00.123Z"), Some((1_784_326_200_000, true)));
        assert_eq!(at("2026:07:17 22:10:00+00:00"), Some((1_784_326_200_000, true)));
        assert_eq!(at("2026:07:18 06:10:00 +0800"), Some((1_784_326_200_000, true)));
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in [
            "",
            "0000:00:00 00:00:00",
            "2026:13:40 06:10:00",
            "soon",
            "2026:07:18",
            "中文中文中文中文",
            "2026:07:18 24:00:00",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn offsets_beyond_the_widest_on_earth_are_ignored() {
        assert_eq!(parse_offset("+15:00"), None);
        assert_eq!(parse_offset("+08:75"), None);
        assert_eq!(parse_offset("   :  "), None);
        assert_eq!(parse_offset("-09:30"), FixedOffset::west_opt(34_200));
    }

    #[test]
    fn times_before_2000_or_after_tomorrow_are_not_believed() {
        let now = CapturedAt(1_784_326_200_000);
        assert!(plausible(now, now));
        assert!(!plausible(CapturedAt(0), now));
        assert!(!plausible(CapturedAt(now.millis() + AHEAD_MS + 1), now));
    }
}
