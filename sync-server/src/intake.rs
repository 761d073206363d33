//! What becomes of one mutation: its verdict, and the rows it leaves.

pub mod act;
mod clocks;
mod field_act;
mod hand;
pub mod household;
pub mod open;
mod orders;
pub mod place;
pub mod push;
mod report;
mod visit;

use domain::protocol::{Mutation, Verdict, kind};
use domain::view::StreetRow;
use domain::{DeviceId, ErrorCode, Problem, UserId};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::store::{Edit, devices};
use crate::{Failure, Outcome};

/// How long after the end of a posting its work is still taken, in milliseconds: 72 h.
const GRACE_MS: i64 = 72 * 3_600_000;

/// The mutations of one phone, in one transaction.
pub struct Intake<'e, 't> {
    /// The transaction.
    pub edit: &'e Edit<'t>,
    /// The phone.
    pub device: DeviceId,
    /// Whose phone it is; of a mutation that is being carried out, its author.
    pub user: UserId,
}

impl<'e, 't> Intake<'e, 't> {
    /// Begins to take mutations of a phone.
    #[must_use]
    pub fn new(edit: &'e Edit<'t>, device: DeviceId, user: UserId) -> Self {
        Self { edit, device, user }
    }

    /// Applies a mutation of somebody the phone [speaks for](Self::speaks_for). A refusal becomes `rejected`, except
    /// [`ErrorCode::MutationUnknown`], which is parked.
    ///
    /// # Errors
    /// A refusal, or a fault of our own.
    pub fn apply(&self, mutation: &Mutation) -> Outcome<Verdict> {
        if mutation.v != 1 {
            return Err(ErrorCode::MutationUnknown.into());
        }
        let of_author = Self {
            user: mutation.author,
            ..*self
        };
        of_author.carry_out(mutation)
    }

    /// A phone speaks for those who signed in on it, and for nobody else: what one of them has not sent yet travels also
    /// while it is another's. That somebody did may have been lost with a restore, so it is no reason to refuse their work.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn speaks_for(&self, author: UserId) -> Outcome<bool> {
        Ok(author == self.user || devices::users(self.edit.tx, &self.edit.street, self.device)?.contains(&author))
    }

    /// Applies a mutation of the person it speaks for.
    fn carry_out(&self, mutation: &Mutation) -> Outcome<Verdict> {
        match mutation.kind.as_str() {
            kind::REPORT_CREATE => self.create_report(mutation, body(mutation)?),
            kind::REPORT_NOTE => self.add_note(mutation, body(mutation)?),
            kind::REPORT_WITHDRAW => self.withdraw_report(mutation, body(mutation)?),
            kind::VISIT_CREATE => self.create_visit(mutation, body(mutation)?),
            kind::HOUSEHOLD_EDIT => self.edit_household(mutation, &body(mutation)?),
            kind::RESIDENT_ADD => self.add_resident(mutation, body(mutation)?),
            kind::RESIDENT_EDIT => self.edit_resident(mutation, &body(mutation)?),
            kind::RESIDENT_REMOVE => self.remove_resident(mutation, &body(mutation)?),
            kind::CASE_ACT => self.act_from_field(mutation, &body(mutation)?),
            _unknown => Err(ErrorCode::MutationUnknown.into()),
        }
    }

    /// The street.
    fn street(&self) -> Outcome<&'e StreetRow> {
        Ok(self.edit.known.street()?.ok_or(ErrorCode::NotFound)?)
    }

    /// When a mutation was made, by the server's clock as the phone estimated it, and never later than now.
    fn made_at(&self, mutation: &Mutation) -> domain::ReceivedAt {
        let estimated = mutation.server_est_ms.unwrap_or(mutation.wall_ms);
        domain::ReceivedAt(estimated.min(self.edit.now.0))
    }
}

/// The body of a mutation. The refusal quotes nothing of it.
fn body<T: DeserializeOwned>(mutation: &Mutation) -> Outcome<T> {
    T::deserialize(&mutation.body).map_err(|_unreadable| ErrorCode::BadRequest.into())
}

/// Refuses with every problem, when there is one.
fn valid(problems: Vec<Problem>) -> Outcome<()> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(ErrorCode::Invalid, json!({ "problems": problems })))
}
