//! A case in hand: acts change it in memory, however many they are, and it is written once.

use domain::case::machine::{self, Actor, ClockChange, Effects, OrderChange};
use domain::clock::Stage;
use domain::view::{StreetRow, TimelineEntry};
use domain::{Action, CaseState, MutationId, PhotoManifest, ReportId, UserId};

use super::act::{Said, facts_in, known_things};
use super::clocks::Clocks;
use super::orders::change_orders;
use crate::Outcome;
use crate::store::case_memory::CaseMemory;
use crate::store::cases::{self, CaseRecord};
use crate::store::photos::{self, Subject};
use crate::store::{Edit, StoreError, timeline};

/// A step for the timeline, and what it comes from.
struct Noted {
    entry: TimelineEntry,
    report: Option<ReportId>,
    mutation: Option<MutationId>,
}

/// A case with what is to be written for it.
pub(super) struct InHand<'e, 't> {
    edit: &'e Edit<'t>,
    pub(super) case: CaseRecord,
    clocks: Clocks<'e>,
    orders: Vec<(Vec<OrderChange>, String)>,
    photos: Vec<(Vec<PhotoManifest>, Option<UserId>)>,
    noted: Vec<Noted>,
}

impl<'e, 't> InHand<'e, 't> {
    /// A case that is not stored yet.
    pub(super) fn new(edit: &'e Edit<'t>, street: &'e StreetRow, case: CaseRecord) -> Self {
        let clocks = Clocks::none(street, &case, edit.now);
        Self::with(edit, case, clocks)
    }

    /// A stored case.
    pub(super) fn load(edit: &'e Edit<'t>, street: &'e StreetRow, case: CaseRecord) -> Result<Self, StoreError> {
        let clocks = Clocks::load(edit.tx, street, &case, edit.now)?;
        Ok(Self::with(edit, case, clocks))
    }

    fn with(edit: &'e Edit<'t>, case: CaseRecord, clocks: Clocks<'e>) -> Self {
        Self {
            edit,
            case,
            clocks,
            orders: Vec::new(),
            photos: Vec::new(),
            noted: Vec::new(),
        }
    }

    /// Starts the clock of a stage.
    pub(super) fn start(&mut self, stage: Stage) {
        self.clocks.change(&[ClockChange::Start(stage)], &mut self.case);
    }

    /// Adds a step to the timeline, with its photos to the case.
    pub(super) fn note(&mut self, entry: TimelineEntry, report: Option<ReportId>, mutation: Option<MutationId>) {
        self.photos.push((entry.photos.clone(), entry.actor));
        self.noted.push(Noted {
            entry,
            report,
            mutation,
        });
    }

    /// Does one act: state, orders, clocks, timeline, photos.
    pub(super) fn act(&mut self, action: &Action, actor: &Actor, said: Said) -> Outcome<()> {
        let effects = machine::act(&facts_in(self.edit, &self.case)?, action, actor, self.edit.now)?;
        known_things(self.edit, &self.case, action)?;
        apply(&mut self.case, &effects);
        self.clocks.change(&effects.clocks, &mut self.case);
        let note = if is_sent(action) { action.text() } else { "" };
        let entry = self.entry(action, actor, &effects, said)?;
        self.orders.push((effects.orders, note.to_owned()));
        self.note(entry, None, said.mutation);
        Ok(())
    }

    fn entry(&self, action: &Action, actor: &Actor, effects: &Effects, said: Said) -> Outcome<TimelineEntry> {
        let sent = is_sent(action);
        Ok(TimelineEntry {
            what: action.name().as_str().to_owned(),
            actor: actor.user,
            actor_label: match actor.user {
                Some(user) => self.edit.known.person(user)?.label.clone(),
                None => String::new(),
            },
            queue: if sent {
                Some(self.case.lead_queue.clone())
            } else {
                effects.acted_for.clone()
            },
            at: self.edit.now,
            captured_at: said.captured_at,
            state: self.case.state,
            text: action.text().to_owned(),
            reason: action
                .reason()
                .or_else(|| (sent && actor.is_rule()).then(|| self.case.routing.rule.clone())),
            suggested: if let Action::Return { suggested, .. } = action {
                Some(suggested.clone())
            } else {
                None
            },
            photos: action.photos().to_vec(),
        })
    }

    /// Writes a new case.
    pub(super) fn insert(self) -> Outcome<CaseRecord> {
        cases::insert(self.edit.tx, &self.edit.street, &self.case)?;
        self.write(0)
    }

    /// Writes what changed of a stored case.
    pub(super) fn update(self) -> Outcome<CaseRecord> {
        let (tx, street) = (self.edit.tx, &self.edit.street);
        cases::update(tx, street, &self.case)?;
        let steps = timeline::count(tx, street, self.case.id)?;
        self.write(steps)
    }

    /// Everything but the case's own row; `steps` of its timeline are stored already.
    fn write(self, steps: u32) -> Outcome<CaseRecord> {
        let (tx, street, case) = (self.edit.tx, &self.edit.street, self.case);
        self.clocks.save(tx, street, &case)?;
        for (changes, note) in &self.orders {
            change_orders(self.edit, &case, changes, note)?;
        }
        for (photos, author) in &self.photos {
            photos::add(tx, street, Subject::Case(case.id), photos, *author)?;
        }
        for (noted, n) in self.noted.iter().zip(steps + 1..) {
            timeline::insert(tx, street, case.id, n, &noted.entry, noted.report, noted.mutation)?;
        }
        Ok(case)
    }
}

fn is_sent(action: &Action) -> bool {
    matches!(
        action,
        Action::Dispatch { .. } | Action::Transfer { .. } | Action::FinalDispatch { .. }
    )
}

/// The case's columns after an act.
fn apply(case: &mut CaseRecord, effects: &Effects) {
    let facts = &effects.after;
    let ended = matches!(
        facts.state,
        CaseState::Resolved | CaseState::ClosureCheck | CaseState::Closed
    );
    let helping = facts.assists.iter().filter(|assist| assist.state.is_open());
    case.state = facts.state;
    case.state_rev = facts.state_rev;
    case.close_reason = effects.close_reason.or(case.close_reason.filter(|_| ended));
    case.lead_queue = facts.lead.clone();
    case.assists = helping.map(|assist| assist.queue.clone()).collect();
    case.merged_into = effects
        .merged_into
        .or(case.merged_into.filter(|_| facts.state == CaseState::Merged));
    case.due_at = facts.due_at;
    case.resolved_at = facts.resolved_at;
    case.closed_at = facts.closed_at;
    case.suspended_until = effects
        .suspended_until
        .or(case.suspended_until)
        .filter(|_| facts.state == CaseState::Suspended);
    case.facts = CaseMemory {
        assists: facts.assists.iter().map(Into::into).collect(),
        handler: facts.handler,
        return_until: facts.return_until,
        extend_until: facts.extend_until,
        extensions: facts.extensions,
        made_safe: facts.made_safe,
        final_dispatch: facts.final_dispatch,
        returned_by: facts.returned_by.clone(),
        wrong_dispatch: facts.wrong_dispatch.clone(),
        after_photo: facts.after_photo,
        checked: facts.checked,
        state_before_merge: facts.state_before_merge,
        answer: case.facts.answer.take(),
    };
}
