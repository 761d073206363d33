//! A new case: made from a report or a need, routed, and where that is on dispatched at once.

use domain::case::machine::Actor;
use domain::catalog::TRIAGE;
use domain::clock::Stage;
use domain::routing::{Decision, RoutingInput, route};
use domain::view::{GridRow, TimelineEntry};
use domain::{
    Action, CapturedAt, CaseId, CaseState, CategoryId, ErrorCode, HouseholdId, MutationId, NeedId, PhotoManifest,
    Place, ReportId, UserId,
};

use super::Intake;
use super::act::Said;
use super::hand::InHand;
use crate::Outcome;
use crate::store::Edit;
use crate::store::case_memory::CaseMemory;
use crate::store::cases::CaseRecord;

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
            Some(grid) => edit.known.grid(grid)?,
            None => None,
        };
        let decision = decide(edit, &asked(opening), grid.as_deref())?;
        let case = self.submitted(opening, grid.as_deref(), &decision);
        let mut hand = InHand::new(edit, self.street()?, case);
        hand.start(Stage::Triage);
        hand.note(self.first_step(opening)?, opening.report, Some(opening.mutation));
        if decision.auto_dispatch {
            let said = Said {
                captured_at: None,
                mutation: Some(opening.mutation),
            };
            dispatch_by_rule(&mut hand, &decision, said)?;
        }
        let case = hand.insert()?;
        let id = case.id;
        edit.opened(case);
        Ok(id)
    }

    fn first_step(&self, opening: &Opening<'_>) -> Outcome<TimelineEntry> {
        Ok(TimelineEntry {
            what: opening.what.to_owned(),
            actor: Some(opening.author),
            actor_label: self.edit.known.person(opening.author)?.label.clone(),
            queue: None,
            at: self.edit.now,
            captured_at: Some(opening.captured_at),
            state: CaseState::Submitted,
            text: opening.text.to_owned(),
            reason: None,
            suggested: None,
            photos: opening.photos.to_vec(),
        })
    }

    /// The case before anybody looked at it: it waits at the triage desk, with the suggestion in its reason.
    fn submitted(&self, opening: &Opening<'_>, grid: Option<&GridRow>, decision: &Decision) -> CaseRecord {
        let now = self.edit.now;
        CaseRecord {
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
        }
    }
}

/// What a decision about the queue rests on, beside the street and its queues.
pub(super) struct Asked<'a> {
    pub(super) category: &'a CategoryId,
    pub(super) answer: Option<&'a str>,
    pub(super) text: &'a str,
    pub(super) place: &'a Place,
}

fn asked<'a>(opening: &'a Opening<'_>) -> Asked<'a> {
    Asked {
        category: opening.category,
        answer: opening.answer,
        text: opening.text,
        place: &opening.place,
    }
}

/// Which queue it goes to, by the rules as they are now.
pub(super) fn decide(edit: &Edit<'_>, asked: &Asked<'_>, grid: Option<&GridRow>) -> Outcome<Decision> {
    Ok(route(&RoutingInput {
        category: asked.category,
        answer: asked.answer,
        grid,
        other_grid: asked.place.other_grid.clone(),
        community: None,
        text: asked.text,
        street: edit.known.street()?.ok_or(ErrorCode::NotFound)?,
        queues: edit.known.queues()?,
    }))
}

/// Opens the order and sends it, as the category's rule says; the clocks start.
pub(super) fn dispatch_by_rule(hand: &mut InHand<'_, '_>, decision: &Decision, said: Said) -> Outcome<()> {
    let (lead, assists) = (decision.reason.lead.clone(), decision.reason.assists.clone());
    let dispatch = Action::Dispatch {
        lead,
        assists,
        note: String::new(),
    };
    hand.act(&Action::Open, &Actor::rule(), said)?;
    hand.act(&dispatch, &Actor::rule(), said)
}
