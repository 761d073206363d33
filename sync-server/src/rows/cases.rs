//! Cases with what lies in other tables.

use std::collections::HashMap;

use domain::privacy::mask_name;
use domain::view::CaseRow;
use domain::{CaseId, ReportId, StreetId, UserId};

use crate::store::cases::CaseRecord;
use crate::store::reports::{Said, Shown};
use crate::store::timeline::Step;
use crate::store::{StoreError, Tx, areas, photos, reports, timeline};

/// Cases with everything in them, in the order of their records; who may see what of them is decided by the caller.
///
/// # Errors
/// What the engine reports.
pub fn case_rows(tx: &Tx<'_>, street: &StreetId, records: Vec<CaseRecord>) -> Result<Vec<CaseRow>, StoreError> {
    let ids: Vec<CaseId> = records.iter().map(|record| record.id).collect();
    let reporters = records.iter().filter_map(|record| record.reporter).collect();
    let labels = areas::labels(tx, street, &reporters)?;
    let mut reports = reports::of_cases(tx, street, &ids)?;
    let mut stored = photos::stored_of_cases(tx, street, &ids)?;
    let mut timelines = timeline::of_cases(tx, street, &ids)?;
    say(tx, street, &reports, timelines.values_mut().flatten())?;
    let whole = |record: CaseRecord| {
        let of_case = reports.remove(&record.id).unwrap_or_default();
        let steps = timelines.remove(&record.id).unwrap_or_default();
        let label = |user| labels.get(&user).cloned().unwrap_or_default();
        CaseRow {
            reports: of_case.iter().map(|report| report.id).collect(),
            reporter_label: record.reporter.map(label),
            photos: of_case.into_iter().flat_map(|report| report.said.photos).collect(),
            stored: stored.remove(&record.id).unwrap_or_default(),
            timeline: steps.into_iter().map(|step| step.entry).collect(),
            ..bare(record)
        }
    };
    Ok(records.into_iter().map(whole).collect())
}

/// Lets the steps with which cases were reported say what the reports say. That of a merged case lies with another case.
fn say<'s>(
    tx: &Tx<'_>,
    street: &StreetId,
    here: &HashMap<CaseId, Vec<Shown>>,
    steps: impl Iterator<Item = &'s mut Step>,
) -> Result<(), StoreError> {
    let here: HashMap<ReportId, &Said> = here
        .values()
        .flatten()
        .map(|report| (report.id, &report.said))
        .collect();
    let mut elsewhere: HashMap<ReportId, Vec<&mut Step>> = HashMap::new();
    for step in steps {
        match step.said_by.map(|report| (report, here.get(&report))) {
            Some((_, Some(said))) => fill(step, said),
            Some((report, None)) => elsewhere.entry(report).or_default().push(step),
            None => {}
        }
    }
    if elsewhere.is_empty() {
        return Ok(());
    }
    let names: Vec<ReportId> = elsewhere.keys().copied().collect();
    for report in reports::among(tx, street, &names)? {
        for step in elsewhere.remove(&report.id).into_iter().flatten() {
            fill(step, &report.said);
        }
    }
    Ok(())
}

/// What was stored with the step itself stays, as older servers did it.
fn fill(step: &mut Step, said: &Said) {
    if step.entry.text.is_empty() {
        step.entry.text.clone_from(&said.text);
    }
    if step.entry.photos.is_empty() {
        step.entry.photos.clone_from(&said.photos);
    }
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
pub(super) fn for_phone(mut row: CaseRow, viewer: UserId) -> CaseRow {
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
