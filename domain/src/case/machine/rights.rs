use super::windows::{self, within};
use super::{Actor, CaseFacts};
use crate::case::ActionName;
use crate::protocol::ErrorCode;
use crate::{Permission, QueueId, ReceivedAt};

/// In what capacity somebody acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seat {
    /// A rule of the server.
    Rule,
    /// The office.
    Office,
    /// The lead queue.
    Lead,
    /// A helping queue, on its own order.
    Assist(QueueId),
    /// A worker in the field.
    Field,
    /// Whoever reported it.
    Reporter,
    /// Anybody who may see the case.
    Onlooker,
}

/// The helping queue this act is about, when the person acts for one and not for the lead.
pub(super) fn assist_of(facts: &CaseFacts, action: ActionName, actor: &Actor) -> Option<QueueId> {
    let of_a_queue = matches!(
        action,
        ActionName::Accept | ActionName::Return | ActionName::Progress | ActionName::Resolve
    );
    if !of_a_queue || !actor.may(Permission::WorkOrders) || actor.acts_for(&facts.lead) {
        return None;
    }
    let mut open = facts
        .assists
        .iter()
        .filter(|assist| assist.state.is_open())
        .map(|assist| &assist.queue);
    open.find(|queue| actor.acts_for(queue)).cloned()
}

/// In what capacity this person may do that, or the code of the refusal.
pub(super) fn seat(facts: &CaseFacts, action: ActionName, actor: &Actor, now: ReceivedAt) -> Result<Seat, ErrorCode> {
    if actor.is_rule() {
        return rule(facts, action, now);
    }
    match action {
        ActionName::AskCheck
        | ActionName::CheckExpired
        | ActionName::Open
        | ActionName::Reject
        | ActionName::Merge
        | ActionName::Unmerge
        | ActionName::Dispatch
        | ActionName::Transfer
        | ActionName::Refer
        | ActionName::Extend
        | ActionName::Suspend
        | ActionName::Wake
        | ActionName::AskClosureCheck
        | ActionName::Close
        | ActionName::AddAssist
        | ActionName::ReleaseAssist => having(actor, Permission::Triage, Seat::Office),
        ActionName::FinalDispatch => having(actor, Permission::Rule, Seat::Office),
        ActionName::AnswerCheck => having(actor, Permission::ActInField, Seat::Field),
        ActionName::AnswerClosureCheck => closure_check(facts, actor),
        ActionName::SelfHandle => self_handle(facts, actor),
        ActionName::Accept | ActionName::Return | ActionName::Progress | ActionName::Resolve => lead(facts, actor),
        ActionName::MakeSafe => lead(facts, actor).or_else(|code| make_safe_by_assist(facts, actor).ok_or(code)),
        ActionName::Rework | ActionName::Reopen => office_or_reporter(facts, actor),
        ActionName::Void => void(facts, actor, now),
        ActionName::Comment => Ok(Seat::Onlooker),
    }
}

fn having(actor: &Actor, permission: Permission, seat: Seat) -> Result<Seat, ErrorCode> {
    if actor.may(permission) {
        Ok(seat)
    } else {
        Err(ErrorCode::Forbidden)
    }
}

/// What a rule of the server may do by itself.
fn rule(facts: &CaseFacts, action: ActionName, now: ReceivedAt) -> Result<Seat, ErrorCode> {
    let by_rule = matches!(
        action,
        ActionName::CheckExpired
            | ActionName::Open
            | ActionName::Dispatch
            | ActionName::Accept
            | ActionName::Refer
            | ActionName::Wake
            | ActionName::Void
            | ActionName::Comment
    );
    let closes_itself = action == ActionName::Close && windows::may_close_itself(facts, now);
    if by_rule || closes_itself {
        Ok(Seat::Rule)
    } else {
        Err(ErrorCode::Forbidden)
    }
}

fn lead(facts: &CaseFacts, actor: &Actor) -> Result<Seat, ErrorCode> {
    let member = actor.may(Permission::WorkOrders) && actor.acts_for(&facts.lead);
    if member {
        Ok(Seat::Lead)
    } else {
        Err(ErrorCode::Forbidden)
    }
}

/// A fire crew that only helps may still be the one that puts up the barrier.
fn make_safe_by_assist(facts: &CaseFacts, actor: &Actor) -> Option<Seat> {
    let queue = actor
        .queues
        .iter()
        .find(|queue| facts.open_assist(queue) && actor.acts_for(queue))?;
    actor.may(Permission::WorkOrders).then(|| Seat::Assist(queue.clone()))
}

/// The check is worth something only when it is not the handler's own.
fn closure_check(facts: &CaseFacts, actor: &Actor) -> Result<Seat, ErrorCode> {
    if facts.handler.is_some() && facts.handler == actor.user {
        return Err(ErrorCode::SamePerson);
    }
    having(actor, Permission::ActInField, Seat::Field)
}

/// On the spot: the reporter, or a worker of the case's grid or community. A case without either is anybody's.
fn self_handle(facts: &CaseFacts, actor: &Actor) -> Result<Seat, ErrorCode> {
    let reporter = facts.reporter.is_some() && facts.reporter == actor.user;
    let grid = facts.grid.as_ref().is_some_and(|grid| actor.grids.contains(grid));
    let community = facts
        .community
        .as_ref()
        .is_some_and(|community| actor.communities.contains(community));
    let nowhere = facts.grid.is_none() && facts.community.is_none();
    if reporter || grid || community || nowhere {
        having(actor, Permission::ActInField, Seat::Field)
    } else {
        Err(ErrorCode::Forbidden)
    }
}

fn office_or_reporter(facts: &CaseFacts, actor: &Actor) -> Result<Seat, ErrorCode> {
    if facts.reporter.is_some() && facts.reporter == actor.user {
        return Ok(Seat::Reporter);
    }
    having(actor, Permission::Triage, Seat::Office)
}

/// The author within ten minutes, else the office.
fn void(facts: &CaseFacts, actor: &Actor, now: ReceivedAt) -> Result<Seat, ErrorCode> {
    if actor.may(Permission::Triage) {
        return Ok(Seat::Office);
    }
    if facts.reporter.is_none() || facts.reporter != actor.user {
        return Err(ErrorCode::Forbidden);
    }
    if within(facts.received_at, now, windows::VOID_MS) {
        Ok(Seat::Reporter)
    } else {
        Err(ErrorCode::WithdrawWindowOver)
    }
}
