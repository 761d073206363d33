//! Which phones somebody should look after, and which of them first.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ReceivedAt;

/// Work that has waited longer than half a shift is more than a walk without signal, in milliseconds.
pub const UNSENT_LONG_MS: i64 = 4 * 3_600_000;
/// With less free space than this a phone soon takes no photo any more, in bytes.
pub const LOW_SPACE_BYTES: u64 = 500_000_000;
/// A phone that was quiet over a long weekend is silent, in milliseconds.
pub const SILENT_MS: i64 = 72 * 3_600_000;

/// A phone whose clock differs from the server's by more than this is set wrong, in milliseconds.
pub const CLOCK_SKEW_MS: i64 = 300_000;

/// Why somebody should look after a phone, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Worry {
    /// It holds work that is older than [`UNSENT_LONG_MS`].
    UnsentLong,
    /// It has less than [`LOW_SPACE_BYTES`] left.
    LowSpace,
    /// It was not heard of for [`SILENT_MS`].
    Silent,
    /// Its clock differs from the server's by more than [`CLOCK_SKEW_MS`].
    WrongClock,
    /// Another phone of the street has a newer app.
    OldApp,
    /// Something that it sent waits on the server for a person.
    Parked,
}

/// What is known of a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneState {
    /// When its oldest unsent mutation was made, by the server's clock.
    pub oldest_unsent_at: Option<ReceivedAt>,
    /// Mutations and photo files that it holds.
    pub unsent: u32,
    /// Free space, in bytes.
    pub free_bytes: Option<u64>,
    /// When it was last heard of, or else enrolled.
    pub heard_at: ReceivedAt,
    /// Version of its app.
    pub app_version: String,
    /// True while its clock is set wrong.
    pub wrong_clock: bool,
    /// Mutations of it that wait for a person.
    pub parked: u32,
    /// True once it was revoked.
    pub revoked: bool,
    /// True once it said that it removes everything: what it held is gone, and nobody can bring it in any more.
    pub wiped: bool,
}

impl PhoneState {
    /// Everything to worry about, the gravest first. `newest_app` is the newest version among the street's phones.
    #[must_use]
    pub fn worries(&self, newest_app: &str, now: ReceivedAt) -> Vec<Worry> {
        let since = |then: ReceivedAt| now.0 - then.0;
        let in_use = !self.revoked;
        let all = [
            (
                Worry::UnsentLong,
                self.waits_since().is_some_and(|then| since(then) >= UNSENT_LONG_MS),
            ),
            (
                Worry::LowSpace,
                in_use && self.free_bytes.is_some_and(|free| free < LOW_SPACE_BYTES),
            ),
            (Worry::Silent, in_use && since(self.heard_at) >= SILENT_MS),
            (Worry::WrongClock, in_use && self.wrong_clock),
            (
                Worry::OldApp,
                in_use && by_version(&self.app_version, newest_app) == Ordering::Less,
            ),
            (Worry::Parked, self.parked > 0),
        ];
        all.into_iter()
            .filter_map(|(worry, true_of_it)| true_of_it.then_some(worry))
            .collect()
    }

    /// Since when work waits on it that somebody can still bring in.
    fn waits_since(&self) -> Option<ReceivedAt> {
        self.oldest_unsent_at.filter(|_| !self.wiped)
    }

    /// Orders phones for whoever looks after them: in use before revoked, the graver worry first, among equals the older
    /// unsent work and then the longer silence.
    #[must_use]
    pub fn worse_first(&self, worries: &[Worry], other: &Self, others: &[Worry]) -> Ordering {
        let place = |phone: &Self, worries: &[Worry]| {
            (
                phone.revoked && worries.is_empty(),
                worries.is_empty(),
                worries.first().copied(),
                phone.waits_since().is_none(),
                phone.waits_since(),
                phone.wiped || phone.unsent == 0,
                phone.heard_at,
            )
        };
        place(self, worries).cmp(&place(other, others))
    }
}

/// The newest of some versions.
#[must_use]
pub fn newest<'a>(versions: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    versions.max_by(|one, other| by_version(one, other))
}

/// Compares versions number by number; what is no number counts as zero.
fn by_version(one: &str, other: &str) -> Ordering {
    let numbers = |version: &str| -> Vec<u64> {
        version
            .split(['.', '-', '+'])
            .take(3)
            .map(|part| part.parse().unwrap_or(0))
            .collect()
    };
    numbers(one).cmp(&numbers(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: ReceivedAt = ReceivedAt(1_000_000_000_000);
    const HOUR: i64 = 3_600_000;

    fn ago(hours: i64) -> ReceivedAt {
        ReceivedAt(NOW.0 - hours * HOUR)
    }

    fn well() -> PhoneState {
        PhoneState {
            oldest_unsent_at: None,
            unsent: 0,
            free_bytes: Some(9_000_000_000),
            heard_at: ago(1),
            app_version: "0.10.0".to_owned(),
            wrong_clock: false,
            parked: 0,
            revoked: false,
            wiped: false,
        }
    }

    #[test]
    fn each_worry_has_its_limit() {
        let check = |phone: PhoneState, expected: &[Worry]| assert_eq!(phone.worries("0.10.0", NOW), expected);
        check(well(), &[]);
        let waiting = |hours| PhoneState {
            oldest_unsent_at: Some(ago(hours)),
            unsent: 1,
            ..well()
        };
        check(waiting(3), &[]);
        check(waiting(4), &[Worry::UnsentLong]);
        let full = |free| PhoneState {
            free_bytes: Some(free),
            ..well()
        };
        check(full(500_000_000), &[]);
        check(full(499_999_999), &[Worry::LowSpace]);
        let quiet = |hours| PhoneState {
            heard_at: ago(hours),
            ..well()
        };
        check(quiet(71), &[]);
        check(quiet(72), &[Worry::Silent]);
        let old = |version: &str| PhoneState {
            app_version: version.to_owned(),
            ..well()
        };
        check(old("0.9.12"), &[Worry::OldApp]);
        check(old("0.10.1"), &[]);
        check(PhoneState { parked: 2, ..well() }, &[Worry::Parked]);
    }

    #[test]
    fn a_revoked_phone_is_a_worry_only_for_what_it_holds() {
        let gone = PhoneState {
            revoked: true,
            heard_at: ago(900),
            free_bytes: Some(1),
            app_version: "0.0.1".to_owned(),
            ..well()
        };
        assert_eq!(gone.worries("0.10.0", NOW), []);
        let holding = PhoneState {
            oldest_unsent_at: Some(ago(900)),
            ..gone
        };
        assert_eq!(holding.worries("0.10.0", NOW), [Worry::UnsentLong]);
        let wiped = PhoneState { wiped: true, ..holding };
        assert_eq!(wiped.worries("0.10.0", NOW), [], "nobody can bring it in any more");
    }

    #[test]
    fn the_worst_phone_stands_first() {
        type Change = fn(&mut PhoneState);
        let changes: [(&str, Change); 9] = [
            ("well", |_| {}),
            ("revoked", |it| it.revoked = true),
            ("quiet", |it| it.heard_at = ago(100)),
            ("full", |it| it.free_bytes = Some(1)),
            ("days", |it| it.oldest_unsent_at = Some(ago(50))),
            ("hours", |it| it.oldest_unsent_at = Some(ago(5))),
            ("minutes", |it| it.oldest_unsent_at = Some(ago(0))),
            ("old", |it| it.app_version = "0.1.0".to_owned()),
            ("parked", |it| it.parked = 1),
        ];
        let mut listed: Vec<_> = changes
            .into_iter()
            .map(|(name, change)| {
                let mut phone = well();
                change(&mut phone);
                (name, phone.worries("0.10.0", NOW), phone)
            })
            .collect();
        listed.sort_by(|one, other| one.2.worse_first(&one.1, &other.2, &other.1));
        let names = listed.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(" ");
        assert_eq!(names, "days hours full quiet old parked minutes well revoked");
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(
            newest(["0.9.0", "0.10.0", "0.10.0-beta", "x"].into_iter()),
            Some("0.10.0-beta")
        );
        assert_eq!(by_version("0.10.0-beta", "0.10.0"), Ordering::Equal);
    }
}
