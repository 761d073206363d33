//! `case.act` from a phone.

use std::collections::BTreeSet;

use domain::case::machine::Actor;
use domain::protocol::{Mutation, RowType, Verdict};
use domain::{CapturedAt, CaseAct, CaseId, ErrorCode};

use super::Intake;
use super::act::{Said, apply_act};
use crate::Outcome;
use crate::store::{areas, bucket_rows};

impl Intake<'_, '_> {
    /// A worker's act on a case that the phone may see.
    pub(super) fn act_from_field(&self, mutation: &Mutation, act: &CaseAct) -> Outcome<Verdict> {
        if act.case.0 != mutation.entity {
            return Err(ErrorCode::BadRequest.into());
        }
        if !self.sees(act.case)? {
            return Err(ErrorCode::OutOfScope.into());
        }
        let said = Said {
            captured_at: Some(CapturedAt(mutation.wall_ms)),
            mutation: Some(mutation.id),
        };
        apply_act(self.edit, &self.actor()?, act, said)?;
        Ok(Verdict::Applied)
    }

    fn actor(&self) -> Outcome<Actor> {
        let (tx, street, now) = (self.edit.tx, &self.edit.street, self.edit.now);
        let roles = areas::roles(tx, street, self.user)?.ok_or(ErrorCode::OutOfScope)?;
        Ok(Actor {
            queues: areas::queues(tx, street, self.user, now)?
                .into_iter()
                .collect::<BTreeSet<_>>(),
            grids: areas::grids(tx, street, self.user, now)?.into_iter().collect(),
            communities: areas::communities(tx, street, self.user, now)?.into_iter().collect(),
            ..Actor::person(self.user, &roles)
        })
    }

    fn sees(&self, case: CaseId) -> Outcome<bool> {
        let edit = self.edit;
        let scope = areas::phone_scope(edit.tx, &edit.street, self.user, edit.now)?;
        let held = bucket_rows::of_row(edit.tx, &edit.street, RowType::Case, &case.to_string())?;
        Ok(held.iter().any(|bucket| scope.contains(bucket)))
    }
}
