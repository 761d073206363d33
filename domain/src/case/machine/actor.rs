use std::collections::BTreeSet;

use crate::{CommunityId, GridId, Permission, QueueId, Role, UserId};

/// Who acts, and with what rights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The person; absent for a rule of the server (auto-dispatch, a limit that ran out, a withdrawal).
    pub user: Option<UserId>,
    /// What the person may do.
    pub permissions: BTreeSet<Permission>,
    /// The queues the person works for.
    pub queues: BTreeSet<QueueId>,
    /// The person's grids.
    pub grids: BTreeSet<GridId>,
    /// The person's communities.
    pub communities: BTreeSet<CommunityId>,
    /// The queue the person acts for this time; absent: the lead if the person works for it, else an assist.
    pub acting_for: Option<QueueId>,
}

impl Actor {
    /// A rule of the server.
    #[must_use]
    pub fn rule() -> Self {
        Self::default()
    }

    /// A person with these roles; queues, grids and communities are added by the caller.
    #[must_use]
    pub fn person(user: UserId, roles: &[Role]) -> Self {
        Self {
            user: Some(user),
            permissions: Role::union(roles),
            ..Self::default()
        }
    }

    /// True for a rule of the server.
    #[must_use]
    pub const fn is_rule(&self) -> bool {
        self.user.is_none()
    }

    /// True when the person may do that.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// True when the person works for this queue, and has not chosen to act for another.
    #[must_use]
    pub fn acts_for(&self, queue: &QueueId) -> bool {
        self.queues.contains(queue) && self.acting_for.as_ref().is_none_or(|chosen| chosen == queue)
    }
}
