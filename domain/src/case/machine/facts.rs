use crate::catalog::TRIAGE;
use crate::{CaseState, CategoryId, CommunityId, GridId, QueueId, ReceivedAt, UserId};

/// Where an assist order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssistState {
    /// Sent, not yet taken.
    Sent,
    /// Taken.
    Accepted,
    /// Done.
    Resolved,
    /// Given back.
    Returned,
    /// Let go by triage, or ended with the case.
    Released,
}

impl AssistState {
    /// True while the queue has something to do.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Sent | Self::Accepted)
    }
}

/// A queue that helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssistFacts {
    /// The queue.
    pub queue: QueueId,
    /// True when the lead may not resolve before it.
    pub mandatory: bool,
    /// Where its order stands.
    pub state: AssistState,
}

/// What the machine knows of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFacts {
    /// State.
    pub state: CaseState,
    /// Counts changes of state, lead or limit.
    pub state_rev: u32,
    /// Category; decides whether proof by photo makes sense.
    pub category: CategoryId,
    /// Urgency.
    pub urgency: u8,
    /// The lead queue; `triage` while there is no order.
    pub lead: QueueId,
    /// False when the lead queue may not return orders at all.
    pub lead_may_return: bool,
    /// Queues that help or helped, each once.
    pub assists: Vec<AssistFacts>,
    /// Who reported it.
    pub reporter: Option<UserId>,
    /// Who said it is done.
    pub handler: Option<UserId>,
    /// Its grid.
    pub grid: Option<GridId>,
    /// Its community.
    pub community: Option<CommunityId>,
    /// When the server received it.
    pub received_at: ReceivedAt,
    /// Until when the lead may return it ([`crate::clock::WorkingTime::return_until`]).
    pub return_until: Option<ReceivedAt>,
    /// When it is due to be resolved.
    pub due_at: Option<ReceivedAt>,
    /// The latest due time an extension may grant: one more original limit after `due_at`.
    pub extend_until: Option<ReceivedAt>,
    /// Extensions granted since its resolve clock last started.
    pub extensions: u8,
    /// True when the danger was proved to be contained.
    pub made_safe: bool,
    /// True when the current dispatch was a ruling.
    pub final_dispatch: bool,
    /// Queues that returned it, in order.
    pub returned_by: Vec<QueueId>,
    /// Queues it was wrongly dispatched to, as triage or the ruling agreed.
    pub wrong_dispatch: Vec<QueueId>,
    /// When it was resolved.
    pub resolved_at: Option<ReceivedAt>,
    /// True when it was resolved with an after-photo.
    pub after_photo: bool,
    /// True when a closure check confirmed it.
    pub checked: bool,
    /// When it was closed.
    pub closed_at: Option<ReceivedAt>,
    /// The state it had before it was merged.
    pub state_before_merge: Option<CaseState>,
    /// True when the case it was merged into has ended.
    pub main_closed: bool,
}

impl CaseFacts {
    /// A case as intake makes it: `submitted`, in the queue `triage`.
    #[must_use]
    pub fn submitted(category: CategoryId, urgency: u8, received_at: ReceivedAt) -> Self {
        Self {
            state: CaseState::Submitted,
            state_rev: 1,
            category,
            urgency,
            lead: TRIAGE.into(),
            lead_may_return: true,
            assists: Vec::new(),
            reporter: None,
            handler: None,
            grid: None,
            community: None,
            received_at,
            return_until: None,
            due_at: None,
            extend_until: None,
            extensions: 0,
            made_safe: false,
            final_dispatch: false,
            returned_by: Vec::new(),
            wrong_dispatch: Vec::new(),
            resolved_at: None,
            after_photo: false,
            checked: false,
            closed_at: None,
            state_before_merge: None,
            main_closed: false,
        }
    }

    /// Mandatory helping queues that are not done and were not let go.
    pub(super) fn holding_up(&self) -> impl Iterator<Item = &QueueId> {
        self.assists
            .iter()
            .filter(|assist| assist.mandatory && !matches!(assist.state, AssistState::Resolved | AssistState::Released))
            .map(|assist| &assist.queue)
    }

    pub(super) fn open_assist(&self, queue: &QueueId) -> bool {
        self.assists
            .iter()
            .any(|assist| assist.queue == *queue && assist.state.is_open())
    }
}
