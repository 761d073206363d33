//! The case state machine: facts, an act and its author in; what changes, or one refusal, out.
//! It reads no clock and stores nothing. `docs/STATES.md` shows the table it rests on.

mod actor;
mod clocks;
mod contents;
mod effects;
mod facts;
mod rights;
mod table;
mod windows;

use serde_json::json;

use super::{Action, ActionName};
use crate::ReceivedAt;
use crate::protocol::{ErrorCode, WireError};

pub use actor::Actor;
pub use clocks::ClockChange;
pub use effects::{Effects, OrderChange, OrderEnd};
pub use facts::{AssistFacts, AssistState, CaseFacts};
pub use table::target;
pub use windows::{AUTO_CLOSE_MS, MAX_EXTENSIONS, REOPEN_MS, VOID_MS, closes_itself};

use rights::Seat;

/// Does one act, or says why not. The checks come in this order: the case's state, the author's rights, windows and
/// limits, then contents (`invalid`, with every problem at once).
///
/// # Errors
/// `state_refuses_action` with `{state, action}`, `forbidden`, one of the codes of a window, `assist_open` with
/// `{queues}`, or `invalid` with `{problems}`.
pub fn act(facts: &CaseFacts, action: &Action, actor: &Actor, now: ReceivedAt) -> Result<Effects, WireError> {
    let seat = admit(facts, action.name(), actor, now)?;
    let problems = contents::problems(facts, action, &seat, now);
    if !problems.is_empty() {
        return Err(WireError {
            code: ErrorCode::Invalid,
            details: json!({ "problems": problems }),
        });
    }
    Ok(effects::of(facts, action, actor, &seat, now))
}

/// Which acts this person may do now, whatever they contain.
#[must_use]
pub fn allowed(facts: &CaseFacts, actor: &Actor, now: ReceivedAt) -> Vec<ActionName> {
    ActionName::ALL
        .iter()
        .copied()
        .filter(|action| refusal(facts, *action, actor, now).is_none())
        .collect()
}

/// Why this person may not do that now; absent when it is allowed.
#[must_use]
pub fn refusal(facts: &CaseFacts, action: ActionName, actor: &Actor, now: ReceivedAt) -> Option<ErrorCode> {
    admit(facts, action, actor, now).err().map(|error| error.code)
}

/// Compare-and-set: refuses an act whose author saw an older state of the case.
///
/// # Errors
/// `stale` with `{now, state_rev}`, where `now` is the state.
pub fn check_rev(facts: &CaseFacts, from_state_rev: u32) -> Result<(), WireError> {
    if facts.state_rev == from_state_rev {
        return Ok(());
    }
    let details = json!({ "now": facts.state, "state_rev": facts.state_rev });
    Err(WireError {
        code: ErrorCode::Stale,
        details,
    })
}

/// Everything but the contents.
fn admit(facts: &CaseFacts, action: ActionName, actor: &Actor, now: ReceivedAt) -> Result<Seat, WireError> {
    let assist = rights::assist_of(facts, action, actor);
    let state = if assist.is_some() {
        table::assist_target(facts.state, action)
    } else {
        target(facts.state, action)
    };
    state.map_err(|code| WireError {
        code,
        details: json!({ "state": facts.state, "action": action }),
    })?;
    let seat = match assist {
        Some(queue) => Seat::Assist(queue),
        None => rights::seat(facts, action, actor, now)?,
    };
    windows::check(facts, action, &seat, now)?;
    Ok(seat)
}

#[cfg(test)]
mod tests;
