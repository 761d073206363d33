//! Mutations that wait on the server: for a person, for their author, or for the thing they are about.

use std::cell::Cell;
use std::collections::HashSet;

use domain::protocol::{Mutation, Verdict, kind};
use domain::{DeviceId, ErrorCode, MutationId, Problem, ProblemKind};
use serde_json::Value;

use super::Push;
use crate::Outcome;
use crate::intake::{Intake, valid};
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
    /// Keeps it whole until somebody or something decides about it; a repeat changes nothing.
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

    /// True when it has to queue up behind another one about the same thing.
    pub(super) fn is_held_up(&self, mutation: &Mutation) -> Outcome<bool> {
        let edit = self.edit();
        let waiting = parked::about(edit.tx, &edit.street, mutation.entity)?;
        Ok(waiting
            .iter()
            .any(|waits| holds_up(waits, mutation, self.intake.device)))
    }

    /// Tries what waits for the thing that a mutation brought, in the order it came; also when the thing was refused. What
    /// queues up behind one that waits on waits on with it.
    pub(super) fn wake(&self, brought: &Mutation) -> Outcome<()> {
        if !brings(brought) {
            return Ok(());
        }
        let edit = self.edit();
        let mut held_up = HashSet::new();
        for waiting in parked::about(edit.tx, &edit.street, brought.entity)? {
            let for_thing = waiting.code == ErrorCode::NotFound;
            // Until its author signs in, nobody knows whether that phone may speak for them.
            if waiting.code == ErrorCode::OutOfScope || (held_up.contains(&waiting.device) && !for_thing) {
                held_up.insert(waiting.device);
                continue;
            }
            if let Some(Verdict::Parked { .. }) = replay_one(edit, waiting.mutation.id)? {
                held_up.insert(waiting.device);
            }
        }
        Ok(())
    }

    /// Tries what queued up behind one of this phone that is decided by now, up to the next that waits on.
    pub(super) fn follow(&self, decided: &Mutation) -> Outcome<()> {
        let edit = self.edit();
        let waiting = parked::about(edit.tx, &edit.street, decided.entity)?;
        let behind = |waits: &&ParkedRecord| waits.device == self.intake.device && waits.code == ErrorCode::Internal;
        for waits in waiting.iter().filter(behind) {
            if let Some(Verdict::Parked { .. }) = replay_one(edit, waits.mutation.id)? {
                break;
            }
        }
        Ok(())
    }
}

fn brings(mutation: &Mutation) -> bool {
    BRING.contains(&mutation.kind.as_str())
}

/// True when a mutation of a phone has to wait behind this one about the same thing: behind what brings the thing, whoever
/// does, and else behind its own alone. Not behind one that waits for the thing itself, and what brings the thing waits for
/// nothing that rests on it.
fn holds_up(waits: &ParkedRecord, mutation: &Mutation, device: DeviceId) -> bool {
    let before = waits.device == device && waits.code != ErrorCode::NotFound;
    brings(&waits.mutation) || (before && !brings(mutation))
}

/// What waits before a mutation that waits too, and holds it up.
pub(super) fn ahead(edit: &Edit<'_>, mutation: &Mutation, device: DeviceId) -> Outcome<Vec<MutationId>> {
    let before = parked::about(edit.tx, &edit.street, mutation.entity)?.into_iter();
    let before = before.take_while(|waits| waits.mutation.id != mutation.id);
    let ahead = before.filter(|waits| holds_up(waits, mutation, device));
    Ok(ahead.map(|waits| waits.mutation.id).collect())
}

/// Tries a parked mutation again, as an administrator asks after the cause is mended, and first those about the same thing
/// that wait before it: it rests on them, and waits on while one of them does. Its answer, if it has one now, is its one
/// verdict; the phone learns it with its next push.
///
/// # Errors
/// [`ErrorCode::NotFound`] when no such mutation waits; [`ErrorCode::DiskFull`], or what the engine reports.
pub fn replay(edit: &Edit<'_>, id: MutationId) -> Outcome<Verdict> {
    let waiting = parked::get(edit.tx, &edit.street, id)?.ok_or(ErrorCode::NotFound)?;
    for ahead in ahead(edit, &waiting.mutation, waiting.device)? {
        if let Some(Verdict::Parked { .. }) = replay_one(edit, ahead)? {
            return Ok(Verdict::Parked { code: waiting.code });
        }
    }
    if let Some(verdict) = replay_one(edit, id)? {
        if !matches!(verdict, Verdict::Parked { .. }) {
            Push::of(edit, &waiting).follow(&waiting.mutation)?;
        }
        return Ok(verdict);
    }
    let answered = receipts::get(edit.tx, &edit.street, id)?.ok_or(ErrorCode::NotFound)?;
    Ok(answered.verdict)
}

/// None where it was answered meanwhile, together with what it waited for.
fn replay_one(edit: &Edit<'_>, id: MutationId) -> Outcome<Option<Verdict>> {
    let Some(waiting) = parked::get(edit.tx, &edit.street, id)? else {
        return Ok(None);
    };
    let push = Push::of(edit, &waiting);
    Ok(Some(push.again(&waiting.mutation, &waiting.body_hash)?.0))
}

/// Ends the waiting for a thing, as a person decides: what can be done by now is done, what still lacks its thing is refused
/// for good. It stays whole.
///
/// # Errors
/// [`ErrorCode::NotFound`] when no such mutation waits; [`ErrorCode::Invalid`] where it waits for something else; what the
/// engine reports.
pub fn give_up(edit: &Edit<'_>, id: MutationId) -> Outcome<()> {
    let waiting = parked::get(edit.tx, &edit.street, id)?.ok_or(ErrorCode::NotFound)?;
    if waiting.code != ErrorCode::NotFound {
        let missing = Problem {
            field: "verdict".to_owned(),
            problem: ProblemKind::Missing,
        };
        return valid(vec![missing]);
    }
    let push = Push::of(edit, &waiting);
    let (verdict, _) = push.again(&waiting.mutation, &waiting.body_hash)?;
    let in_vain = Verdict::Parked {
        code: ErrorCode::NotFound,
    };
    // A fault of our own is no reason to refuse it.
    if verdict != in_vain {
        return Ok(());
    }
    let refused = Verdict::Rejected {
        code: ErrorCode::NotFound,
        details: Value::Null,
    };
    parked::settle(edit.tx, &edit.street, id, edit.now)?;
    push.answer(&waiting.mutation, &waiting.body_hash, &refused)?;
    push.follow(&waiting.mutation)
}
