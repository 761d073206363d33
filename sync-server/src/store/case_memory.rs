//! What the state machine remembers of a case beyond the columns that lists ask for.

use domain::case::machine::{AssistFacts, AssistState};
use domain::{CaseState, QueueId, ReceivedAt, UserId};
use serde::{Deserialize, Serialize};

/// Kept as JSON beside the case. Fields that are added later have defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseMemory {
    /// The chip chosen in the category's question.
    pub answer: Option<String>,
    /// Queues that help or helped.
    pub assists: Vec<AssistMemory>,
    /// Who said it is done.
    pub handler: Option<UserId>,
    /// Until when the lead may return it.
    pub return_until: Option<ReceivedAt>,
    /// The latest due time an extension may grant.
    pub extend_until: Option<ReceivedAt>,
    /// Extensions granted.
    pub extensions: u8,
    /// True when the danger was proved to be contained.
    pub made_safe: bool,
    /// True when the current dispatch was a ruling.
    pub final_dispatch: bool,
    /// Queues that returned it, in order.
    pub returned_by: Vec<QueueId>,
    /// Queues it was wrongly dispatched to.
    pub wrong_dispatch: Vec<QueueId>,
    /// True when it was resolved with an after-photo.
    pub after_photo: bool,
    /// True when a closure check confirmed it.
    pub checked: bool,
    /// The state it had before it was merged.
    pub state_before_merge: Option<CaseState>,
}

/// A queue that helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistMemory {
    /// The queue.
    pub queue: QueueId,
    /// True when the lead may not resolve before it.
    pub mandatory: bool,
    /// Where its order stands.
    pub state: AssistStep,
}

/// Where an assist order stands, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssistStep {
    /// Sent, not yet taken.
    Sent,
    /// Taken.
    Accepted,
    /// Done.
    Resolved,
    /// Given back.
    Returned,
    /// Let go, or ended with the case.
    Released,
}

impl From<&AssistFacts> for AssistMemory {
    fn from(facts: &AssistFacts) -> Self {
        let state = match facts.state {
            AssistState::Sent => AssistStep::Sent,
            AssistState::Accepted => AssistStep::Accepted,
            AssistState::Resolved => AssistStep::Resolved,
            AssistState::Returned => AssistStep::Returned,
            AssistState::Released => AssistStep::Released,
        };
        Self {
            queue: facts.queue.clone(),
            mandatory: facts.mandatory,
            state,
        }
    }
}

impl From<&AssistMemory> for AssistFacts {
    fn from(memory: &AssistMemory) -> Self {
        let state = match memory.state {
            AssistStep::Sent => AssistState::Sent,
            AssistStep::Accepted => AssistState::Accepted,
            AssistStep::Resolved => AssistState::Resolved,
            AssistStep::Returned => AssistState::Returned,
            AssistStep::Released => AssistState::Released,
        };
        Self {
            queue: memory.queue.clone(),
            mandatory: memory.mandatory,
            state,
        }
    }
}
