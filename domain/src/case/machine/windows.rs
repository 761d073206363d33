use serde_json::json;

use super::CaseFacts;
use super::rights::Seat;
use crate::case::ActionName;
use crate::protocol::{ErrorCode, WireError};
use crate::{CaseState, ReceivedAt};

const DAY: i64 = 86_400_000;
/// How long its author may void a case after receipt, in milliseconds.
pub const VOID_MS: i64 = 10 * 60_000;
/// How long a closed case may be reopened, in milliseconds.
pub const REOPEN_MS: i64 = 15 * DAY;
/// How long after it was resolved a case closes by itself, in milliseconds.
pub const AUTO_CLOSE_MS: i64 = 3 * DAY;
/// Extensions of one limit.
pub const MAX_EXTENSIONS: u8 = 2;
/// The longest suspension, in milliseconds.
pub(super) const SUSPEND_MS: i64 = 366 * DAY;

/// True while no more than `window` milliseconds have passed.
pub(super) fn within(from: ReceivedAt, now: ReceivedAt, window: i64) -> bool {
    now.0.saturating_sub(from.0) <= window
}

/// True for a resolved case that nobody need look at again: checked on the spot, or an ordinary one with an after-photo.
#[must_use]
pub const fn closes_itself(urgency: u8, checked: bool, after_photo: bool) -> bool {
    checked || (urgency >= 3 && after_photo)
}

/// Resolved for 72 hours, and one of those that close by themselves.
pub(super) fn may_close_itself(facts: &CaseFacts, now: ReceivedAt) -> bool {
    let waited = facts
        .resolved_at
        .is_some_and(|resolved| now.0.saturating_sub(resolved.0) >= AUTO_CLOSE_MS);
    waited && closes_itself(facts.urgency, facts.checked, facts.after_photo)
}

/// Windows, counts and conditions that do not depend on what the act contains.
pub(super) fn check(facts: &CaseFacts, action: ActionName, seat: &Seat, now: ReceivedAt) -> Result<(), WireError> {
    let refused = match (action, seat) {
        // A helping queue returns and resolves its own order without touching the lead.
        (_, Seat::Assist(_)) => None,
        (ActionName::Return, _) => returning(facts, now),
        (ActionName::Extend, _) => extending(facts, now),
        (ActionName::Reopen, _) => {
            let in_time = facts.closed_at.is_none_or(|closed| within(closed, now, REOPEN_MS));
            (!in_time).then_some(ErrorCode::ReopenWindowOver)
        }
        (ActionName::Unmerge, _) => facts.main_closed.then_some(ErrorCode::StateRefusesAction),
        (ActionName::Resolve, _) => return resolving(facts),
        (
            ActionName::AskCheck
            | ActionName::AnswerCheck
            | ActionName::CheckExpired
            | ActionName::Open
            | ActionName::Reject
            | ActionName::Merge
            | ActionName::Dispatch
            | ActionName::SelfHandle
            | ActionName::Accept
            | ActionName::MakeSafe
            | ActionName::Transfer
            | ActionName::Refer
            | ActionName::FinalDispatch
            | ActionName::Progress
            | ActionName::Suspend
            | ActionName::Wake
            | ActionName::AskClosureCheck
            | ActionName::AnswerClosureCheck
            | ActionName::Rework
            | ActionName::Close
            | ActionName::Void
            | ActionName::Comment
            | ActionName::AddAssist
            | ActionName::ReleaseAssist,
            _,
        ) => None,
    };
    refused.map_or(Ok(()), |code| Err(code.into()))
}

fn returning(facts: &CaseFacts, now: ReceivedAt) -> Option<ErrorCode> {
    if facts.final_dispatch {
        return Some(ErrorCode::FinalDispatch);
    }
    if !facts.lead_may_return {
        return Some(ErrorCode::Forbidden);
    }
    let before = facts.returned_by.contains(&facts.lead);
    let late = facts.return_until.is_some_and(|until| now > until);
    if before || late {
        return Some(ErrorCode::ReturnWindowOver);
    }
    (facts.urgency <= 1 && !facts.made_safe).then_some(ErrorCode::MakeSafeFirst)
}

fn extending(facts: &CaseFacts, now: ReceivedAt) -> Option<ErrorCode> {
    if facts.extensions >= MAX_EXTENSIONS {
        return Some(ErrorCode::ExtensionsUsedUp);
    }
    facts.due_at.is_some_and(|due| now > due).then_some(ErrorCode::PastDue)
}

fn resolving(facts: &CaseFacts) -> Result<(), WireError> {
    // In rework the helpers' part was done or let go before; only the first time round do they hold up the lead.
    let held: Vec<_> = facts.holding_up().collect();
    if held.is_empty() {
        return Ok(());
    }
    debug_assert!(matches!(facts.state, CaseState::Accepted | CaseState::Rework));
    Err(WireError {
        code: ErrorCode::AssistOpen,
        details: json!({ "queues": held }),
    })
}
