//! Reports: own ones from the outbox, those of others from the cases in sight.

use std::collections::{HashMap, HashSet};

use domain::catalog::category;
use domain::protocol::{Verdict, WireError, kind};
use domain::view::{CaseRow, GridRow, TimelineEntry};
use domain::{CaseState, PhotoManifest, Problem, ReceivedAt, Report, ReportId, ReportWithdrawal, Sha256Hex, UserId};

use super::cases::place_label;
use super::own::{self, Own};
use super::standing::{Outlook, told};
use crate::capture::WITHDRAW_MS;
use crate::device::{Device, not_found};
use crate::failure::Result;
use crate::ports::NoticeKind;
use crate::store::mutation::{self, MutationState, Stored};
use crate::store::row;
use crate::sync::news;
use crate::view::{NoteView, PhotoView, ReportSummary, ReportView, TimelineStep, Word};

/// What every report of a list is read with.
struct Reading {
    outlook: Outlook,
    me: Option<UserId>,
    grids: HashMap<domain::GridId, String>,
    now_ms: i64,
}

impl Device {
    /// Every report this phone may see, newest first.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn list_reports(&self) -> std::result::Result<Vec<ReportSummary>, WireError> {
        Ok(self.report_summaries()?)
    }

    pub(crate) fn report_summaries(&self) -> Result<Vec<ReportSummary>> {
        let reading = self.reading()?;
        let mine = self.store.outbox(|outbox| own::reports(outbox, reading.me))?;
        let later = self.later_changes()?;
        let cases = self.cases()?;
        let by_report: HashMap<ReportId, &CaseRow> = cases
            .iter()
            .flat_map(|case| case.reports.iter().map(move |report| (*report, case)))
            .collect();
        let here: HashSet<ReportId> = mine.iter().map(|own| own.body.id).collect();
        let none = Vec::new();
        let mut found: Vec<ReportSummary> = mine
            .iter()
            .map(|own| {
                let changes = later.get(&own.body.id).unwrap_or(&none);
                self.own_summary(&reading, own, by_report.get(&own.body.id).copied(), changes)
            })
            .collect();
        let others = cases
            .iter()
            .filter(|case| !case.reports.iter().any(|report| here.contains(report)));
        found.extend(others.filter_map(|case| self.case_summary(&reading, case)));
        found.sort_by_key(|report| (std::cmp::Reverse(report.captured_at), report.id));
        Ok(found)
    }

    /// One report with its photos and its case's progress.
    ///
    /// # Errors
    /// `not_found`.
    pub fn get_report(&self, id: ReportId) -> std::result::Result<ReportView, WireError> {
        Ok(self.report_view(id)?)
    }

    fn report_view(&self, id: ReportId) -> Result<ReportView> {
        let reading = self.reading()?;
        let case: Option<CaseRow> = self.store.cache(|cache| row::case_of_report(cache, &id.to_string()))?;
        let (rows, mine, notes) = self.store.outbox(|outbox| {
            let rows = mutation::of_entity(outbox, id.0)?;
            let mine = own::report(outbox, &rows, reading.me)?;
            let notes = own::notes(outbox, &rows, reading.me)?;
            Ok((rows, mine, notes))
        })?;
        let own = rows.iter().filter(|row| Some(row.author) == reading.me);
        let refused = own.filter(|row| row.is_refused()).map(|row| row.id).collect();
        let notes = notes
            .iter()
            .map(|note| self.note_view(&reading.outlook, note))
            .collect();
        if let Some(own) = &mine {
            let changes = rows
                .into_iter()
                .filter(|row| row.kind != kind::REPORT_CREATE && !row.dismissed);
            let changes: Vec<Stored> = changes.collect();
            return Ok(ReportView {
                refused,
                ..self.own_view(&reading, own, case, &changes, notes)
            });
        }
        let case = case.ok_or_else(not_found)?;
        let summary = self.case_summary(&reading, &case).ok_or_else(not_found)?;
        Ok(ReportView {
            refused,
            ..self.case_view(summary, case, notes)
        })
    }

    fn reading(&self) -> Result<Reading> {
        let grids: Vec<GridRow> = self
            .store
            .cache(|cache| row::all(cache, domain::protocol::RowType::Grid))?;
        Ok(Reading {
            outlook: self.outlook()?,
            me: self.identity()?.map(|identity| identity.profile.user),
            grids: grids.into_iter().map(|grid| (grid.id, grid.name)).collect(),
            now_ms: self.ports.clock.wall_ms(),
        })
    }

    /// Notes and withdrawals by report.
    fn later_changes(&self) -> Result<HashMap<ReportId, Vec<Stored>>> {
        let rows = self.store.outbox(|outbox| {
            let mut rows = mutation::of_kind(outbox, kind::REPORT_NOTE)?;
            rows.extend(mutation::of_kind(outbox, kind::REPORT_WITHDRAW)?);
            rows.retain(|row| !row.dismissed);
            Ok(rows)
        })?;
        let mut by_report: HashMap<ReportId, Vec<Stored>> = HashMap::new();
        for row in rows {
            by_report.entry(ReportId(row.entity)).or_default().push(row);
        }
        Ok(by_report)
    }

    fn own_summary(
        &self,
        reading: &Reading,
        own: &Own<Report>,
        case: Option<&CaseRow>,
        changes: &[Stored],
    ) -> ReportSummary {
        let report = &own.body;
        let (word, why) = reading.outlook.of_record(&own.row, &own.files, &report.photos);
        let withdrawn = is_withdrawn(changes);
        let state = case.map(|case| case.state);
        let in_time = reading.now_ms - report.captured_at.millis() <= WITHDRAW_MS;
        let refused = own.row.state == MutationState::Rejected;
        ReportSummary {
            id: report.id,
            category: report.category.clone(),
            text: report.text.clone(),
            place_label: place_label(&report.place, |grid| reading.grids.get(grid).cloned()),
            captured_at: report.captured_at,
            word,
            why,
            case_number: case.map(|case| case.number.clone()),
            case_state: if withdrawn && state.is_none_or(|state| state == CaseState::Submitted) {
                Some(CaseState::Void)
            } else {
                state
            },
            lead_queue: case
                .map(|case| case.lead_queue.clone())
                .or_else(|| report.expectation.as_ref().map(|expected| expected.queue.clone())),
            photo_count: u32::try_from(report.photos.len()).unwrap_or(u32::MAX),
            preview_url: self.first_preview(&report.photos, &[]),
            can_withdraw: in_time && !withdrawn && !refused,
            withdrawn,
            attention: word == Word::NeedsYou
                || changes
                    .iter()
                    .any(|row| matches!(row.state, MutationState::Rejected | MutationState::Parked))
                || state.is_some_and(asks_for_attention),
            mine: true,
            urgency: case.map_or_else(|| urgency(report), |case| case.urgency),
            due_at: case.and_then(|case| case.due_at.or(case.stage_due)),
            point: report.place.chosen.as_ref().map(|claim| claim.point),
        }
    }

    fn case_summary(&self, reading: &Reading, case: &CaseRow) -> Option<ReportSummary> {
        let (word, why) = told(&case.photos, &case.stored);
        let mine = case.reporter.is_some() && case.reporter == reading.me;
        Some(ReportSummary {
            id: *case.reports.first()?,
            category: case.category.clone(),
            text: case.text.clone(),
            place_label: place_label(&case.place, |grid| reading.grids.get(grid).cloned()),
            captured_at: case.captured_at,
            word,
            why,
            case_number: Some(case.number.clone()),
            case_state: Some(case.state),
            lead_queue: Some(case.lead_queue.clone()),
            photo_count: u32::try_from(case.photos.len()).unwrap_or(u32::MAX),
            preview_url: self.first_preview(&case.photos, &case.stored),
            can_withdraw: false,
            withdrawn: case.timeline.iter().any(|entry| entry.what == "withdraw"),
            attention: mine && asks_for_attention(case.state),
            mine,
            urgency: case.urgency,
            due_at: case.due_at.or(case.stage_due),
            point: case.place.chosen.as_ref().map(|claim| claim.point),
        })
    }

    fn own_view(
        &self,
        reading: &Reading,
        own: &Own<Report>,
        case: Option<CaseRow>,
        changes: &[Stored],
        notes: Vec<NoteView>,
    ) -> ReportView {
        let report = &own.body;
        let photo = |manifest| self.own_photo(&reading.outlook, &own.row, &own.files, manifest);
        ReportView {
            summary: self.own_summary(reading, own, case.as_ref(), changes),
            place: report.place.clone(),
            photos: report.photos.iter().map(photo).collect(),
            timeline: self.steps(
                with_withdrawal(case.as_ref(), changes),
                case.as_ref().map_or(&[], |case| &case.stored),
            ),
            notes,
            routing: case.map(|case| case.routing),
            expectation: report.expectation.clone(),
            problems: problems(&own.row),
            refused: Vec::new(),
        }
    }

    fn case_view(&self, summary: ReportSummary, case: CaseRow, notes: Vec<NoteView>) -> ReportView {
        let photos = case
            .photos
            .iter()
            .map(|manifest| self.told_photo(manifest, &case.stored));
        ReportView {
            summary,
            place: case.place.clone(),
            photos: photos.collect(),
            notes,
            expectation: None,
            problems: Vec::new(),
            refused: Vec::new(),
            routing: Some(case.routing),
            timeline: self.steps(case.timeline, &case.stored),
        }
    }

    fn note_view(&self, outlook: &Outlook, note: &Own<domain::ReportNote>) -> NoteView {
        let (word, why) = outlook.of_record(&note.row, &note.files, &note.body.photos);
        let photo = |manifest| -> PhotoView { self.own_photo(outlook, &note.row, &note.files, manifest) };
        NoteView {
            id: note.row.id.to_string(),
            text: note.body.text.clone(),
            photos: note.body.photos.iter().map(photo).collect(),
            captured_at: note.body.captured_at,
            word,
            why,
        }
    }

    fn first_preview(&self, photos: &[PhotoManifest], stored: &[Sha256Hex]) -> Option<String> {
        photos
            .iter()
            .find_map(|manifest| self.shown_url(manifest.preview.as_ref(), stored))
    }

    fn steps(&self, timeline: Vec<TimelineEntry>, stored: &[Sha256Hex]) -> Vec<TimelineStep> {
        let step = |entry: TimelineEntry| TimelineStep {
            pictures: entry
                .photos
                .iter()
                .map(|manifest| self.told_photo(manifest, stored))
                .collect(),
            entry,
        };
        timeline.into_iter().map(step).collect()
    }
}

/// States in which the reporter should look.
pub(crate) fn asks_for_attention(state: CaseState) -> bool {
    matches!(news(state), Some(NoticeKind::Returned | NoticeKind::Rejected)) || state == CaseState::PrefileCheck
}

pub(crate) fn urgency(report: &Report) -> u8 {
    category(&report.category).map_or(3, |found| found.urgency_with(report.answer.as_deref()))
}

/// A refused withdrawal took nothing back.
fn is_withdrawn(changes: &[Stored]) -> bool {
    changes
        .iter()
        .any(|row| row.kind == kind::REPORT_WITHDRAW && row.state != MutationState::Rejected)
}

/// The case's steps, with an own withdrawal the server has not told of yet.
fn with_withdrawal(case: Option<&CaseRow>, changes: &[Stored]) -> Vec<TimelineEntry> {
    let mut timeline = case.map(|case| case.timeline.clone()).unwrap_or_default();
    let known = timeline.iter().any(|entry| entry.what == "withdraw");
    let own = changes
        .iter()
        .find(|row| row.kind == kind::REPORT_WITHDRAW && row.state != MutationState::Rejected);
    let body = own.and_then(|row| {
        serde_json::from_value::<ReportWithdrawal>(row.body.clone())
            .ok()
            .map(|body| (row, body))
    });
    if let Some((row, body)) = body.filter(|_| !known) {
        timeline.push(TimelineEntry {
            what: "withdraw".to_owned(),
            actor: Some(row.author),
            actor_label: String::new(),
            queue: None,
            at: ReceivedAt(row.server_est_ms.unwrap_or(row.wall_ms)),
            captured_at: Some(body.captured_at),
            state: CaseState::Void,
            text: body.reason,
            reason: None,
            suggested: None,
            photos: Vec::new(),
        });
    }
    timeline
}

/// Field by field, why the server refused it.
pub(crate) fn problems(row: &Stored) -> Vec<Problem> {
    let Some(Verdict::Rejected { details, .. }) = row.receipt.as_ref().map(|receipt| &receipt.verdict) else {
        return Vec::new();
    };
    details
        .get("problems")
        .and_then(|list| serde_json::from_value(list.clone()).ok())
        .unwrap_or_default()
}
