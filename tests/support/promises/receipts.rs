//! One answer for each mutation, for ever, the same on both sides; nothing typed is dropped.

use std::collections::{BTreeMap, BTreeSet};

use domain::protocol::{ErrorCode, Verdict, kind};
use domain::{DeviceId, MutationId};

use super::Ledger;
use super::outbox::{self, Held, HeldState};
use crate::phone::Phone;
use crate::server::StreetServer;

/// A receipt as the server stored it.
pub(super) struct Stored {
    pub(super) verdict: Verdict,
    pub(super) body_hash: String,
    /// The whole mutation, where it was refused.
    kept: Option<String>,
    /// False for an act of the office.
    from_phone: bool,
}

pub(super) fn of_server(server: &StreetServer) -> BTreeMap<MutationId, Stored> {
    let sql = "SELECT mutation_id, verdict, body_hash, kept, device_id FROM receipts";
    let found = server.read(|tx| {
        Ok(tx.query(sql, &[], |row| {
            let stored = Stored {
                verdict: row.json("verdict")?,
                body_hash: row.get("body_hash")?,
                kept: row.get("kept")?,
                from_phone: row.get::<Option<DeviceId>>("device_id")?.is_some(),
            };
            Ok((row.get::<MutationId>("mutation_id")?, stored))
        })?)
    });
    found.into_iter().collect()
}

/// Those that wait on the server for a person.
pub(super) fn parked(server: &StreetServer) -> BTreeSet<MutationId> {
    let sql = "SELECT mutation_id FROM parked WHERE settled_at IS NULL";
    let found = server.read(|tx| Ok(tx.query(sql, &[], |row| row.get("mutation_id"))?));
    found.into_iter().collect()
}

pub(super) fn check(
    ledger: &Ledger,
    answered: &BTreeMap<MutationId, Stored>,
    server: &StreetServer,
    phones: &[&Phone],
) -> Vec<String> {
    let mut breaches = Vec::new();
    for held in phones.iter().flat_map(|phone| outbox::mutations(phone.folder())) {
        same_on_both(&held, answered, &mut breaches);
    }
    for held in ledger.made.values() {
        match answered.get(&held.id) {
            Some(stored) => refused_for_a_reason(ledger, held, stored, answered, &mut breaches),
            None if ledger.gone.contains(&held.id) => {}
            None => breaches.push(format!("{} {} was saved and never answered", held.kind, held.id)),
        }
    }
    for (id, _) in answered.iter().filter(|(_, stored)| stored.from_phone) {
        if !ledger.made.contains_key(id) {
            breaches.push(format!("{id} was answered and nobody made it"));
        }
    }
    let parked = server.parked();
    if parked > 0 {
        breaches.push(format!("{parked} mutations are parked"));
    }
    breaches
}

fn same_on_both(held: &Held, answered: &BTreeMap<MutationId, Stored>, breaches: &mut Vec<String>) {
    if held.state == HeldState::Open {
        breaches.push(format!("{} {} has no verdict on its phone", held.kind, held.id));
        return;
    }
    let (Some(receipt), Some(stored)) = (&held.receipt, answered.get(&held.id)) else {
        breaches.push(format!(
            "{} {} was called delivered and is not on the server",
            held.kind, held.id
        ));
        return;
    };
    if receipt.verdict != stored.verdict || receipt.body_hash != stored.body_hash {
        breaches.push(format!("{} {} has two different answers", held.kind, held.id));
    }
}

/// What may be refused: work outside of the author's scope, kept as a stray; what came too late; and what rests on either.
fn refused_for_a_reason(
    ledger: &Ledger,
    held: &Held,
    stored: &Stored,
    answered: &BTreeMap<MutationId, Stored>,
    breaches: &mut Vec<String>,
) {
    let Verdict::Rejected { code, .. } = &stored.verdict else {
        return;
    };
    if stored.kept.is_none() {
        breaches.push(format!("{} {} was refused and not kept", held.kind, held.id));
    }
    let allowed = match (held.kind.as_str(), code) {
        (_, ErrorCode::OutOfScope) => true,
        (kind::REPORT_NOTE | kind::REPORT_WITHDRAW, ErrorCode::NotFound) => create_was_refused(ledger, held, answered),
        (kind::REPORT_WITHDRAW, _) => true,
        (kind::RESIDENT_EDIT | kind::RESIDENT_REMOVE, ErrorCode::NotFound) => {
            was_added(ledger, held) && create_was_refused(ledger, held, answered)
        }
        _ => false,
    };
    if !allowed {
        breaches.push(format!("{} {} was refused: {code:?}", held.kind, held.id));
    }
}

/// True for somebody whom a worker wrote down, not the street.
fn was_added(ledger: &Ledger, held: &Held) -> bool {
    ledger.made.values().any(|made| creates(made, held))
}

fn creates(made: &Held, held: &Held) -> bool {
    [kind::REPORT_CREATE, kind::RESIDENT_ADD].contains(&made.kind.as_str()) && made.entity == held.entity
}

fn create_was_refused(ledger: &Ledger, held: &Held, answered: &BTreeMap<MutationId, Stored>) -> bool {
    let mut creates = ledger.made.values().filter(|made| creates(made, held));
    creates.all(|made| {
        answered
            .get(&made.id)
            .is_none_or(|stored| matches!(stored.verdict, Verdict::Rejected { .. }))
    })
}
