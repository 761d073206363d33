use crate::case::Action;
use crate::case::machine::{AssistFacts, AssistState, CaseFacts};
use crate::{CaseState, QueueId};

/// How an order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderEnd {
    /// The queue, or the worker on the spot, says it is done.
    Resolved,
    /// The queue gave it back.
    Returned,
    /// Taken back for a ruling, or given to another queue.
    Withdrawn,
    /// Let go by triage.
    Released,
    /// The case ended without it.
    Cancelled,
}

/// A change of one order. There is never more than one open lead order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderChange {
    /// A lead order begins.
    OpenLead(QueueId),
    /// The open lead order is taken.
    AcceptLead(QueueId),
    /// The open lead order ends.
    EndLead(QueueId, OrderEnd),
    /// An assist order begins.
    OpenAssist {
        /// The queue.
        queue: QueueId,
        /// True when the lead may not resolve before it.
        mandatory: bool,
    },
    /// An open assist order is taken.
    AcceptAssist(QueueId),
    /// An open assist order ends.
    EndAssist(QueueId, OrderEnd),
}

/// The order changes of a helping queue's own act.
pub(super) fn of_assist(action: &Action, queue: &QueueId) -> Vec<OrderChange> {
    let ended = |how| vec![OrderChange::EndAssist(queue.clone(), how)];
    if matches!(action, Action::Accept) {
        vec![OrderChange::AcceptAssist(queue.clone())]
    } else if matches!(action, Action::Return { .. }) {
        ended(OrderEnd::Returned)
    } else if matches!(action, Action::Resolve { .. }) {
        ended(OrderEnd::Resolved)
    } else {
        Vec::new()
    }
}

/// The order changes between a case before and after an act.
pub(super) fn between(before: &CaseFacts, after: &CaseFacts, action: &Action) -> Vec<OrderChange> {
    let mut changes = Vec::new();
    let (had, has) = (has_lead_order(before.state), has_lead_order(after.state));
    let same = had && has && before.lead == after.lead;
    if had && !same {
        changes.push(OrderChange::EndLead(before.lead.clone(), lead_end(action)));
    }
    if has && !same {
        changes.push(OrderChange::OpenLead(after.lead.clone()));
        if after.state == CaseState::Rework {
            changes.push(OrderChange::AcceptLead(after.lead.clone()));
        }
    }
    if matches!(action, Action::Accept) {
        changes.push(OrderChange::AcceptLead(after.lead.clone()));
    }
    changes.extend(assists_between(before, after));
    changes
}

/// States in which the lead queue has an open order.
const fn has_lead_order(state: CaseState) -> bool {
    matches!(
        state,
        CaseState::Dispatched | CaseState::Accepted | CaseState::Suspended | CaseState::Rework
    )
}

const fn lead_end(action: &Action) -> OrderEnd {
    if matches!(action, Action::Return { .. }) {
        OrderEnd::Returned
    } else if matches!(action, Action::Resolve { .. } | Action::SelfHandle { .. }) {
        OrderEnd::Resolved
    } else if matches!(action, Action::Void { .. }) {
        OrderEnd::Cancelled
    } else {
        OrderEnd::Withdrawn
    }
}

fn assists_between<'a>(before: &'a CaseFacts, after: &'a CaseFacts) -> impl Iterator<Item = OrderChange> + 'a {
    let ends = before
        .assists
        .iter()
        .filter(|assist| assist.state.is_open() && !after.open_assist(&assist.queue));
    let how = if after.state.is_open() {
        OrderEnd::Released
    } else {
        OrderEnd::Cancelled
    };
    let opens = after
        .assists
        .iter()
        .filter(|assist| assist.state.is_open() && !before.open_assist(&assist.queue));
    ends.map(move |assist| OrderChange::EndAssist(assist.queue.clone(), how))
        .chain(opens.map(|assist| OrderChange::OpenAssist {
            queue: assist.queue.clone(),
            mandatory: assist.mandatory,
        }))
}

/// The helping queues are these from now on; one that helps already goes on helping.
pub(super) fn set_assists(case: &mut CaseFacts, queues: &[QueueId]) {
    for assist in &mut case.assists {
        if !queues.contains(&assist.queue) && assist.state.is_open() {
            assist.state = AssistState::Released;
        }
    }
    for queue in queues {
        if *queue != case.lead && !case.open_assist(queue) {
            add_assist(case, queue, false);
        }
    }
}

/// The lead waits for these helping queues from now on.
pub(super) fn make_mandatory(case: &mut CaseFacts, queues: &[QueueId]) {
    let helping = case.assists.iter_mut().filter(|assist| assist.state.is_open());
    helping
        .filter(|assist| queues.contains(&assist.queue))
        .for_each(|assist| assist.mandatory = true);
}

pub(super) fn add_assist(case: &mut CaseFacts, queue: &QueueId, mandatory: bool) {
    case.assists.retain(|assist| assist.queue != *queue);
    case.assists.push(AssistFacts {
        queue: queue.clone(),
        mandatory,
        state: AssistState::Sent,
    });
}

pub(super) fn end_assist(case: &mut CaseFacts, queue: &QueueId) {
    for assist in case.assists.iter_mut().filter(|assist| assist.queue == *queue) {
        // A helper that gave its order back no longer holds up the lead either, once triage lets it go.
        if assist.state != AssistState::Resolved {
            assist.state = AssistState::Released;
        }
    }
}

pub(super) fn end_all_assists(case: &mut CaseFacts) {
    for assist in case.assists.iter_mut().filter(|assist| assist.state.is_open()) {
        assist.state = AssistState::Released;
    }
}
