//! A case at a border that the office puts into the other of its two grids: who looks after it is decided again, by the
//! rules that decided the first time.

use domain::routing::Decision;
use domain::view::{GridRow, TimelineEntry};
use domain::{CaseState, ErrorCode, GridId, Place, QueueId, UserId};

use super::act::{Said, touch};
use super::hand::InHand;
use super::open::{Asked, decide, dispatch_by_rule};
use crate::Outcome;
use crate::store::cases::CaseRecord;
use crate::store::{Edit, orders};

/// What the timeline gives as the reason where a queue has or had an order already: nothing but the place changes.
pub const ORDERS_KEPT: &str = "orders_kept";

/// Moves a case to the other of its two grids. One that was never dispatched is routed again, and sent at once where
/// the rules say so; the clock of the triage desk runs on. The timeline says which.
///
/// # Errors
/// [`ErrorCode::NotFound`] for an unknown grid; what the engine reports.
pub fn move_case(edit: &Edit<'_>, user: UserId, case: CaseRecord, grid: GridId) -> Outcome<()> {
    let street = edit.known.street()?.ok_or(ErrorCode::NotFound)?;
    let row = edit.known.grid(&grid)?.ok_or(ErrorCode::NotFound)?;
    let mut hand = InHand::load(edit, street, moved(case, &row))?;
    let decision = if is_sent(edit, &hand.case)? {
        None
    } else {
        Some(routed_again(edit, &hand.case, &row)?)
    };
    if let Some(decision) = &decision {
        take_over(&mut hand.case, decision);
    }
    let label = edit.known.person(user)?.label.clone();
    hand.note(step(&hand.case, user, label, decision.as_ref(), edit), None, None);
    if let Some(decision) = &decision
        && decision.auto_dispatch
        && hand.case.state == CaseState::Submitted
    {
        dispatch_by_rule(&mut hand, decision, Said::default())?;
    }
    let case = hand.update()?;
    touch(edit, &case)
}

fn moved(case: CaseRecord, row: &GridRow) -> CaseRecord {
    let place = Place {
        other_grid: case.place.grid.clone(),
        grid: Some(row.id.clone()),
        ..case.place.clone()
    };
    CaseRecord {
        place,
        community: Some(row.community.clone()),
        ..case
    }
}

/// True when a queue has or had an order, or the case has ended: then the decision of that time stands.
fn is_sent(edit: &Edit<'_>, case: &CaseRecord) -> Outcome<bool> {
    Ok(!case.state.is_open() || !orders::queues_of_case(edit.tx, &edit.street, case.id)?.is_empty())
}

fn routed_again(edit: &Edit<'_>, case: &CaseRecord, row: &GridRow) -> Outcome<Decision> {
    let asked = Asked {
        category: &case.category,
        answer: case.facts.answer.as_deref(),
        text: &case.text,
        place: &case.place,
    };
    decide(edit, &asked, Some(row))
}

/// A new owner makes stale what somebody is about to send to the old one. A worker who was asked to look has no part in
/// that: the answer must still be taken.
fn take_over(case: &mut CaseRecord, decision: &Decision) {
    let owner_changed = case.routing.lead != decision.reason.lead || case.routing.assists != decision.reason.assists;
    if owner_changed && case.state != CaseState::PrefileCheck {
        case.state_rev = case.state_rev.saturating_add(1);
    }
    case.routing = decision.reason.clone();
    case.urgency = decision.urgency;
}

fn step(case: &CaseRecord, user: UserId, label: String, decision: Option<&Decision>, edit: &Edit<'_>) -> TimelineEntry {
    let (reason, suggested): (String, Option<QueueId>) = match decision {
        Some(decision) => (decision.reason.rule.clone(), Some(decision.reason.lead.clone())),
        None => (ORDERS_KEPT.to_owned(), None),
    };
    TimelineEntry {
        what: "place".to_owned(),
        actor: Some(user),
        actor_label: label,
        queue: None,
        at: edit.now,
        captured_at: None,
        state: case.state,
        text: String::new(),
        reason: Some(reason),
        suggested,
        photos: Vec::new(),
    }
}
