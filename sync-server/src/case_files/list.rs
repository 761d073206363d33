//! The office's list of cases.

use chrono::{DateTime, Days, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use domain::view::CaseRow;
use domain::{CaseId, CaseState, ProblemKind, ReceivedAt, StreetId};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as Unreadable, StrDeserializer};

use super::masking::seen_by;
use crate::auth::Person;
use crate::household_files::words;
use crate::routes::cases::view::{CaseList, CaseListRow, CaseQuery, DueFilter};
use crate::routes::check::Check;
use crate::store::case_lists::{self, Filter, Sight};
use crate::store::cases::CaseRecord;
use crate::store::{Tx, streets};
use crate::{Outcome, rows};

/// Characters of the text that a list row shows.
const TEXT_CHARS: usize = 120;

/// A query that was checked; "today" is filled in where the street is known.
#[derive(Debug, Clone)]
pub struct Wanted {
    filter: Filter,
    due: Option<DueFilter>,
}

/// Checks a query.
///
/// # Errors
/// [`domain::ErrorCode::Invalid`] with every problem.
pub fn wanted(asked: &CaseQuery) -> Outcome<Wanted> {
    let mut check = Check::default();
    check.range("limit", asked.limit, 1, 200);
    check.text("q", asked.q.as_deref().unwrap_or(""), 0, 100);
    let codes = asked
        .state
        .as_deref()
        .unwrap_or("")
        .split(',')
        .filter(|code| !code.is_empty());
    let states: Vec<Option<CaseState>> = codes.map(state).collect();
    check.that(states.iter().all(Option::is_some), "state", ProblemKind::Unknown);
    let before = asked.before.as_deref().map(cursor);
    check.that(before != Some(None), "before", ProblemKind::Malformed);
    check.done()?;
    let filter = Filter {
        queue: asked.queue.clone(),
        states: states.into_iter().flatten().collect(),
        community: asked.community.clone(),
        grid: asked.grid.clone(),
        category: asked.category.clone(),
        words: words(asked.q.as_deref()),
        mine: asked.mine.unwrap_or(false),
        due: None,
        before: before.flatten(),
        limit: asked.limit.unwrap_or(50),
    };
    Ok(Wanted { filter, due: asked.due })
}

fn state(code: &str) -> Option<CaseState> {
    let reader: StrDeserializer<'_, Unreadable> = code.into_deserializer();
    CaseState::deserialize(reader).ok()
}

fn cursor(text: &str) -> Option<(ReceivedAt, CaseId)> {
    let (at, id) = text.split_once('_')?;
    Some((ReceivedAt(at.parse().ok()?), id.parse().ok()?))
}

/// Cases the person may see, newest first, with the counts beside them.
///
/// # Errors
/// What the engine reports.
pub fn list(tx: &Tx<'_>, person: &Person, wanted: &Wanted, now: ReceivedAt) -> Outcome<CaseList> {
    let sight = Sight::of(person, now);
    let mut filter = wanted.filter.clone();
    filter.due = match wanted.due {
        Some(DueFilter::Overdue) => Some((now, None)),
        Some(DueFilter::Today) => Some((end_of_day(tx, &person.street, now)?, Some(now))),
        None => None,
    };
    let (records, total) = case_lists::page(tx, &sight, &filter)?;
    let full = u32::try_from(records.len()).unwrap_or(u32::MAX) >= filter.limit;
    let next = records
        .last()
        .filter(|_| full)
        .map(|last| format!("{}_{}", last.received_at.0, last.id));
    Ok(CaseList {
        rows: rows_of(tx, person, records)?,
        total,
        next,
        by_state: case_lists::by_state(tx, &sight)?,
        by_queue: case_lists::by_queue(tx, &sight)?,
    })
}

/// The first instant of the street's next day.
fn end_of_day(tx: &Tx<'_>, street: &StreetId, now: ReceivedAt) -> Outcome<ReceivedAt> {
    let zone = streets::get(tx, street)?
        .and_then(|row| row.time_zone.parse().ok())
        .unwrap_or(Tz::Asia__Shanghai);
    let local = DateTime::<Utc>::from_timestamp_millis(now.0)
        .unwrap_or_default()
        .with_timezone(&zone);
    let midnight = local
        .date_naive()
        .checked_add_days(Days::new(1))
        .and_then(|day| zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest());
    Ok(ReceivedAt(
        midnight.map_or(now.0, |midnight| midnight.timestamp_millis()),
    ))
}

fn rows_of(tx: &Tx<'_>, person: &Person, records: Vec<CaseRecord>) -> Outcome<Vec<CaseListRow>> {
    let mut list = Vec::with_capacity(records.len());
    for row in rows::case_rows(tx, &person.street, records)? {
        list.extend(seen_by(tx, &person.street, person, &person.queues, row)?.map(|row| list_row(row, person)));
    }
    Ok(list)
}

fn list_row(row: CaseRow, person: &Person) -> CaseListRow {
    let stored = |hash: &domain::Sha256Hex| row.stored.contains(hash);
    let preview = row
        .photos
        .iter()
        .find_map(|photo| photo.preview.as_ref())
        .map(|file| file.sha256.clone());
    let arrived = row
        .photos
        .iter()
        .filter(|photo| photo.upright.as_ref().is_some_and(|file| stored(&file.sha256)));
    let mine = std::iter::once(&row.lead_queue)
        .chain(&row.assists)
        .any(|queue| person.queues.contains(queue));
    CaseListRow {
        id: row.id,
        number: row.number.clone(),
        state: row.state,
        state_rev: row.state_rev,
        category: row.category.clone(),
        urgency: row.urgency,
        lead_queue: row.lead_queue.clone(),
        assists: row.assists.clone(),
        routing: row.routing.clone(),
        address: row.place.address.clone(),
        point: row.place.chosen.as_ref().map(|claim| claim.point),
        grid: row.place.grid.clone(),
        other_grid: row.place.other_grid.clone(),
        text: row.text.chars().take(TEXT_CHARS).collect(),
        preview_stored: preview.as_ref().is_some_and(stored),
        preview,
        photos: u32::try_from(row.photos.len()).unwrap_or(u32::MAX),
        photos_stored: u32::try_from(arrived.count()).unwrap_or(u32::MAX),
        captured_at: row.captured_at,
        received_at: row.received_at,
        stage_due: row.stage_due,
        due_at: row.due_at,
        from_visit: row.need.is_some(),
        mine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_query_is_refused_with_every_problem() {
        let asked = CaseQuery {
            state: Some("submitted,nonsense".to_owned()),
            before: Some("yesterday".to_owned()),
            limit: Some(0),
            ..CaseQuery::default()
        };
        let refusal = wanted(&asked).unwrap_err().wire();
        assert_eq!(refusal.details["problems"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn a_page_goes_on_where_the_last_one_ended() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(
            cursor(&format!("1650000000000_{id}")),
            Some((ReceivedAt(1_650_000_000_000), id.parse().unwrap()))
        );
        assert_eq!(cursor("1650000000000"), None);
        assert_eq!(cursor("x_y"), None);
    }
}
