//! A new case: made from a report or a need, routed, and where that is on dispatched at once.

use domain::catalog::{self, TRIAGE};
use domain::clock::{Stage, WorkingTime};
use domain::protocol::RowType;
use domain::routing::{Decision, RoutingInput, route};
use domain::view::{GridRow, TimelineEntry};
use domain::{
    CapturedAt, CaseId, CaseState, CategoryId, HouseholdId, MutationId, NeedId, OrderId, PhotoManifest, Place, ReportId,
    UserId,
};

use super::Intake;
use crate::Outcome;
use crate::store::cases::{self, CaseRecord};
use crate::store::orders::{self, OrderRecord};
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
        let case = self.submitted(opening, grid.as_ref(), &decision)?;
        let id = case.id;
        cases::insert(edit.tx, &edit.street, &case)?;
        photos::add(edit.tx, &edit.street, Subject::Case(id), opening.photos, Some(opening.author))?;
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
        timeline::append(edit.tx, &edit.street, id, &entry, opening.report, Some(opening.mutation))?;
        edit.number(id);
        edit.touch(RowType::Case, id);
        edit.touch(RowType::CaseOutline, id);
        if decision.auto_dispatch {
            self.dispatch_by_rule(case, &decision, opening)?;
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
        let times = WorkingTime::of_street(self.street()?);
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
            stage_due: times.stage_due(Stage::Triage, decision.urgency, decision.limits, now),
            due_at: None,
            resolved_at: None,
            closed_at: None,
            facts: serde_json::json!({ "answer": opening.answer }),
        })
    }

    /// Opens the order and sends it, as the category's rule says; the clocks start.
    fn dispatch_by_rule(&self, case: CaseRecord, decision: &Decision, opening: &Opening<'_>) -> Outcome<()> {
        let edit = self.edit;
        let times = WorkingTime::of_street(self.street()?);
        let promised = catalog::category(opening.category).filter(|category| category.from_capture);
        let promise = promised.and_then(|_| decision.limits.resolve);
        let due_at = match promise {
            Some(limit) => Some(times.promise_due(opening.captured_at, edit.now, limit)),
            None => times.final_due(decision.limits, edit.now),
        };
        let case = CaseRecord {
            state: CaseState::Dispatched,
            state_rev: 3,
            lead_queue: decision.reason.lead.clone(),
            assists: decision.reason.assists.clone(),
            stage_due: times.stage_due(Stage::Accept, decision.urgency, decision.limits, edit.now),
            due_at,
            ..case
        };
        cases::update(edit.tx, &edit.street, &case)?;
        for (lead, queue) in std::iter::once((true, &case.lead_queue)).chain(case.assists.iter().map(|it| (false, it))) {
            let order = OrderRecord {
                id: OrderId(edit.ids.uuid()),
                case: case.id,
                queue: queue.clone(),
                lead,
                note: String::new(),
                final_dispatch: false,
                opened_at: edit.now,
                accepted_at: None,
                closed_at: None,
                outcome: None,
            };
            orders::insert(edit.tx, &edit.street, &order)?;
        }
        for (what, state) in [("open", CaseState::Opened), ("dispatch", CaseState::Dispatched)] {
            let entry = TimelineEntry {
                what: what.to_owned(),
                actor: None,
                actor_label: decision.reason.rule.clone(),
                queue: (state == CaseState::Dispatched).then(|| case.lead_queue.clone()),
                at: edit.now,
                captured_at: None,
                state,
                text: String::new(),
                reason: None,
                photos: Vec::new(),
            };
            timeline::append(edit.tx, &edit.street, case.id, &entry, None, Some(opening.mutation))?;
        }
        Ok(())
    }
}
