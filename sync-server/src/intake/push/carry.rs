//! Mutations that did not come over the network.

use std::cell::Cell;
use std::ops::AddAssign;

use domain::protocol::{MAX_MUTATIONS, Mutation, Verdict, body_hash};
use domain::{ErrorCode, ReceivedAt};
use serde::Serialize;
use utoipa::ToSchema;

use super::Push;
use crate::clock::Ids;
use crate::intake::Intake;
use crate::store::devices::{self, DeviceRecord};
use crate::store::{Edit, Tx, parked};
use crate::{Outcome, phone};

/// What became of the records of a bundle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Carried {
    /// Answered now, those refused and parked among them.
    pub new: u32,
    /// Answered before.
    pub again: u32,
    /// Of all of them: refused, for which the office has them among its strays or keeps them whole.
    pub refused: u32,
    /// Of all of them: waiting for a person, or for the record they are about.
    pub parked: u32,
    /// Not answered: nobody knows here that their author ever signed in on the phone. It keeps them and sends them under that
    /// person's name.
    pub left: u32,
}

impl AddAssign for Carried {
    fn add_assign(&mut self, more: Self) {
        self.new += more.new;
        self.again += more.again;
        self.refused += more.refused;
        self.parked += more.parked;
        self.left += more.left;
    }
}

/// Answers mutations that somebody carried here, at most [`MAX_MUTATIONS`] as in a push, in the transaction it is given. Their numbers are left alone: the phone still holds them
/// and pushes them under numbers of its own; what is answered here is answered again then.
///
/// # Errors
/// As [`super::take`]; [`ErrorCode::TooLarge`] for more than others may be kept waiting for.
pub fn carry(
    tx: &Tx<'_>,
    device: &DeviceRecord,
    mutations: &[Mutation],
    now: ReceivedAt,
    ids: &dyn Ids,
) -> Outcome<Carried> {
    let device = devices::by_id(tx, device.id)?.ok_or(ErrorCode::Unauthenticated)?;
    if mutations.len() > MAX_MUTATIONS {
        return Err(ErrorCode::TooLarge.into());
    }
    if !phone::may_send(&device) {
        return Err(phone::revoked(&device));
    }
    let edit = Edit::new(tx, device.street.clone(), now, ids);
    let push = Push {
        parked: Cell::new(parked::any(tx, &device.street)?),
        numbered: false,
        intake: Intake::new(&edit, device.id, device.user),
        last: 0,
        answers: Vec::new(),
    };
    let mut carried = Carried::default();
    for mutation in mutations {
        let hash = body_hash(mutation);
        let known = push.known(mutation, &hash)?;
        if known.is_some() {
            carried.again += 1;
        } else if push.intake.speaks_for(mutation.author)? {
            carried.new += 1;
        } else {
            carried.left += 1;
            continue;
        }
        let (verdict, _) = known.map_or_else(|| push.settle(mutation, &hash), Ok)?;
        match verdict {
            Verdict::Rejected { .. } => carried.refused += 1,
            Verdict::Parked { .. } => carried.parked += 1,
            Verdict::Applied | Verdict::Merged { .. } | Verdict::Superseded => {}
        }
    }
    drop(push);
    edit.seal()?;
    Ok(carried)
}
