use chrono::NaiveDateTime;
use chrono_tz::Tz;

use super::*;
use crate::{CapturedAt, ReceivedAt};

/// Qingming 2022 and the National Day week, with the Saturdays worked for them.
fn calendar() -> Calendar {
    let days = |list: &[&str]| list.iter().map(|day| day.parse().unwrap()).collect();
    Calendar {
        holidays: days(&[
            "2022-04-04",
            "2022-04-05",
            "2022-10-03",
            "2022-10-04",
            "2022-10-05",
            "2022-10-06",
            "2022-10-07",
        ]),
        make_up_days: days(&["2022-04-02", "2022-10-08", "2022-10-09"]),
    }
}

/// Shanghai's wall clock, which has been eight hours ahead of UTC all year since 1992.
fn at(text: &str) -> ReceivedAt {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    ReceivedAt(local.and_utc().timestamp_millis() - 8 * 3_600_000)
}

fn due(from: &str, limit: Limit) -> ReceivedAt {
    let calendar = calendar();
    WorkingTime::new(Tz::Asia__Shanghai, &calendar).add(at(from), limit)
}

#[test]
fn four_working_hours_from_friday_afternoon_end_on_monday_morning() {
    assert_eq!(due("2022-04-15 16:30", Limit::wh(4)), at("2022-04-18 10:30"));
}

#[test]
fn two_urgent_hours_run_through_the_night() {
    assert_eq!(due("2022-04-15 23:10", Limit::eh(2)), at("2022-04-16 01:10"));
}

#[test]
fn one_working_day_from_tuesday_ten_is_wednesday_ten() {
    assert_eq!(due("2022-04-12 10:00", Limit::wd(1)), at("2022-04-13 10:00"));
}

#[test]
fn a_make_up_saturday_counts() {
    assert_eq!(due("2022-04-01 16:00", Limit::wh(4)), at("2022-04-02 10:00"));
}

#[test]
fn the_national_day_week_does_not_count() {
    // 30 September is a Friday; the week after is off, and its weekend is worked.
    assert_eq!(due("2022-09-30 16:00", Limit::wh(4)), at("2022-10-08 10:00"));
}

#[test]
fn a_limit_that_ends_with_a_block_is_due_at_its_end() {
    assert_eq!(due("2022-04-12 08:00", Limit::wh(4)), at("2022-04-12 12:00"));
    assert_eq!(due("2022-04-12 12:30", Limit::wh(4)), at("2022-04-12 18:00"));
}

#[test]
fn a_limit_that_starts_at_night_or_at_the_weekend_starts_at_eight() {
    assert_eq!(due("2022-04-12 03:00", Limit::wh(1)), at("2022-04-12 09:00"));
    assert_eq!(due("2022-04-16 12:00", Limit::wh(1)), at("2022-04-18 09:00"));
}

#[test]
fn at_once_is_at_once_and_a_calendar_day_has_twenty_four_hours() {
    assert_eq!(due("2022-04-16 03:00", Limit::eh(0)), at("2022-04-16 03:00"));
    assert_eq!(due("2022-04-16 03:00", Limit::wd(0)), at("2022-04-16 03:00"));
    assert_eq!(due("2022-04-15 22:00", Limit::nd(2)), at("2022-04-17 22:00"));
    assert_eq!(due("2022-04-15 22:00", Limit::minutes(30)), at("2022-04-15 22:30"));
}

#[test]
fn a_limit_changed_in_the_catalogue_does_not_move_a_due_time_already_worked_out() {
    let calendar = calendar();
    let working = WorkingTime::new(Tz::Asia__Shanghai, &calendar);
    let monday = working.final_due(
        Limits {
            make_safe: None,
            resolve: Some(Limit::wd(5)),
        },
        at("2022-04-11 10:00"),
    );
    let tuesday = working.final_due(
        Limits {
            make_safe: None,
            resolve: Some(Limit::wd(1)),
        },
        at("2022-04-12 10:00"),
    );
    assert_eq!(
        (monday, tuesday),
        (Some(at("2022-04-18 10:00")), Some(at("2022-04-13 10:00")))
    );
}

#[test]
fn the_elders_tap_is_due_a_day_after_the_visit_though_it_was_synced_late() {
    let calendar = calendar();
    let working = WorkingTime::new(Tz::Asia__Shanghai, &calendar);
    let (captured, received) = (CapturedAt(at("2026-03-10 19:35").0), at("2026-03-10 22:50"));
    let due = working.promise_due(captured, received, Limit::eh(24));
    assert_eq!(due, at("2026-03-11 19:35"));
    assert_eq!(due.0 - received.0, (20 * 60 + 45) * 60_000, "20 h 45 min are left");
}

#[test]
fn a_wrong_phone_clock_neither_stretches_a_promise_nor_breaks_it_before_it_is_known() {
    let calendar = calendar();
    let working = WorkingTime::new(Tz::Asia__Shanghai, &calendar);
    let received = at("2026-03-10 22:50");
    let due = |captured: ReceivedAt| working.promise_due(CapturedAt(captured.0), received, Limit::eh(24));
    assert_eq!(due(at("2026-03-11 21:00")), at("2026-03-11 22:50"));
    assert_eq!(due(at("2020-01-01 00:00")), received);
}

#[test]
fn the_hole_in_the_lane_has_the_due_times_of_the_script() {
    let calendar = calendar();
    let working = WorkingTime::new(Tz::Asia__Shanghai, &calendar);
    let limits = crate::catalog::category(&"road-collapse".into()).unwrap().limits(None);
    let dispatched = at("2026-03-16 09:02");
    assert_eq!(
        working.stage_due(Stage::MakeSafe, 1, limits, dispatched),
        Some(at("2026-03-16 11:02"))
    );
    assert_eq!(
        working.final_due(limits, at("2026-03-16 10:40")),
        Some(at("2026-03-23 10:40"))
    );
}

#[test]
fn the_table_of_stages_is_met() {
    let none = Limits::default();
    let row = |stage| [0, 1, 2, 3].map(|urgency| stage_limit(stage, urgency, none));
    let some = |limits: [Limit; 4]| limits.map(Some);
    let minutes = Limit::minutes;
    assert_eq!(
        row(Stage::Triage),
        some([minutes(5), minutes(15), Limit::wh(2), Limit::wh(4)])
    );
    assert_eq!(
        row(Stage::Accept),
        some([minutes(10), minutes(30), Limit::wh(2), Limit::wh(4)])
    );
    assert_eq!(
        row(Stage::MakeSafe),
        [Some(Limit::eh(1)), Some(Limit::eh(2)), None, None]
    );
    assert_eq!(row(Stage::Resolve), [None; 4]);
    assert_eq!(
        row(Stage::ClosureCheck),
        some([Limit::eh(4), Limit::eh(8), Limit::wd(1), Limit::wd(2)])
    );
    assert_eq!(
        row(Stage::CallBack),
        some([Limit::wd(1), Limit::wd(1), Limit::wd(2), Limit::wd(2)])
    );
}

#[test]
fn a_categorys_make_safe_limit_beats_the_table() {
    let limits = Limits {
        make_safe: Some(Limit::minutes(30)),
        resolve: None,
    };
    assert_eq!(stage_limit(Stage::MakeSafe, 0, limits), Some(Limit::minutes(30)));
    assert_eq!(stage_limit(Stage::MakeSafe, 3, limits), Some(Limit::minutes(30)));
}

#[test]
fn a_queue_may_return_until_the_accept_limit_and_a_working_day_are_over() {
    let calendar = calendar();
    let working = WorkingTime::new(Tz::Asia__Shanghai, &calendar);
    assert_eq!(working.return_until(1, at("2026-03-16 09:30")), at("2026-03-17 10:00"));
    assert_eq!(working.return_until(3, at("2026-03-16 08:00")), at("2026-03-17 12:00"));
}

#[test]
fn after_a_suspension_as_much_is_left_as_before_it() {
    let calendar = calendar();
    let working = WorkingTime::new(Tz::Asia__Shanghai, &calendar);
    let resumed =
        |unit, due: &str| working.due_after_suspension(at(due), at("2022-04-12 10:00"), at("2022-05-17 16:00"), unit);
    // 3 working hours were left: 2 of them fit into the afternoon.
    assert_eq!(resumed(Unit::Wh, "2022-04-12 15:00"), at("2022-05-18 09:00"));
    assert_eq!(resumed(Unit::Eh, "2022-04-12 15:00"), at("2022-05-17 21:00"));
    assert_eq!(
        resumed(Unit::Wh, "2022-04-12 09:00"),
        at("2022-04-12 09:00"),
        "overdue stays overdue"
    );
}

#[test]
fn summer_time_neither_adds_nor_loses_working_hours() {
    // Berlin put its clocks forward in the night to Sunday 27 March 2022; UTC+1 became UTC+2.
    let calendar = Calendar::default();
    let working = WorkingTime::new(Tz::Europe__Berlin, &calendar);
    let friday = ReceivedAt(at("2022-03-25 17:00").0 + 7 * 3_600_000);
    let monday = ReceivedAt(at("2022-03-28 09:00").0 + 6 * 3_600_000);
    assert_eq!(working.add(friday, Limit::wh(2)), monday);
}

#[test]
fn the_local_day_is_the_streets_own() {
    let calendar = Calendar::default();
    let late = at("2022-04-12 00:30");
    assert_eq!(
        WorkingTime::new(Tz::Asia__Shanghai, &calendar)
            .local_day(late)
            .to_string(),
        "2022-04-12"
    );
    assert_eq!(
        WorkingTime::new(Tz::UTC, &calendar).local_day(late).to_string(),
        "2022-04-11"
    );
}

#[test]
fn a_time_zone_nobody_knows_counts_as_shanghai() {
    let mut street = crate::test_support::street();
    street.time_zone = "Mars/Olympus".to_owned();
    assert_eq!(
        WorkingTime::of_street(&street).add(at("2022-04-15 16:30"), Limit::wh(4)),
        at("2022-04-18 10:30")
    );
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn adding_working_time_and_measuring_it_agree(minutes in 0i64..400_000, hours in 1u32..200) {
            let calendar = calendar();
            let working = WorkingTime::new(Tz::Asia__Shanghai, &calendar);
            let from = ReceivedAt(at("2022-01-01 00:00").0 + minutes * 60_000);
            let limit = Limit::wh(hours);
            let due = working.add(from, limit);
            prop_assert!(due > from);
            prop_assert_eq!(working.between(from, due, Unit::Wh), limit.millis());
        }

        #[test]
        fn a_later_start_is_never_due_earlier(minutes in 0i64..400_000, later in 0i64..10_000, hours in 0u32..60) {
            let calendar = calendar();
            let working = WorkingTime::new(Tz::Asia__Shanghai, &calendar);
            let from = ReceivedAt(at("2022-01-01 00:00").0 + minutes * 60_000);
            let after = ReceivedAt(from.0 + later * 60_000);
            prop_assert!(working.add(from, Limit::wh(hours)) <= working.add(after, Limit::wh(hours)));
        }
    }
}
