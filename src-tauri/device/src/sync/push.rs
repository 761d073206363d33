//! Pushing mutations and writing down what the server says of each.

use domain::protocol::{
    ErrorCode, MAX_MUTATIONS, MAX_PUSH_BYTES, Mutation, PROTO, PushRequest, PushResponse, RevokeOrder, Stop,
    receipt_line,
};
use domain::{DeviceId, Epoch, StreetId};

use super::backoff::Lane;
use super::exchange::Fault;
use super::signed::Signed;
use crate::device::Device;
use crate::failure::Result;
use crate::ports::Topic;
use crate::store::identity::Identity;
use crate::store::mutation::PARKED_PAUSE_MS;
use crate::store::{identity, mutation, photo_file};

/// Room for the rest of the request beside its mutations, in bytes.
const ENVELOPE_BYTES: usize = 4 * 1024;
/// A mutation pushed alone that fails this often is set aside.
const TRIES_ALONE: u32 = 3;
/// How long one rests that was set aside for the first time, in milliseconds; twice as long each further time.
const FIRST_PAUSE_MS: i64 = 60_000;

impl Device {
    /// One push. With `empty` it only asks whether the server is there.
    pub(crate) async fn push(&self, empty: bool) -> std::result::Result<(), Fault> {
        let Some((identity, batch)) = self.take_batch(empty)? else {
            return Ok(());
        };
        let news = self.news(&identity)?;
        let request = PushRequest {
            proto: PROTO,
            epoch: identity.epoch,
            device: identity.device,
            seen: identity.seen_rev,
            announce: news.announce(),
            mutations: batch,
        };
        let asked_at = self.ports.clock.mono_ms();
        let answer: std::result::Result<PushResponse, Fault> = self
            .call_json(&identity.server, Some(&identity.token), "/v1/push", &request)
            .await;
        match answer {
            Ok(response) => {
                let lines = response.receipts.iter().map(receipt_line).collect();
                let (rev, sig) = (Some(response.street_rev), response.sig.as_deref());
                let signed = Signed::check(&identity, response.epoch, rev, lines, sig)?;
                self.was_told(news, response.epoch);
                self.note_clock(identity.device, response.server_ms, asked_at)?;
                self.write_receipts(identity.device, &response, &signed)?;
                self.after_push(&request.mutations, &response);
                Ok(())
            }
            Err(fault) => {
                self.note_refusal(&identity, &fault)?;
                self.narrow_down(&request.mutations, &fault)?;
                Err(fault)
            }
        }
    }

    /// The next batch, numbered durably before it is sent.
    fn take_batch(&self, empty: bool) -> Result<Option<(Identity, Vec<Mutation>)>> {
        let limit = self.engine.memory().batch;
        let now = self.ports.clock.wall_ms();
        self.store.write_outbox(|tx| {
            let Some(mut identity) = identity::get(tx)? else {
                return Ok(None);
            };
            if empty {
                return Ok(Some((identity, Vec::new())));
            }
            let max_bytes = MAX_PUSH_BYTES - ENVELOPE_BYTES;
            let batch = mutation::take_batch(tx, &mut identity.next_seq, now, limit, max_bytes)?;
            identity::put(tx, &identity)?;
            Ok(Some((identity, batch)))
        })
    }

    /// Notes the server's clock: half of the time the request took is the way back.
    pub(crate) fn note_clock(&self, device: DeviceId, server_ms: i64, asked_at: i64) -> Result<()> {
        let (wall, took) = (self.ports.clock.wall_ms(), self.ports.clock.mono_ms() - asked_at);
        let unknown = self.identity()?.is_some_and(|identity| identity.revoked);
        let shown_otherwise = unknown || self.lock()?.is_some();
        self.store
            .write_outbox(|tx| identity::note_success(tx, device, wall, server_ms + took / 2 - wall))?;
        if shown_otherwise {
            self.ports
                .changed
                .changed(&[Topic::Session, Topic::Households, Topic::Today, Topic::Map]);
        }
        Ok(())
    }

    fn write_receipts(&self, device: DeviceId, response: &PushResponse, signed: &Signed) -> Result<()> {
        let now = self.ports.clock.wall_ms();
        self.store.write_outbox(|tx| {
            let Some(mut identity) = identity::get(tx)? else {
                return Ok(());
            };
            if identity.device != device {
                return Ok(()); // an answer to who we were before
            }
            if begin_history(tx, &mut identity, response.epoch)? {
                identity.next_seq = response.last_seq + 1;
            }
            let seen = response.receipts.iter().filter_map(|receipt| receipt.rev).max();
            identity.note_revs(seen, response.durable_rev, response.street_rev);
            let proof = signed.keep(tx)?;
            for receipt in &response.receipts {
                mutation::settle(tx, receipt, proof, response.epoch, now)?;
            }
            match response.stop {
                None => {}
                Some(Stop::Gap { last }) => {
                    mutation::forget_numbers(tx)?;
                    identity.next_seq = last + 1;
                }
                Some(Stop::Fork { .. }) => identity.take_another_name(self.new_credentials()),
            }
            identity::put(tx, &identity)
        })
    }

    /// Begins another server history if an answer is of one. True when it began.
    pub(crate) fn note_history(&self, asked_as: DeviceId, epoch: Epoch) -> Result<bool> {
        if self.identity()?.is_none_or(|identity| identity.epoch == Some(epoch)) {
            return Ok(false);
        }
        self.store.write_outbox(|tx| {
            let Some(mut identity) = identity::get(tx)?.filter(|now| now.device == asked_as) else {
                return Ok(false);
            };
            let began = begin_history(tx, &mut identity, epoch)?;
            if began {
                identity.next_seq = 1;
                mutation::forget_numbers(tx)?;
            }
            identity::put(tx, &identity)?;
            Ok(began)
        })
    }

    fn after_push(&self, sent: &[Mutation], response: &PushResponse) {
        let now = self.ports.clock.mono_ms();
        let mut memory = self.engine.memory();
        memory.batch = (memory.batch * 2).min(MAX_MUTATIONS);
        for mutation in sent {
            memory.failures_alone.remove(&mutation.id);
            memory.set_aside.remove(&mutation.id);
        }
        memory.last_error = None;
        let facts = *memory.lanes.get(Lane::Facts);
        memory.lanes.reset();
        // Numbering anew should close a gap. A server that goes on seeing one is asked as rarely as one that fails.
        if response.receipts.is_empty() && matches!(response.stop, Some(Stop::Gap { .. })) {
            let lane = memory.lanes.get_mut(Lane::Facts);
            *lane = facts;
            lane.fail(now, |most| self.ports.ids.up_to(most), None);
        }
        if let Some(wait) = response.next_after_ms {
            memory.lanes.get_mut(Lane::Facts).not_before = now + i64::from(wait);
        }
        if !sent.is_empty() {
            memory.pull_due_at = now;
            drop(memory);
            self.ports
                .changed
                .changed(&[Topic::Reports, Topic::Households, Topic::Today, Topic::Sync]);
        }
    }

    /// A refused device does as the office ordered; without an order it keeps everything and only stops sending. What was
    /// refused to somebody who gave the phone away since says nothing of whoever has it now: they are told when they ask.
    pub(crate) fn note_refusal(&self, asked_as: &Identity, fault: &Fault) -> Result<()> {
        let Fault::Refused { error, .. } = fault else {
            return Ok(());
        };
        if error.code == ErrorCode::DeviceRevoked {
            let order = error.details.get("order").cloned().unwrap_or_default();
            let order = serde_json::from_value(order).unwrap_or(RevokeOrder::Lock);
            self.store
                .write_outbox(|tx| match identity::get(tx)?.filter(|now| now.is(asked_as)) {
                    Some(now) => identity::revoke(tx, now.device, order),
                    None => Ok(()),
                })?;
        } else if error.code == ErrorCode::Unauthenticated {
            self.note_unknown(asked_as)?;
        } else {
            return Ok(());
        }
        self.saved(&[Topic::Session, Topic::Sync, Topic::Households, Topic::Today, Topic::Map]);
        Ok(())
    }

    /// The server answered, but not with receipts: one of these may be more than it can read. Halve until the one is
    /// alone, then set it aside, so that it never blocks the rest.
    fn narrow_down(&self, sent: &[Mutation], fault: &Fault) -> Result<()> {
        let Fault::Refused { error, .. } = fault else {
            return Ok(());
        };
        if sent.is_empty() || !about_content(error.code) {
            return Ok(());
        }
        let mut memory = self.engine.memory();
        memory.batch = (memory.batch.min(sent.len()) / 2).max(1);
        let [alone] = sent else { return Ok(()) };
        let failures = memory.failures_alone.entry(alone.id).or_default();
        *failures += 1;
        if *failures < TRIES_ALONE {
            return Ok(());
        }
        memory.failures_alone.remove(&alone.id);
        let times = memory.set_aside.entry(alone.id).or_default();
        // Perhaps it is the server that is unwell, and not for long.
        let pause = FIRST_PAUSE_MS
            .saturating_mul(1 << (*times).min(30))
            .min(PARKED_PAUSE_MS);
        *times += 1;
        memory.lanes.reset();
        drop(memory);
        tracing::warn!(mutation = %alone.id, code = ?error.code, "set aside a mutation the server cannot read");
        let next_offer = self.ports.clock.wall_ms() + pause;
        self.store.write_outbox(|tx| {
            mutation::set_aside(tx, alone.id, error.code, next_offer)?;
            if let Some(mut identity) = identity::get(tx)? {
                // Its number was never used up.
                identity.next_seq = alone.seq;
                identity::put(tx, &identity)?;
            }
            Ok(())
        })?;
        self.ports.changed.changed(&[Topic::Reports, Topic::Today, Topic::Sync]);
        Ok(())
    }
}

/// True for refusals that the content of a push may have caused.
fn about_content(code: ErrorCode) -> bool {
    !matches!(
        code,
        ErrorCode::Unauthenticated
            | ErrorCode::DeviceRevoked
            | ErrorCode::DeviceMismatch
            | ErrorCode::Forbidden
            | ErrorCode::TooManyTries
            | ErrorCode::Busy
            | ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::ProtoUnsupported
            | ErrorCode::DatabaseNewer
            | ErrorCode::DatabaseCorrupt
    )
}

/// Begins another server history if this is one: everything the street answered before is unanswered again. True when it began.
pub(crate) fn begin_history(outbox: &rusqlite::Connection, identity: &mut Identity, epoch: Epoch) -> Result<bool> {
    let before = identity.epoch.replace(epoch);
    if before == Some(epoch) {
        return Ok(false);
    }
    if before.is_some() {
        tracing::info!("the server has a new history; everything it was sent is offered again");
        identity.forget_revs();
        offer_lost_again(outbox, &identity.profile.street, epoch)?;
    }
    Ok(before.is_some())
}

/// What the street answered in another history than this one may be missing there.
pub(crate) fn offer_lost_again(outbox: &rusqlite::Connection, street: &StreetId, epoch: Epoch) -> Result<()> {
    mutation::reopen(outbox, street, epoch)?;
    photo_file::reopen(outbox, street, epoch)
}
