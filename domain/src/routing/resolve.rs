use super::RoutingInput;
use crate::catalog::{COMMUNITY, DESK, PROPERTY, TRIAGE, community_queue, desk_queue};
use crate::view::QueueRow;
use crate::{CommunityId, QueueId};

/// What the names `community`, `desk` and `property` stand for at this place.
pub(super) struct Places<'a> {
    community: Option<&'a CommunityId>,
    property: Option<&'a QueueId>,
    queues: &'a [QueueRow],
}

impl<'a> Places<'a> {
    pub(super) fn new(input: &'a RoutingInput<'a>) -> Self {
        Self {
            community: input.grid.map(|grid| &grid.community).or(input.community.as_ref()),
            property: input.grid.and_then(|grid| grid.property_queue.as_ref()),
            queues: input.queues,
        }
    }

    /// The queue a name stands for here, if somebody is there to work it; otherwise the name to show as skipped.
    pub(super) fn staffed(&self, name: &str) -> Result<QueueId, QueueId> {
        let queue = match name {
            COMMUNITY => self.community.map(community_queue),
            DESK => self.community.map(desk_queue),
            PROPERTY => self.property.cloned(),
            queue => Some(queue.into()),
        };
        let queue = queue.ok_or_else(|| QueueId::from(name))?;
        let staffed = self.queues.iter().any(|row| row.id == queue && row.staffed);
        if staffed || queue.as_str() == TRIAGE {
            Ok(queue)
        } else {
            Err(queue)
        }
    }
}
