mod orders;

use super::clocks::{self, ClockChange};
use super::rights::Seat;
use super::table::target;
use super::{Actor, AssistState, CaseFacts};
use crate::case::{Action, ActionName, CloseReason};
use crate::catalog::TRIAGE;
use crate::{CaseId, CaseState, PhotoRole, QueueId, ReceivedAt};

pub use orders::{OrderChange, OrderEnd};

/// What an act changes. The caller stores `after`, applies the order and clock changes, and works out the due times
/// that follow from them (`due_at`, `extend_until`, `return_until` of `after` are as before, but for an extension).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effects {
    /// The case with the act done.
    pub after: CaseFacts,
    /// The queue the author acted for.
    pub acted_for: Option<QueueId>,
    /// Changes of orders, in this sequence.
    pub orders: Vec<OrderChange>,
    /// Changes of clocks, in this sequence.
    pub clocks: Vec<ClockChange>,
    /// How the case ended, when it was closed; `self_handled` already when it was handled on the spot.
    pub close_reason: Option<CloseReason>,
    /// The main case, when it was merged.
    pub merged_into: Option<CaseId>,
    /// When a suspended case wakes by itself.
    pub suspended_until: Option<ReceivedAt>,
}

pub(super) fn of(facts: &CaseFacts, action: &Action, actor: &Actor, seat: &Seat, now: ReceivedAt) -> Effects {
    let mut after = facts.clone();
    let (orders, clocks, acted_for) = match seat {
        Seat::Assist(queue) => {
            let clocks = assist(&mut after, action, queue);
            (orders::of_assist(action, queue), clocks, Some(queue.clone()))
        }
        Seat::Rule | Seat::Office | Seat::Lead | Seat::Field | Seat::Reporter | Seat::Onlooker => {
            apply(&mut after, action, actor, now);
            let acted_for = (*seat == Seat::Lead).then(|| facts.lead.clone());
            (
                orders::between(facts, &after, action),
                clocks::of(facts, action, &after),
                acted_for,
            )
        }
    };
    if bumps(facts, &after) {
        after.state_rev = facts.state_rev.saturating_add(1);
    }
    Effects {
        after,
        acted_for,
        orders,
        clocks,
        close_reason: close_reason(action),
        merged_into: if let Action::Merge { into } = action {
            Some(*into)
        } else {
            None
        },
        suspended_until: if let Action::Suspend { until, .. } = action {
            Some(*until)
        } else {
            None
        },
    }
}

/// A remark, a progress note, proof of safety and a helper's own order do not make others' acts stale.
fn bumps(before: &CaseFacts, after: &CaseFacts) -> bool {
    before.state != after.state
        || before.lead != after.lead
        || before.due_at != after.due_at
        || before.returned_by != after.returned_by
}

/// A helping queue's act on its own order, or its proof of safety for the whole case.
fn assist(after: &mut CaseFacts, action: &Action, queue: &QueueId) -> Vec<ClockChange> {
    let name = action.name();
    if name == ActionName::MakeSafe {
        after.made_safe = true;
        return vec![ClockChange::Done(crate::clock::Stage::MakeSafe)];
    }
    let states = [
        (ActionName::Accept, AssistState::Accepted),
        (ActionName::Return, AssistState::Returned),
        (ActionName::Resolve, AssistState::Resolved),
    ];
    let Some((_, state)) = states.into_iter().find(|(act, _)| *act == name) else {
        return Vec::new();
    };
    if let Some(assist) = after.assists.iter_mut().find(|assist| assist.queue == *queue) {
        assist.state = state;
    }
    Vec::new()
}

fn close_reason(action: &Action) -> Option<CloseReason> {
    if let Action::Close { reason, .. } = action {
        return Some(*reason);
    }
    matches!(action, Action::SelfHandle { .. }).then_some(CloseReason::SelfHandled)
}

fn apply(case: &mut CaseFacts, action: &Action, actor: &Actor, now: ReceivedAt) {
    let before = case.state;
    // `act` has asked the table already; an act that it refuses never comes here.
    case.state = target(before, action.name()).unwrap_or(before);
    match action {
        Action::Merge { .. } => case.state_before_merge = Some(before),
        Action::Unmerge => case.state = case.state_before_merge.take().unwrap_or(CaseState::Submitted),
        Action::Dispatch { lead, assists, .. } => dispatch(case, lead, assists),
        Action::FinalDispatch {
            lead,
            assists,
            mandatory,
            ..
        } => ruled(case, lead, assists, mandatory),
        Action::Transfer { lead, assists, .. } => transfer(case, lead, assists),
        Action::Return { .. } => give_back(case),
        Action::Refer { .. } => case.lead = TRIAGE.into(),
        Action::MakeSafe { .. } => case.made_safe = true,
        Action::Extend { until, .. } => {
            case.due_at = Some(*until);
            case.extensions = case.extensions.saturating_add(1);
        }
        Action::SelfHandle { photos, .. } | Action::Resolve { photos, .. } => {
            case.handler = actor.user;
            case.resolved_at = Some(now);
            case.after_photo = photos.iter().any(|photo| photo.role == PhotoRole::After);
            case.checked = false;
        }
        Action::AnswerClosureCheck { done, .. } => {
            case.checked = *done;
            if !*done {
                rework(case);
            }
        }
        Action::Rework { .. } => rework(case),
        Action::Close { .. } => case.closed_at = Some(now),
        Action::Reopen { .. } => reopen(case),
        Action::AddAssist { queue, mandatory, .. } => orders::add_assist(case, queue, *mandatory),
        Action::ReleaseAssist { queue, .. } => orders::end_assist(case, queue),
        Action::AskCheck { .. }
        | Action::AnswerCheck { .. }
        | Action::CheckExpired
        | Action::Open
        | Action::Reject { .. }
        | Action::Accept
        | Action::Progress { .. }
        | Action::Suspend { .. }
        | Action::Wake
        | Action::AskClosureCheck { .. }
        | Action::Void { .. }
        | Action::Comment { .. } => {}
    }
    if !case.state.is_open() {
        orders::end_all_assists(case);
    }
}

/// A dispatch with a fresh limit.
fn dispatch(case: &mut CaseFacts, lead: &QueueId, assists: &[QueueId]) {
    case.lead = lead.clone();
    case.extensions = 0;
    case.final_dispatch = false;
    orders::set_assists(case, assists);
}

/// A dispatch that cannot be returned. Of those who gave it back, all but its lead now had been the wrong address.
fn ruled(case: &mut CaseFacts, lead: &QueueId, assists: &[QueueId], mandatory: &[QueueId]) {
    let others = case.returned_by.iter().filter(|queue| *queue != lead);
    case.wrong_dispatch = others.cloned().collect();
    dispatch(case, lead, assists);
    orders::make_mandatory(case, mandatory);
    case.final_dispatch = true;
}

/// Sending it elsewhere agrees that the dispatch was wrong; sending it back does not.
fn transfer(case: &mut CaseFacts, lead: &QueueId, assists: &[QueueId]) {
    let returner = case.returned_by.last().cloned();
    if returner.as_ref() == Some(lead) {
        case.lead = lead.clone();
        orders::set_assists(case, assists);
        return;
    }
    case.wrong_dispatch.extend(returner);
    dispatch(case, lead, assists);
}

/// The second return in a case goes to the head of the office by itself: no third queue is tried.
fn give_back(case: &mut CaseFacts) {
    if !case.returned_by.is_empty() {
        case.state = CaseState::InRuling;
    }
    case.returned_by.push(core::mem::replace(&mut case.lead, TRIAGE.into()));
}

fn rework(case: &mut CaseFacts) {
    case.state = CaseState::Rework;
    case.resolved_at = None;
    case.checked = false;
}

/// Same number, same lead. A case handled on the spot before any queue had it goes back to triage.
fn reopen(case: &mut CaseFacts) {
    if case.lead.as_str() == TRIAGE {
        case.state = CaseState::Opened;
    }
    case.closed_at = None;
    case.resolved_at = None;
    case.checked = false;
    case.extensions = 0;
}
