//! What the state machine remembers of a case beyond the columns that lists ask for.

use domain::case::machine::{AssistFacts, AssistState};
use domain::{CaseState, QueueId, ReceivedAt, UserId};
use serde::{Deserialize, Serialize};

/// Kept as JSON beside the case. What is as it is for most cases is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseMemory {
    /// The chip chosen in the category's question.
    #[serde(skip_serializing_if = "is_default")]
    pub answer: Option<String>,
    /// Queues that help or helped.
    #[serde(skip_serializing_if = "is_default")]
    pub assists: Vec<AssistMemory>,
    /// Who said it is done.
    #[serde(skip_serializing_if = "is_default")]
    pub handler: Option<UserId>,
    /// Until when the lead may return it.
    #[serde(skip_serializing_if = "is_default")]
    pub return_until: Option<ReceivedAt>,
    /// The latest due time an extension may grant.
    #[serde(skip_serializing_if = "is_default")]
    pub extend_until: Option<ReceivedAt>,
    /// Extensions granted.
    #[serde(skip_serializing_if = "is_default")]
    pub extensions: u8,
    /// True when the danger was proved to be contained.
    #[serde(skip_serializing_if = "is_default")]
    pub made_safe: bool,
    /// True when the current dispatch was a ruling.
    #[serde(skip_serializing_if = "is_default")]
    pub final_dispatch: bool,
    /// Queues that returned it, in order.
    #[serde(skip_serializing_if = "is_default")]
    pub returned_by: Vec<QueueId>,
    /// Queues it was wrongly dispatched to.
    #[serde(skip_serializing_if = "is_default")]
    pub wrong_dispatch: Vec<QueueId>,
    /// True when it was resolved with an after-photo.
    #[serde(skip_serializing_if = "is_default")]
    pub after_photo: bool,
    /// True when a closure check confirmed it.
    #[serde(skip_serializing_if = "is_default")]
    pub checked: bool,
    /// The state it had before it was merged.
    #[serde(skip_serializing_if = "is_default")]
    pub state_before_merge: Option<CaseState>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
