//! One push: mutations in order, each with its own savepoint and its one answer.

mod carry;
mod waiting;

use std::cell::Cell;

use domain::protocol::{MAX_BLOB_BYTES, Mutation, PushRequest, PushResponse, Receipt, Stop, Verdict, body_hash};
use domain::{Epoch, ErrorCode, PhotoManifest, ReceivedAt};
use serde::Deserialize as _;
use serde_json::{Value, json};

pub use carry::{Carried, carry};
use waiting::ahead;
pub use waiting::{give_up, replay};

use super::Intake;
use crate::clock::Ids;
use crate::store::devices::{self, DeviceRecord};
use crate::store::incidents::{self, Incident, IncidentKind};
use crate::store::photos::{self, Subject};
use crate::store::receipts::{self, ReceiptRecord};
use crate::store::{Edit, StoreError, Tx, parked, strays, streets};
use crate::{Failure, Outcome, phone};

/// Takes a push, in the transaction it is given. What came before a stop is answered. None when the phone has seen more of
/// this epoch than the street has: then nothing is taken.
///
/// # Errors
/// [`ErrorCode::DeviceRevoked`], [`ErrorCode::DiskFull`], [`ErrorCode::ReadOnly`], or what the engine reports; never
/// because of what a mutation says.
pub fn take(
    tx: &Tx<'_>,
    epoch: Epoch,
    device: &DeviceRecord,
    request: &PushRequest,
    now: ReceivedAt,
    ids: &dyn Ids,
) -> Outcome<Option<PushResponse>> {
    // Read again inside the transaction: another push of this phone, or its revocation, may have come in between.
    let device = devices::by_id(tx, device.id)?.ok_or(ErrorCode::Unauthenticated)?;
    if !phone::may_send(&device) {
        return Err(phone::revoked(&device));
    }
    if request.epoch == Some(epoch)
        && let Some(seen) = request.seen
        && seen > streets::rev(tx, &device.street)?
    {
        return Ok(None);
    }
    let edit = Edit::new(tx, device.street.clone(), now, ids);
    let mut push = Push {
        parked: Cell::new(parked::any(tx, &device.street)?),
        numbered: true,
        intake: Intake::new(&edit, device.id, device.user),
        last: device.last_seq,
        answers: Vec::new(),
    };
    // Where parts can be undone each asks for itself, so that what cannot be read concerns one mutation alone.
    if tx.is_whole() {
        edit.savepoint(|| Ok(edit.ahead.look(tx, &edit.street, &request.mutations)?))?;
    }
    let stop = push.read(&request.mutations)?;
    let Push { last, mut answers, .. } = push;
    if last != device.last_seq {
        devices::numbered(tx, &device.street, device.id, last)?;
    }
    let sealed = edit.seal()?;
    // What was parked has no receipt, also where its id has one.
    let settled = |answer: &&mut Receipt| answer.rev.is_none() && !matches!(answer.verdict, Verdict::Parked { .. });
    for answer in answers.iter_mut().filter(settled) {
        answer.rev = sealed.receipts.get(&answer.id).copied();
    }
    Ok(Some(PushResponse {
        epoch,
        server_ms: now.0,
        receipts: answers,
        last_seq: last,
        stop,
        street_rev: sealed.rev,
        durable_rev: sealed.durable_rev,
        sig: None,
        next_after_ms: None,
    }))
}

struct Push<'e, 't> {
    intake: Intake<'e, 't>,
    /// True when mutations of this street wait; seldom.
    parked: Cell<bool>,
    /// True when the numbers of the mutations count.
    numbered: bool,
    last: u64,
    answers: Vec<Receipt>,
}

impl Push<'_, '_> {
    fn read(&mut self, mutations: &[Mutation]) -> Outcome<Option<Stop>> {
        for mutation in mutations {
            let hash = body_hash(mutation);
            let answer = match self.known(mutation, &hash)? {
                Some(known) => known,
                None if mutation.seq <= self.last => return self.fork(mutation).map(Some),
                None if mutation.seq > self.last + 1 => return Ok(Some(Stop::Gap { last: self.last })),
                None => self.settle(mutation, &hash)?,
            };
            if mutation.seq == self.last + 1 {
                self.last = mutation.seq;
            }
            self.answers.push(Receipt {
                id: mutation.id,
                verdict: answer.0,
                rev: answer.1,
                body_hash: hash,
            });
        }
        Ok(None)
    }

    fn edit(&self) -> &Edit<'_> {
        self.intake.edit
    }

    /// The answer given before. Another body under the same id is an incident; the first answer stands.
    fn known(&self, mutation: &Mutation, hash: &str) -> Outcome<Option<(Verdict, Option<u64>)>> {
        let edit = self.edit();
        let (first_hash, answer) = match edit.ahead.receipt(edit.tx, &edit.street, mutation.id)? {
            Some(stored) => (stored.body_hash, (stored.verdict, stored.rev)),
            None if !self.parked.get() => return Ok(None),
            None => match parked::get(edit.tx, &edit.street, mutation.id)? {
                Some(waiting) => (waiting.body_hash, (Verdict::Parked { code: waiting.code }, None)),
                None => return Ok(None),
            },
        };
        if first_hash == hash {
            let over = match answer.0 {
                Verdict::Parked {
                    code: ErrorCode::OutOfScope,
                } => self.intake.speaks_for(mutation.author)? && ahead(edit, mutation, self.intake.device)?.is_empty(),
                Verdict::Parked {
                    code: ErrorCode::NotFound,
                } => !self.may_come(mutation)?,
                Verdict::Parked { .. }
                | Verdict::Applied
                | Verdict::Merged { .. }
                | Verdict::Superseded
                | Verdict::Rejected { .. } => false,
            };
            if over {
                let answer = self.again(mutation, hash)?;
                if !matches!(answer.0, Verdict::Parked { .. }) {
                    self.follow(mutation)?;
                }
                return Ok(Some(answer));
            }
            return Ok(Some(answer));
        }
        self.incident(IncidentKind::MutationIdConflict, mutation, true)?;
        self.keep_photos(mutation)?;
        Ok(Some((
            Verdict::Parked {
                code: ErrorCode::MutationIdConflict,
            },
            None,
        )))
    }

    fn fork(&self, mutation: &Mutation) -> Outcome<Stop> {
        self.incident(IncidentKind::Fork, mutation, false)?;
        Ok(Stop::Fork { last: self.last })
    }

    fn incident(&self, kind: IncidentKind, mutation: &Mutation, whole: bool) -> Outcome<()> {
        let edit = self.edit();
        let details = if whole {
            json!({ "mutation": mutation })
        } else {
            json!({ "seq": mutation.seq, "last": self.last })
        };
        let incident = Incident {
            kind,
            device: Some(self.intake.device),
            mutation: Some(mutation.id),
            details,
        };
        incidents::insert(edit.tx, &edit.street, edit.ids.uuid(), &incident, edit.now)?;
        Ok(())
    }

    /// Gives a new mutation its one answer, or parks it.
    fn settle(&self, mutation: &Mutation, hash: &str) -> Outcome<(Verdict, Option<u64>)> {
        if !self.intake.speaks_for(mutation.author)? {
            return self.park(mutation, hash, ErrorCode::OutOfScope);
        }
        if self.parked.get() && self.is_held_up(mutation)? {
            return self.park(mutation, hash, ErrorCode::Internal);
        }
        self.attempt(mutation, hash)
    }

    /// Carries it out, and then what waited for the thing it brings.
    fn attempt(&self, mutation: &Mutation, hash: &str) -> Outcome<(Verdict, Option<u64>)> {
        let answer = self.carry_out(mutation, hash)?;
        let decided = !matches!(answer.0, Verdict::Parked { .. });
        if decided && self.parked.get() {
            self.wake(mutation)?;
        }
        Ok(answer)
    }

    fn carry_out(&self, mutation: &Mutation, hash: &str) -> Outcome<(Verdict, Option<u64>)> {
        let edit = self.edit();
        let applied = edit.savepoint(|| {
            let verdict = self.intake.apply(mutation)?;
            self.answer(mutation, hash, &verdict)?;
            Ok(verdict)
        });
        match applied {
            Ok(verdict) => Ok((verdict, None)),
            Err(Failure::Refused(error)) if error.code == ErrorCode::MutationUnknown => {
                self.park(mutation, hash, ErrorCode::MutationUnknown)
            }
            Err(Failure::Refused(error)) if error.code == ErrorCode::NotFound && self.may_come(mutation)? => {
                self.park(mutation, hash, ErrorCode::NotFound)
            }
            Err(Failure::Refused(error)) => {
                let verdict = Verdict::Rejected {
                    code: error.code,
                    details: error.details,
                };
                self.answer(mutation, hash, &verdict)?;
                Ok((verdict, None))
            }
            // Nothing can be written now; the phone tries again later.
            Err(Failure::Store(error)) if ends_all(&error) => Err(error.into()),
            Err(Failure::Store(error)) => self.fault(mutation, hash, &error.log_text()),
            Err(Failure::File(error)) => self.fault(mutation, hash, &error.kind().to_string()),
            Err(Failure::Panicked) => self.fault(mutation, hash, "panicked"),
        }
    }

    fn answer(&self, mutation: &Mutation, hash: &str, verdict: &Verdict) -> Outcome<()> {
        let edit = self.edit();
        let rejected = if let Verdict::Rejected { code, .. } = verdict {
            Some(*code)
        } else {
            None
        };
        if rejected == Some(ErrorCode::OutOfScope) {
            strays::insert(
                edit.tx,
                &edit.street,
                self.intake.device,
                mutation,
                ErrorCode::OutOfScope,
                edit.now,
            )?;
        }
        if rejected.is_some() {
            // No row shows it, but a copy of the database made before lacks it.
            edit.unseen();
            self.keep_photos(mutation)?;
        }
        let record = ReceiptRecord {
            mutation: mutation.id,
            device: Some(self.intake.device),
            author: mutation.author,
            seq: self.numbered.then_some(mutation.seq),
            kind: mutation.kind.clone(),
            entity: mutation.entity,
            body_hash: hash.to_owned(),
            verdict: verdict.clone(),
            kept: rejected.map(|_| serde_json::to_string(mutation)).transpose()?,
        };
        receipts::insert(edit.tx, &edit.street, &record, edit.now)?;
        edit.ahead.forget(mutation.id);
        edit.receipt(mutation.id);
        Ok(())
    }

    /// A fault of our own: the mutation is kept whole, and somebody must look.
    fn fault(&self, mutation: &Mutation, hash: &str, cause: &str) -> Outcome<(Verdict, Option<u64>)> {
        tracing::error!(mutation = %mutation.id, device = %self.intake.device, cause, "mutation parked");
        self.incident(IncidentKind::Fault, mutation, false)?;
        self.park(mutation, hash, ErrorCode::Internal)
    }

    /// Lets the phone hand over the photos of a mutation that changed nothing here. Nothing that a person photographed is
    /// lost because the record was refused.
    fn keep_photos(&self, mutation: &Mutation) -> Outcome<()> {
        let edit = self.edit();
        let (subject, named) = (Subject::Stray(mutation.id), photos_named(mutation));
        Ok(photos::add(
            edit.tx,
            &edit.street,
            subject,
            &named,
            Some(mutation.author),
        )?)
    }
}

/// The photos a mutation names, whatever its kind and its faults: those whose files can exist.
fn photos_named(mutation: &Mutation) -> Vec<PhotoManifest> {
    let listed = mutation.body.get("photos").and_then(Value::as_array);
    let readable = listed
        .into_iter()
        .flatten()
        .filter_map(|photo| PhotoManifest::deserialize(photo).ok());
    readable
        .filter(|photo| {
            photo
                .files()
                .all(|(_, file)| file.sha256.is_well_formed() && (1..=MAX_BLOB_BYTES).contains(&file.size))
        })
        .collect()
}

/// Errors after which no other mutation of the push could be written either.
fn ends_all(error: &StoreError) -> bool {
    let lasting = [
        ErrorCode::DiskFull,
        ErrorCode::DatabaseCorrupt,
        ErrorCode::Busy,
        ErrorCode::ReadOnly,
    ]
    .contains(&error.code());
    lasting || matches!(error, StoreError::NotCommitted(_) | StoreError::Closed)
}
