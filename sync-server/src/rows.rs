//! Rows as they are handed out, put together from the tables.

use domain::privacy::{mask_name, outline};
use domain::protocol::RowType;
use domain::view::{CaseRow, OriginalRequest, VisitRow};
use domain::{CaseId, StreetId, UserId, VisitId};
use serde::Serialize;
use serde_json::Value;

use crate::store::cases::CaseRecord;
use crate::store::{
    FromColumn, StoreError, Tx, areas, cases, grids, households, photos, reports, streets, timeline, visits,
};

/// The body of a row for the phone of `viewer`; nothing when it does not exist (any more).
///
/// # Errors
/// What the engine reports.
pub fn body(
    tx: &Tx<'_>,
    street: &StreetId,
    viewer: UserId,
    kind: RowType,
    id: &str,
) -> Result<Option<Value>, StoreError> {
    match kind {
        RowType::Street => value(streets::get(tx, street)?),
        RowType::Queue => value(grids::queue(tx, street, &id.into())?),
        RowType::Grid => value(grids::get(tx, street, &id.into())?),
        RowType::Case => value(case(tx, street, parsed(id)?)?.map(|row| for_phone(row, viewer))),
        RowType::CaseOutline => value(cases::get(tx, street, parsed(id)?)?.map(|record| outline(&bare(record)))),
        RowType::Household => value(households::get(tx, street, parsed(id)?)?),
        RowType::Resident => value(households::resident(tx, street, parsed(id)?)?),
        RowType::Visit => value(visit(tx, street, parsed(id)?)?),
        RowType::Reflection => {
            let found = visits::reflection(tx, street, parsed(id)?)?;
            value(
                found
                    .filter(|(author, _)| *author == viewer)
                    .map(|(_, reflection)| reflection),
            )
        }
        RowType::OriginalRequest => value(Some(OriginalRequest { sha256: id.into() })),
    }
}

fn parsed<T: FromColumn>(id: &str) -> Result<T, StoreError> {
    T::from_column(id.into()).ok_or_else(|| StoreError::Column("id".to_owned()))
}

fn value<T: Serialize>(row: Option<T>) -> Result<Option<Value>, StoreError> {
    Ok(row.map(serde_json::to_value).transpose()?)
}

/// A case with everything in it; who may see what of it is decided by the caller.
///
/// # Errors
/// What the engine reports.
pub fn case(tx: &Tx<'_>, street: &StreetId, id: CaseId) -> Result<Option<CaseRow>, StoreError> {
    cases::get(tx, street, id)?
        .map(|record| case_row(tx, street, record))
        .transpose()
}

/// As [`case`], for a record that was read already.
///
/// # Errors
/// What the engine reports.
pub fn case_row(tx: &Tx<'_>, street: &StreetId, record: CaseRecord) -> Result<CaseRow, StoreError> {
    let of_case = reports::of_case(tx, street, record.id)?;
    let id = record.id;
    let row = bare(record);
    Ok(CaseRow {
        reports: of_case.iter().map(|report| report.report.id).collect(),
        reporter_label: row.reporter.map(|user| areas::label(tx, street, user)).transpose()?,
        photos: of_case.into_iter().flat_map(|report| report.report.photos).collect(),
        stored: photos::stored_of(tx, street, photos::Subject::Case(id))?,
        timeline: timeline::of_case(tx, street, id)?,
        ..row
    })
}

/// A case without what lies in other tables: reports, photos, timeline, names.
#[must_use]
pub fn bare(record: CaseRecord) -> CaseRow {
    CaseRow {
        id: record.id,
        number: record.number.unwrap_or_default(),
        state: record.state,
        state_rev: record.state_rev,
        close_reason: record.close_reason,
        category: record.category,
        urgency: record.urgency,
        lead_queue: record.lead_queue,
        assists: record.assists,
        routing: record.routing,
        place: record.place,
        text: record.text,
        reports: Vec::new(),
        reporter_label: None,
        reporter: record.reporter,
        need: record.need,
        photos: Vec::new(),
        stored: Vec::new(),
        captured_at: record.captured_at,
        received_at: record.received_at,
        stage_due: record.stage_due,
        due_at: record.due_at,
        resolved_at: record.resolved_at,
        timeline: Vec::new(),
    }
}

/// Workers see that a colleague reported, not which one: nobody ranks workers by what their phones show.
fn for_phone(mut row: CaseRow, viewer: UserId) -> CaseRow {
    if row.reporter == Some(viewer) {
        return row;
    }
    let reporter = row.reporter.take();
    row.reporter_label = row.reporter_label.as_deref().map(mask_name);
    for entry in row
        .timeline
        .iter_mut()
        .filter(|entry| reporter.is_some() && entry.actor == reporter)
    {
        entry.actor = None;
        entry.actor_label = mask_name(&entry.actor_label);
    }
    row
}

/// A visit with what became of its needs.
///
/// # Errors
/// What the engine reports.
pub fn visit(tx: &Tx<'_>, street: &StreetId, id: VisitId) -> Result<Option<VisitRow>, StoreError> {
    let Some(record) = visits::get(tx, street, id)? else {
        return Ok(None);
    };
    Ok(Some(VisitRow {
        author_label: areas::label(tx, street, record.author)?,
        author: record.author,
        visit: record.visit,
        need_cases: visits::need_cases(tx, street, id)?,
        stored: photos::stored_of(tx, street, photos::Subject::Visit(id))?,
    }))
}
