//! A new case: made from a report or a need, routed, and where that is on dispatched at once.

use domain::case::machine::{Actor, ClockChange};
use domain::catalog::TRIAGE;
use domain::clock::Stage;
use domain::protocol::RowType;
use domain::routing::{Decision, RoutingInput, route};
use domain::view::{GridRow, TimelineEntry};
use domain::{
    Action, CapturedAt, CaseId, CaseState, CategoryId, HouseholdId, MutationId, NeedId, PhotoManifest, Place, ReportId,
    UserId,
};

use super::Intake;
use super::act::{Said, perform};
use super::clocks::Clocks;
use crate::Outcome;
use crate::store::case_memory::CaseMemory;
use crate::store::cases::{self, CaseRecord};
use crate::store::photos::{self, Subject};
use crate::store::{areas, grids, timeline};

/// What a case is made from.
pub(super) struct Opening<'o> {
    /// `report` or `need`, as the timeline says it.
    pub(super) what: &'static str,
    pub(super) category: &'o CategoryId,
    pub(super) answer: Option<&'o str>,
    pub(super) text: &'o str,
    pub(super) place: Place,
    pub(super) photos: &'o [PhotoManifest],
    pub(super) author: UserId,
    pub(super) report: Option<ReportId>,
    pub(super) need: Option<NeedId>,
    pub(super) household: Option<HouseholdId>,
    pub(super) captured_at: CapturedAt,
    pub(super) mutation: MutationId,
}

impl Intake<'_, '_> {
    /// Opens a case and returns its name.
    pub(super) fn open_case(&self, opening: &Opening<'_>) -> Outcome<CaseId> {
        let edit = self.edit;
        let grid = match &opening.place.grid {
            Some(grid) => grids::get(edit.tx, &edit.street, grid)?,
            None => None,
        };
        let decision = self.decide(opening, grid.as_ref())?;
        let mut case = self.submitted(opening, grid.as_ref(), &decision)?;
        let id = case.id;
        let mut clocks = Clocks::load(edit.tx, self.street()?, &case, edit.now)?;
        clocks.change(&[ClockChange::Start(Stage::Triage)], &mut case);
        clocks.save(edit.tx, &edit.street, &case)?;
        cases::insert(edit.tx, &edit.street, &case)?;
        photos::add(
            edit.tx,
            &edit.street,
            Subject::Case(id),
            opening.photos,
            Some(opening.author),
        )?;
        let entry = TimelineEntry {
            what: opening.what.to_owned(),
            actor: Some(opening.author),
            actor_label: areas::label(edit.tx, &edit.street, opening.author)?,
            queue: None,
            at: edit.now,
            captured_at: Some(opening.captured_at),
            state: CaseState::Submitted,
            text: opening.text.to_owned(),
            reason: None,
            photos: opening.photos.to_vec(),
        };
        timeline::append(
            edit.tx,
            &edit.street,
            id,
            &entry,
            opening.report,
            Some(opening.mutation),
        )?;
        edit.number(id);
        edit.touch(RowType::Case, id);
        edit.touch(RowType::CaseOutline, id);
        if decision.auto_dispatch {
            self.dispatch_by_rule(case, &decision, opening.mutation)?;
        }
        Ok(id)
    }

    fn decide(&self, opening: &Opening<'_>, grid: Option<&GridRow>) -> Outcome<Decision> {
        Ok(route(&RoutingInput {
            category: opening.category,
            answer: opening.answer,
            grid,
            other_grid: opening.place.other_grid.clone(),
            community: None,
            text: opening.text,
            street: self.street()?,
            queues: self.queues()?,
        }))
    }

    /// The case before anybody looked at it: it waits at the triage desk, with the suggestion in its reason.
    fn submitted(&self, opening: &Opening<'_>, grid: Option<&GridRow>, decision: &Decision) -> Outcome<CaseRecord> {
        let now = self.edit.now;
        Ok(CaseRecord {
            id: CaseId(self.edit.ids.uuid()),
            number: None,
            state: CaseState::Submitted,
            state_rev: 1,
            close_reason: None,
            category: opening.category.clone(),
            urgency: decision.urgency,
            lead_queue: TRIAGE.into(),
            assists: Vec::new(),
            routing: decision.reason.clone(),
            place: opening.place.clone(),
            community: grid.map(|grid| grid.community.clone()),
            text: opening.text.to_owned(),
            reporter: Some(opening.author),
            need: opening.need,
            household: opening.household,
            merged_into: None,
            captured_at: opening.captured_at,
            received_at: now,
            stage_due: None,
            due_at: None,
            resolved_at: None,
            closed_at: None,
            suspended_until: None,
            facts: CaseMemory {
                answer: opening.answer.map(str::to_owned),
                ..CaseMemory::default()
            },
        })
    }

    /// Opens the order and sends it, as the category's rule says; the clocks start.
    fn dispatch_by_rule(&self, case: CaseRecord, decision: &Decision, mutation: MutationId) -> Outcome<()> {
        let said = Said {
            captured_at: None,
            mutation: Some(mutation),
        };
        let (lead, assists) = (decision.reason.lead.clone(), decision.reason.assists.clone());
        let dispatch = Action::Dispatch {
            lead,
            assists,
            note: String::new(),
        };
        let case = perform(self.edit, self.street()?, case, &Action::Open, &Actor::rule(), said)?;
        perform(self.edit, self.street()?, case, &dispatch, &Actor::rule(), said)?;
        Ok(())
    }
}
