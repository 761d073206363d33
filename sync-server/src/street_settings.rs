//! What an administrator changes about the street itself. Cases that exist keep what was decided for them.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate, Weekday};
use domain::catalog;
use domain::clock::Calendar;
use domain::protocol::RowType;
use domain::view::StreetRow;
use domain::{CategoryId, ErrorCode, ProblemKind, StreetId};

use crate::Outcome;
use crate::routes::check::Check;
use crate::routes::street::StreetChange;
use crate::server::Server;
use crate::store::streets;

/// What fits nowhere else is reported here; without it a worker would have to choose what is not so.
const OTHER: &str = "other";
/// Most categories in a list.
const MAX_CATEGORIES: usize = 200;
/// Most days in a list: the days off of a dozen years.
const MAX_DAYS: usize = 400;
/// A year outside of these is a slip of the pen.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// Changes the settings and returns them as they are then.
///
/// # Errors
/// [`ErrorCode::Invalid`] with everything that is wrong; what the store reports.
pub async fn change(server: &Server, street: StreetId, asked: StreetChange) -> Outcome<StreetRow> {
    server
        .edit(street, move |edit| {
            let row = edit.known.street()?.ok_or(ErrorCode::NotFound)?;
            let changed = changed(row, &asked)?;
            if changed != *row {
                streets::update(edit.tx, &changed)?;
                edit.touch(RowType::Street, &changed.id);
            }
            Ok(changed)
        })
        .await
}

fn changed(row: &StreetRow, asked: &StreetChange) -> Outcome<StreetRow> {
    let mut check = Check::default();
    let known = |category: &CategoryId| catalog::category(category).is_some();
    let optional = |category: &CategoryId| known(category) && category.as_str() != OTHER;
    let triage_first = categories(&mut check, "triage_first", asked.triage_first.as_deref(), known);
    let disabled = categories(
        &mut check,
        "disabled_categories",
        asked.disabled_categories.as_deref(),
        optional,
    );
    let before = &row.calendar;
    let holidays = days(&mut check, "holidays", asked.holidays.as_deref());
    let holidays = holidays.unwrap_or_else(|| before.holidays.clone());
    let make_up_days = days(&mut check, "make_up_days", asked.make_up_days.as_deref());
    let make_up_days = make_up_days.unwrap_or_else(|| before.make_up_days.clone());
    let weekend = |day: &NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    check.that(
        make_up_days.iter().all(weekend),
        "make_up_days",
        ProblemKind::OutOfRange,
    );
    check.that(
        make_up_days.is_disjoint(&holidays),
        "make_up_days",
        ProblemKind::Contradiction,
    );
    check.done()?;
    Ok(StreetRow {
        triage_first: triage_first.unwrap_or_else(|| row.triage_first.clone()),
        disabled_categories: disabled.unwrap_or_else(|| row.disabled_categories.clone()),
        calendar: Calendar { holidays, make_up_days },
        ..row.clone()
    })
}

/// The categories asked for, each once; nothing where the list stays as it is.
fn categories(
    check: &mut Check,
    field: &str,
    asked: Option<&[CategoryId]>,
    fits: impl Fn(&CategoryId) -> bool,
) -> Option<Vec<CategoryId>> {
    let asked = asked?;
    check.count(field, asked.len(), MAX_CATEGORIES);
    for (n, category) in asked.iter().enumerate() {
        check.that(fits(category), &format!("{field}.{n}"), ProblemKind::Unknown);
    }
    let once: BTreeSet<&CategoryId> = asked.iter().collect();
    Some(once.into_iter().cloned().collect())
}

/// The days asked for; nothing where the list stays as it is.
fn days(check: &mut Check, field: &str, asked: Option<&[String]>) -> Option<BTreeSet<NaiveDate>> {
    let asked = asked?;
    check.count(field, asked.len(), MAX_DAYS);
    let mut days = BTreeSet::new();
    for (n, text) in asked.iter().enumerate() {
        let day = text.parse::<NaiveDate>().ok();
        let at = format!("{field}.{n}");
        check.that(day.is_some(), &at, ProblemKind::Malformed);
        check.that(
            day.is_none_or(|day| YEARS.contains(&day.year())),
            &at,
            ProblemKind::OutOfRange,
        );
        days.extend(day);
    }
    Some(days)
}
