//! Mutations that wait on the server: for a person, for their author, or for the thing they are about.

use std::cell::Cell;

use domain::protocol::{Mutation, Verdict, kind};
use domain::{ErrorCode, MutationId};
use serde_json::Value;

use super::Push;
use crate::Outcome;
use crate::intake::Intake;
use crate::store::parked::ParkedRecord;
use crate::store::{Edit, households, parked, receipts, reports};

/// The kinds of mutations that bring a thing which others may be about.
const BRING: [&str; 2] = [kind::REPORT_CREATE, kind::RESIDENT_ADD];

impl<'e, 't> Push<'e, 't> {
    /// Of one that waits, as its phone pushed it.
    fn of(edit: &'e Edit<'t>, waiting: &ParkedRecord) -> Self {
        Self {
            intake: Intake::new(edit, waiting.device, waiting.mutation.author),
            parked: Cell::new(true),
            numbered: true,
            last: 0,
            answers: Vec::new(),
        }
    }
}

impl Push<'_, '_> {
    pub(super) fn park(&self, mutation: &Mutation, hash: &str, code: ErrorCode) -> Outcome<(Verdict, Option<u64>)> {
        let edit = self.edit();
        parked::insert(
            edit.tx,
            &edit.street,
            self.intake.device,
            mutation,
            hash,
            code,
            edit.now,
        )?;
        edit.unseen();
        self.keep_photos(mutation)?;
        self.parked.set(true);
        Ok((Verdict::Parked { code }, None))
    }

    /// Tries a mutation that waits.
    pub(super) fn again(&self, mutation: &Mutation, hash: &str) -> Outcome<(Verdict, Option<u64>)> {
        let edit = self.edit();
        parked::settle(edit.tx, &edit.street, mutation.id, edit.now)?;
        let answer = self.attempt(mutation, hash)?;
        if let Verdict::Parked { code } = answer.0 {
            parked::unsettle(edit.tx, &edit.street, mutation.id, code)?;
        }
        Ok(answer)
    }

    /// True where only the thing is missing that it is about. Phones send in no order, above all after a restore: what rests
    /// on another phone's record may come before it.
    pub(super) fn may_come(&self, mutation: &Mutation) -> Outcome<bool> {
        let (edit, entity) = (self.edit(), mutation.entity);
        let here = match mutation.kind.as_str() {
            kind::REPORT_NOTE | kind::REPORT_WITHDRAW => reports::exists(edit.tx, &edit.street, entity.into())?,
            kind::RESIDENT_EDIT | kind::RESIDENT_REMOVE => {
                households::tracked_resident(edit.tx, &edit.street, entity.into())?.is_some()
            }
            _stands_alone => return Ok(false),
        };
        Ok(!here && !receipts::refused(edit.tx, &edit.street, entity, &BRING)?)
    }

    /// Tries what waits for the thing that a mutation brought, in the order it came; also when the thing was refused.
    pub(super) fn wake(&self, brought: &Mutation) -> Outcome<()> {
        if !BRING.contains(&brought.kind.as_str()) {
            return Ok(());
        }
        let edit = self.edit();
        for waiting in parked::about(edit.tx, &edit.street, brought.entity)? {
            // Until its author signs in, nobody knows whether that phone may speak for them.
            if waiting.code != ErrorCode::OutOfScope {
                replay_one(edit, waiting.mutation.id)?;
            }
        }
        Ok(())
    }
}

/// Tries a parked mutation again, as an administrator asks after the cause is mended, and first those about the same thing
/// that wait before it: it rests on them, and waits on while one of them does. Its answer, if it has one now, is its one
/// verdict; the phone learns it with its next push.
///
/// # Errors
/// [`ErrorCode::NotFound`] when no such mutation waits; [`ErrorCode::DiskFull`], or what the engine reports.
pub fn replay(edit: &Edit<'_>, id: MutationId) -> Outcome<Verdict> {
    let waiting = parked::get(edit.tx, &edit.street, id)?.ok_or(ErrorCode::NotFound)?;
    for ahead in parked::ahead(edit.tx, &edit.street, &waiting.mutation)? {
        if let Verdict::Parked { .. } = replay_one(edit, ahead.id)? {
            return Ok(Verdict::Parked { code: waiting.code });
        }
    }
    replay_one(edit, id)
}

fn replay_one(edit: &Edit<'_>, id: MutationId) -> Outcome<Verdict> {
    let waiting = parked::get(edit.tx, &edit.street, id)?.ok_or(ErrorCode::NotFound)?;
    let push = Push::of(edit, &waiting);
    Ok(push.again(&waiting.mutation, &waiting.body_hash)?.0)
}

/// Refuses a mutation for good that waits for what will not come any more, as a person decides. It stays whole.
///
/// # Errors
/// [`ErrorCode::NotFound`] when no such mutation waits; what the engine reports.
pub fn give_up(edit: &Edit<'_>, id: MutationId) -> Outcome<()> {
    let waiting = parked::get(edit.tx, &edit.street, id)?.ok_or(ErrorCode::NotFound)?;
    let verdict = Verdict::Rejected {
        code: ErrorCode::NotFound,
        details: Value::Null,
    };
    parked::settle(edit.tx, &edit.street, id, edit.now)?;
    Push::of(edit, &waiting).answer(&waiting.mutation, &waiting.body_hash, &verdict)
}
