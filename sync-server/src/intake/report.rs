//! `report.create`, `report.note`, `report.withdraw`.

use domain::grid::{GridIndex, Location};
use domain::protocol::{Mutation, RowType, Verdict};
use domain::view::TimelineEntry;
use domain::{CaseId, ErrorCode, GridId, Permission, Place, PlaceSource, Report, ReportNote, ReportWithdrawal};

use super::act::{Said, withdraw_case};
use super::open::Opening;
use super::{GRACE_MS, Intake, valid};
use crate::Outcome;
use crate::store::areas::AreaKind;
use crate::store::photos::{self, Subject};
use crate::store::reports::{self, ReportRecord};
use crate::store::{areas, cases, grids, timeline};

/// How long a report may be taken back, by the phone's clock, in milliseconds: ten minutes.
const WITHDRAW_MS: i64 = 10 * 60_000;

/// What the same draft became on a phone that was set back to a time before it was saved, or on its twin. Said again it is
/// there already; with other words it is refused, so that its author sees it and sends it as one of its own.
pub(super) fn saved_twice(alike: bool) -> Outcome<Verdict> {
    if alike {
        Ok(Verdict::Applied)
    } else {
        Err(ErrorCode::MutationIdConflict.into())
    }
}

impl Intake<'_, '_> {
    /// The report, its case and where routing says so its order, in one transaction. What anybody sees on public ground
    /// is taken from anybody who may report; `home_grid` only tells where the worker was posted.
    pub(super) fn create_report(&self, mutation: &Mutation, report: Report) -> Outcome<Verdict> {
        let edit = self.edit;
        if report.id.0 != mutation.entity {
            return Err(ErrorCode::BadRequest.into());
        }
        if edit.ahead.has_report(edit.tx, &edit.street, report.id)? {
            let known = reports::get(edit.tx, &edit.street, report.id)?;
            return saved_twice(known.is_none_or(|known| known.report == report));
        }
        valid(domain::validate::report(&report))?;
        self.may(Permission::CaptureReports)?;
        let case = self.open_case(&Opening {
            what: "report",
            category: &report.category,
            answer: report.answer.as_deref(),
            text: &report.text,
            place: self.placed(report.place.clone())?,
            photos: &report.photos,
            author: mutation.author,
            report: Some(report.id),
            need: None,
            household: None,
            captured_at: report.captured_at,
            mutation: mutation.id,
        })?;
        let record = ReportRecord {
            report,
            case,
            first_case: case,
            author: mutation.author,
            device: self.device,
            received_at: edit.now,
            withdrawn_at: None,
        };
        reports::insert(edit.tx, &edit.street, &record)?;
        Ok(Verdict::Applied)
    }

    /// Text and photos added later; taken in every state.
    pub(super) fn add_note(&self, mutation: &Mutation, note: ReportNote) -> Outcome<Verdict> {
        let edit = self.edit;
        self.may(Permission::CaptureReports)?;
        valid(domain::validate::note(&note))?;
        let record = self.own_report(mutation, note.report)?;
        photos::add(
            edit.tx,
            &edit.street,
            Subject::Case(record.case),
            &note.photos,
            Some(mutation.author),
        )?;
        let entry = TimelineEntry {
            text: note.text,
            photos: note.photos,
            captured_at: Some(note.captured_at),
            ..self.entry("note", record.case)?
        };
        timeline::append(
            edit.tx,
            &edit.street,
            record.case,
            &entry,
            Some(note.report),
            Some(mutation.id),
        )?;
        edit.touch(RowType::Case, record.case);
        Ok(Verdict::Applied)
    }

    /// Taken back within ten minutes. The case ends with its last report, unless somebody has dealt with it already.
    pub(super) fn withdraw_report(&self, mutation: &Mutation, withdrawal: ReportWithdrawal) -> Outcome<Verdict> {
        let edit = self.edit;
        self.may(Permission::CaptureReports)?;
        let record = self.own_report(mutation, withdrawal.report)?;
        if record.withdrawn_at.is_some() {
            return Ok(Verdict::Applied);
        }
        let waited = withdrawal.captured_at.0.saturating_sub(record.report.captured_at.0);
        if !(0..=WITHDRAW_MS).contains(&waited) {
            return Err(ErrorCode::WithdrawWindowOver.into());
        }
        reports::withdraw(edit.tx, &edit.street, withdrawal.report, edit.now)?;
        let entry = TimelineEntry {
            text: withdrawal.reason.clone(),
            captured_at: Some(withdrawal.captured_at),
            ..self.entry("withdraw", record.case)?
        };
        timeline::append(
            edit.tx,
            &edit.street,
            record.case,
            &entry,
            Some(withdrawal.report),
            Some(mutation.id),
        )?;
        edit.touch(RowType::Case, record.case);
        let left = reports::of_case(edit.tx, &edit.street, record.case)?
            .iter()
            .any(|it| it.withdrawn_at.is_none());
        if !left {
            let said = Said {
                captured_at: Some(withdrawal.captured_at),
                mutation: Some(mutation.id),
            };
            withdraw_case(edit, record.case, &withdrawal.reason, said)?;
        }
        Ok(Verdict::Applied)
    }

    fn own_report(&self, mutation: &Mutation, report: domain::ReportId) -> Outcome<ReportRecord> {
        if report.0 != mutation.entity {
            return Err(ErrorCode::BadRequest.into());
        }
        let edit = self.edit;
        let record = reports::get(edit.tx, &edit.street, report)?.ok_or(ErrorCode::NotFound)?;
        if record.author == mutation.author {
            Ok(record)
        } else {
            Err(ErrorCode::OutOfScope.into())
        }
    }

    /// A step of the phone's person in a case as it stands.
    pub(super) fn entry(&self, what: &str, case: CaseId) -> Outcome<TimelineEntry> {
        let edit = self.edit;
        let record = cases::get(edit.tx, &edit.street, case)?.ok_or(ErrorCode::NotFound)?;
        Ok(TimelineEntry {
            what: what.to_owned(),
            actor: Some(self.user),
            actor_label: edit.known.person(self.user)?.label.clone(),
            queue: None,
            at: edit.now,
            captured_at: None,
            state: record.state,
            text: String::new(),
            reason: None,
            suggested: None,
            photos: Vec::new(),
        })
    }

    /// Refuses a person who was switched off or may not do this at all.
    pub(super) fn may(&self, permission: Permission) -> Outcome<()> {
        let person = self.edit.known.person(self.user)?;
        if person.roles.iter().flatten().any(|role| role.may(permission)) {
            Ok(())
        } else {
            Err(ErrorCode::OutOfScope.into())
        }
    }

    /// Refuses work in a grid that was not the author's when it was made, with 72 hours of grace after a move.
    pub(super) fn works_in(&self, grid: &GridId, mutation: &Mutation) -> Outcome<()> {
        let edit = self.edit;
        let made_at = self.made_at(mutation);
        let community = edit.known.grid(grid)?.map(|row| row.community.clone());
        let covers = |posting: &areas::Posting| match posting.kind {
            AreaKind::Grid => posting.area == grid.0,
            AreaKind::Community => community.as_ref().is_some_and(|community| posting.area == community.0),
            AreaKind::Queue => false,
        };
        let person = edit.known.person(self.user)?;
        let held = person
            .postings
            .iter()
            .any(|it| covers(it) && it.to.is_none_or(|to| made_at.0 <= to.0 + GRACE_MS));
        if held {
            Ok(())
        } else {
            Err(ErrorCode::OutOfScope.into())
        }
    }

    /// Finds the grid of a position where the phone could not, because it had no borders yet or old ones.
    fn placed(&self, place: Place) -> Outcome<Place> {
        let edit = self.edit;
        let known = match &place.grid {
            Some(grid) => edit.known.grid(grid)?.is_some(),
            None => false,
        };
        let point = place
            .chosen
            .as_ref()
            .filter(|claim| claim.source != PlaceSource::Address);
        let (false, Some(claim)) = (known, point) else {
            return Ok(if known { place } else { Place { grid: None, ..place } });
        };
        let index = GridIndex::new(&grids::all(edit.tx, &edit.street)?);
        let (grid, other_grid) = match index.locate(claim.point, claim.accuracy_m) {
            Location::Inside(grid) => (Some(grid), None),
            Location::Border { first, second } => (Some(first), Some(second)),
            Location::Outside => (None, None),
        };
        Ok(Place {
            grid,
            other_grid,
            ..place
        })
    }
}
