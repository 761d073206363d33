//! The outbox: every change made on this phone, in the order of making, with the server's answer once there is one.
//! Rows are kept after their answer, until an off-machine copy of the server exists.

use domain::protocol::{ErrorCode, Mutation, Receipt, Verdict, kind};
use domain::{Epoch, MutationId, StreetId, UserId};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};
use serde_json::Value;
use uuid::Uuid;

use super::cached::Cached as _;
use super::identity::uuid;
use super::{history, proof};
use crate::failure::Result;

/// How long a parked mutation waits before it is offered again, at most.
pub(crate) const PARKED_PAUSE_MS: i64 = 3_600_000;

/// To be offered at the wall time `?1`, and by this device. A pause that ends later than any pause lasts was begun on a clock
/// that was wrong. What rests on something that was set aside here waits for it: without it the server would refuse the rest.
fn due_here() -> String {
    let paused = |row: &str| format!("{row}.next_offer_ms > ?1 and {row}.next_offer_ms <= ?1 + {PARKED_PAUSE_MS}");
    format!(
        "(state = 'pending' or (state = 'parked' and not ({})))
         and {SENDABLE}
         and not exists (select 1 from mutation earlier
             where earlier.entity = mutation.entity and earlier.n < mutation.n and earlier.state = 'parked'
                 and earlier.acked_epoch is null and {})",
        paused("mutation"),
        paused("earlier")
    )
}

/// Where a mutation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MutationState {
    /// No verdict yet.
    Pending,
    /// Applied, merged or superseded.
    Final,
    /// The server refused it.
    Rejected,
    /// No verdict: the server keeps it for a person; or it was set aside here because the server cannot read it.
    Parked,
}

impl MutationState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Final => "final",
            Self::Rejected => "rejected",
            Self::Parked => "parked",
        }
    }

    fn read(column: usize, text: &str) -> rusqlite::Result<Self> {
        match text {
            "pending" => Ok(Self::Pending),
            "final" => Ok(Self::Final),
            "rejected" => Ok(Self::Rejected),
            "parked" => Ok(Self::Parked),
            other => Err(rusqlite::Error::FromSqlConversionFailure(
                column,
                Type::Text,
                other.to_owned().into(),
            )),
        }
    }
}

/// A mutation as stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) id: MutationId,
    pub(crate) seq: Option<u64>,
    pub(crate) kind: String,
    pub(crate) v: u16,
    pub(crate) entity: Uuid,
    pub(crate) author: UserId,
    pub(crate) body: Value,
    pub(crate) body_hash: String,
    pub(crate) wall_ms: i64,
    pub(crate) server_est_ms: Option<i64>,
    pub(crate) state: MutationState,
    pub(crate) receipt: Option<Receipt>,
    /// True once an off-machine copy of the server holds its answer.
    pub(crate) copied: bool,
    /// True once the worker sent a refused record anew or knowingly gave it up.
    pub(crate) dismissed: bool,
    /// True once the worker has read what became of an edit that met another one.
    pub(crate) told: bool,
}

impl Stored {
    /// True while the worker still has to decide about a refusal.
    pub(crate) fn is_refused(&self) -> bool {
        self.state == MutationState::Rejected && !self.dismissed
    }

    /// The code of a refusal or of being parked.
    pub(crate) fn error(&self) -> Option<ErrorCode> {
        match &self.receipt.as_ref()?.verdict {
            Verdict::Rejected { code, .. } | Verdict::Parked { code } => Some(*code),
            Verdict::Applied | Verdict::Merged { .. } | Verdict::Superseded => None,
        }
    }

    /// As it travels under `seq`.
    pub(crate) fn offered_as(&self, seq: u64) -> Mutation {
        Mutation {
            id: self.id,
            seq,
            kind: self.kind.clone(),
            v: self.v,
            entity: self.entity,
            author: self.author,
            wall_ms: self.wall_ms,
            server_est_ms: self.server_est_ms,
            body: self.body.clone(),
        }
    }
}

const COLUMNS: &str = "id, seq, kind, v, entity, author, body, body_hash, wall_ms, server_est_ms, state, receipt,
    dismissed_ms is not null, told_ms is not null,
    exists (select 1 from identity i where i.epoch = acked_epoch and i.durable_rev >= acked_rev)";

fn read(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let json = |column: usize, text: &str| -> rusqlite::Result<Value> {
        serde_json::from_str(text)
            .map_err(|fault| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(fault)))
    };
    let receipt = row
        .get::<_, Option<String>>(11)?
        .map(|text| json(11, &text))
        .transpose()?;
    Ok(Stored {
        id: MutationId(uuid(0, &row.get::<_, String>(0)?)?),
        seq: row.get(1)?,
        kind: row.get(2)?,
        v: row.get(3)?,
        entity: uuid(4, &row.get::<_, String>(4)?)?,
        author: UserId(uuid(5, &row.get::<_, String>(5)?)?),
        body: json(6, &row.get::<_, String>(6)?)?,
        body_hash: row.get(7)?,
        wall_ms: row.get(8)?,
        server_est_ms: row.get(9)?,
        state: MutationState::read(10, &row.get::<_, String>(10)?)?,
        receipt: receipt
            .map(serde_json::from_value)
            .transpose()
            .map_err(|fault| rusqlite::Error::FromSqlConversionFailure(11, Type::Text, Box::new(fault)))?,
        dismissed: row.get(12)?,
        told: row.get(13)?,
        copied: row.get(14)?,
    })
}

fn select(outbox: &Connection, filter: &str, values: impl Params) -> Result<Vec<Stored>> {
    let mut statement = outbox.prepare_cached(&format!("select {COLUMNS} from mutation where {filter} order by n"))?;
    let found = statement.query_map(values, read)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Adds a new one.
pub(crate) fn insert(outbox: &Connection, made: &Mutation) -> Result<()> {
    outbox.run(
        "insert into mutation (id, kind, v, entity, author, body, body_hash, wall_ms, server_est_ms, state)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'pending')",
        params![
            made.id.to_string(),
            made.kind,
            made.v,
            made.entity.to_string(),
            made.author.to_string(),
            serde_json::to_string(&made.body)?,
            domain::protocol::body_hash(made),
            made.wall_ms,
            made.server_est_ms,
        ],
    )?;
    Ok(())
}

/// One by its name.
pub(crate) fn get(outbox: &Connection, id: MutationId) -> Result<Option<Stored>> {
    Ok(select(outbox, "id = ?1", [id.to_string()])?.pop())
}

/// Everything about one entity, oldest first.
pub(crate) fn of_entity(outbox: &Connection, entity: Uuid) -> Result<Vec<Stored>> {
    select(outbox, "entity = ?1", [entity.to_string()])
}

/// Everything of one kind, oldest first.
pub(crate) fn of_kind(outbox: &Connection, kind: &str) -> Result<Vec<Stored>> {
    select(outbox, "kind = ?1", [kind])
}

/// Every edit of a household file, oldest first.
pub(crate) fn household_edits(outbox: &Connection) -> Result<Vec<Stored>> {
    let kinds = [
        kind::HOUSEHOLD_EDIT,
        kind::RESIDENT_ADD,
        kind::RESIDENT_EDIT,
        kind::RESIDENT_REMOVE,
    ];
    select(outbox, "kind in (?1, ?2, ?3, ?4)", kinds)
}

/// Notes that the worker has read what became of an edit.
pub(crate) fn tell(outbox: &Connection, id: MutationId, now_ms: i64) -> Result<()> {
    let sql = "update mutation set told_ms = ?2 where id = ?1 and told_ms is null";
    outbox.run(sql, params![id.to_string(), now_ms])?;
    Ok(())
}

/// Everything that is not delivered and not given up, oldest first.
pub(crate) fn unsettled(outbox: &Connection) -> Result<Vec<Stored>> {
    select(outbox, "state <> 'final' and dismissed_ms is null", [])
}

/// Notes that the worker dealt with a refusal. It asks for nothing any more.
pub(crate) fn dismiss(outbox: &Connection, id: MutationId, now_ms: i64) -> Result<()> {
    outbox.run(
        "update mutation set dismissed_ms = ?2 where id = ?1 and state = 'rejected' and dismissed_ms is null",
        params![id.to_string(), now_ms],
    )?;
    Ok(())
}

/// Another record was made of this one. It may have been refused in a history that is over, and wait to be sent again.
pub(crate) fn replace(outbox: &Connection, id: MutationId, now_ms: i64) -> Result<()> {
    outbox.run(
        "update mutation set state = 'rejected', seq = null, dismissed_ms = ?2
         where id = ?1 and state in ('rejected', 'pending') and dismissed_ms is null",
        params![id.to_string(), now_ms],
    )?;
    Ok(())
}

/// Everything, oldest first.
pub(crate) fn all(outbox: &Connection) -> Result<Vec<Stored>> {
    select(outbox, "true", [])
}

/// Travels only under a device that speaks for its author, or to the street that had it and lost it, or from a phone that is to
/// send everything before it removes it, unless that is another street's. The street parks what it does not know to be this
/// device's to say, and so has it.
pub(super) const SENDABLE: &str = "(author in (select user from author)
    or exists (select 1 from identity i where json_extract(i.profile, '$.street') = lost_by
        or (i.revoke_order = 'upload_then_wipe' and lost_by is null and (acked_epoch is null or acked_epoch = i.epoch))))";

/// Number of mutations without a verdict that this device can push.
pub(crate) fn sendable(outbox: &Connection) -> Result<u32> {
    let sql = format!("select count(*) from mutation where state in ('pending', 'parked') and {SENDABLE}");
    Ok(outbox.one(&sql, [], |row| row.get(0))?)
}

/// Number of mutations that have to go before this person signs out: theirs without a verdict, and those of others that this
/// device can push and no server holds.
pub(crate) fn before_sign_out(outbox: &Connection, me: Option<UserId>) -> Result<u32> {
    let sql = format!(
        "select count(*) from mutation where state in ('pending', 'parked') and {SENDABLE}
             and (author = ?1 or acked_epoch is null)"
    );
    let me = me.map(|me| me.to_string()).unwrap_or_default();
    Ok(outbox.one(&sql, [me], |row| row.get(0))?)
}

/// Number of mutations that no server holds, whoever made them: it has answered neither with a verdict nor by parking them
/// for a person. What was set aside on this phone is among them.
pub(crate) fn held_here_alone(outbox: &Connection) -> Result<u32> {
    let sql = "select count(*) from mutation where state = 'pending' or (state = 'parked' and acked_epoch is null)";
    Ok(outbox.one(sql, [], |row| row.get(0))?)
}

/// Numbers of mutations without a verdict, by who made them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsent {
    /// By the person asked for.
    pub(crate) own: u32,
    /// By others whom this device speaks for.
    pub(crate) of_others: u32,
    /// By people whom it does not speak for.
    pub(crate) held_back: u32,
}

/// What one person has not sent yet, and what others left.
pub(crate) fn unsent_of(outbox: &Connection, author: Option<UserId>) -> Result<Unsent> {
    let found = outbox.one(
        &format!(
            "select coalesce(sum(author = ?1), 0), coalesce(sum(author <> ?1 and {SENDABLE}), 0),
                    coalesce(sum(author <> ?1 and not {SENDABLE}), 0)
             from mutation where state in ('pending', 'parked')"
        ),
        [author.map(|author| author.to_string()).unwrap_or_default()],
        |row| {
            Ok(Unsent {
                own: row.get(0)?,
                of_others: row.get(1)?,
                held_back: row.get(2)?,
            })
        },
    )?;
    Ok(found)
}

/// Number of mutations without a verdict, and the device time of the oldest.
pub(crate) fn unsent(outbox: &Connection) -> Result<(u32, Option<i64>)> {
    let found = outbox.one(
        "select count(*), min(wall_ms) from mutation where state in ('pending', 'parked')",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(found)
}

/// Every mutation without a verdict that this device can send, oldest first; those without a number yet have 0.
pub(crate) fn unsent_whole(outbox: &Connection) -> Result<Vec<Mutation>> {
    let waiting = select(outbox, &format!("state in ('pending', 'parked') and {SENDABLE}"), [])?;
    Ok(waiting.iter().map(|row| row.offered_as(row.seq.unwrap_or(0))).collect())
}

/// Number of mutations to offer now.
pub(crate) fn due(outbox: &Connection, now_ms: i64) -> Result<u32> {
    let found = outbox.one(
        &format!("select count(*) from mutation where {}", due_here()),
        [now_ms],
        |row| row.get(0),
    )?;
    Ok(found)
}

/// When the first parked mutation is offered again.
pub(crate) fn next_parked_offer(outbox: &Connection) -> Result<Option<i64>> {
    let found = outbox.one(
        &format!("select min(next_offer_ms) from mutation where state = 'parked' and {SENDABLE}"),
        [],
        |row| row.get(0),
    )?;
    Ok(found)
}

/// Offers everything parked again at the next push.
pub(crate) fn offer_parked_now(outbox: &Connection) -> Result<()> {
    outbox.run("update mutation set next_offer_ms = 0 where state = 'parked'", [])?;
    Ok(())
}

/// The next batch to push, numbered. At most `limit` mutations and about `max_bytes` of JSON, at least one.
/// Numbers once given stay until the server answers, so that a lost request is repeated as it was.
pub(crate) fn take_batch(
    outbox: &Connection,
    next_seq: &mut u64,
    now_ms: i64,
    limit: usize,
    max_bytes: usize,
) -> Result<Vec<Mutation>> {
    let waiting = select(outbox, &due_here(), [now_ms])?;
    let (mut numbered, fresh): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|row| row.seq.is_some());
    numbered.sort_by_key(|row| row.seq);
    let mut batch = Vec::new();
    let mut bytes = 0;
    for row in numbered.iter().chain(&fresh) {
        let mutation = row.offered_as(row.seq.unwrap_or(*next_seq));
        bytes += serde_json::to_vec(&mutation)?.len() + 1;
        if batch.len() >= limit || (bytes > max_bytes && !batch.is_empty()) {
            break;
        }
        if row.seq.is_none() {
            give_number(outbox, row.id, next_seq)?;
        }
        batch.push(mutation);
    }
    Ok(batch)
}

fn give_number(outbox: &Connection, id: MutationId, next_seq: &mut u64) -> Result<()> {
    outbox.run(
        "update mutation set seq = ?1 where id = ?2",
        params![*next_seq, id.to_string()],
    )?;
    *next_seq += 1;
    Ok(())
}

/// Writes the server's answer and takes its number back: after a fork or gap another one may get it.
/// False when no such mutation is here.
pub(crate) fn settle(
    outbox: &Connection,
    receipt: &Receipt,
    proof: Option<i64>,
    epoch: Epoch,
    now_ms: i64,
) -> Result<bool> {
    let hash: Option<String> = outbox
        .one(
            "select body_hash from mutation where id = ?1",
            [receipt.id.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    let Some(hash) = hash else { return Ok(false) };
    // A receipt for another body under this name says nothing about ours.
    let (mut receipt, mut proof) = (receipt.clone(), proof);
    if hash != receipt.body_hash {
        // The server did not sign what is written here instead.
        proof = None;
        receipt.verdict = Verdict::Parked {
            code: ErrorCode::MutationIdConflict,
        };
    }
    let state = match receipt.verdict {
        Verdict::Applied | Verdict::Merged { .. } | Verdict::Superseded => MutationState::Final,
        Verdict::Rejected { .. } => MutationState::Rejected,
        Verdict::Parked { .. } => MutationState::Parked,
    };
    let parked = state == MutationState::Parked;
    outbox.run(
        "update mutation set state = ?2, receipt = ?3, acked_epoch = ?4, acked_rev = ?5, next_offer_ms = ?6, seq = null,
                answered_ms = ?7, proof = ?8
         where id = ?1",
        params![
            receipt.id.to_string(),
            state.as_str(),
            serde_json::to_string(&receipt)?,
            epoch.to_string(),
            receipt.rev,
            parked.then_some(now_ms + PARKED_PAUSE_MS),
            now_ms,
            proof,
        ],
    )?;
    Ok(true)
}

/// Sets one aside that the server cannot even read, so that the rest goes on. It is offered again at `next_offer_ms`.
pub(crate) fn set_aside(outbox: &Connection, id: MutationId, code: ErrorCode, next_offer_ms: i64) -> Result<()> {
    let body_hash: String = outbox.one(
        "select body_hash from mutation where id = ?1",
        [id.to_string()],
        |row| row.get(0),
    )?;
    let receipt = Receipt {
        id,
        verdict: Verdict::Parked { code },
        rev: None,
        body_hash,
    };
    outbox.run(
        "update mutation set state = 'parked', receipt = ?2, next_offer_ms = ?3, proof = null where id = ?1",
        params![id.to_string(), serde_json::to_string(&receipt)?, next_offer_ms],
    )?;
    forget_numbers(outbox)
}

/// Takes the numbers back from everything without a verdict; the next batch numbers it anew.
pub(crate) fn forget_numbers(outbox: &Connection) -> Result<()> {
    outbox.run(
        "update mutation set seq = null where state in ('pending', 'parked')",
        [],
    )?;
    Ok(())
}

/// Delivered before `?1`, which the server signed, and safe in an off-machine copy of it, which it says without signing.
const SAFE: &str = "(state = 'final' or dismissed_ms is not null) and answered_ms <= ?1 and proof is not null
    and exists (select 1 from identity i where i.epoch = acked_epoch and i.durable_rev >= acked_rev)
    and not exists (select 1 from photo_ref r join photo_file f on f.sha256 = r.sha256
        where r.mutation = mutation.id and f.freed_ms is null)";

/// Removes what is safe elsewhere and whose photo files were let go of; what proves its delivery stays. Returns how many
/// that were.
pub(crate) fn let_go(outbox: &Connection, then_ms: i64) -> Result<usize> {
    proof::keep_of_mutations(outbox, SAFE, [then_ms])?;
    // Not whatever has a proof of delivery: that may be of a history that is no more.
    outbox.run(
        &format!("delete from photo_ref where mutation in (select id from mutation where {SAFE})"),
        [then_ms],
    )?;
    let count = outbox.run(&format!("delete from mutation where {SAFE}"), [then_ms])?;
    outbox.run(
        "delete from photo_file where freed_ms is not null
             and not exists (select 1 from photo_ref r where r.sha256 = photo_file.sha256)",
        [],
    )?;
    Ok(count)
}

/// The street's server has begun this history, or is met in it: everything kept here that it answered in another one is
/// unanswered again, but for what was given up or sent anew. What proves its delivery then stays; a refusal proves none, and in
/// `delivered` would keep a later delivery's proof out.
pub(crate) fn reopen(outbox: &Connection, street: &StreetId, epoch: Epoch) -> Result<()> {
    let lost = format!("dismissed_ms is null and {}", history::lost("acked_epoch"));
    let of = [&epoch.to_string(), street.as_str()];
    proof::keep_of_mutations(outbox, &format!("state = 'final' and {lost}"), of)?;
    outbox.run(
        &format!(
            "update mutation set state = 'pending', seq = null, receipt = null, acked_epoch = null, acked_rev = null,
                    next_offer_ms = null, answered_ms = null, proof = null,
                    lost_by = coalesce((select street from history where epoch = acked_epoch), lost_by)
             where {lost}"
        ),
        of,
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::protocol::{Statement, receipt_line};
    use serde_json::json;

    use super::*;
    use crate::store::{Store, for_test};

    fn made(n: u128) -> Mutation {
        Mutation {
            id: MutationId(Uuid::from_u128(n)),
            seq: 0,
            kind: "report.note".to_owned(),
            v: 1,
            entity: Uuid::from_u128(900 + n),
            author: UserId(Uuid::from_u128(5)),
            wall_ms: 1_000,
            server_est_ms: None,
            body: json!({ "text": "x" }),
        }
    }

    fn with(count: u128) -> (tempfile::TempDir, Store) {
        let (dir, store) = for_test();
        store
            .write_outbox(|tx| {
                crate::store::identity::add_author(tx, UserId(Uuid::from_u128(5)))?;
                (1..=count).try_for_each(|n| insert(tx, &made(n)))
            })
            .unwrap();
        (dir, store)
    }

    fn batch(store: &Store, next: &mut u64, limit: usize) -> Vec<(u128, u64)> {
        let taken = store
            .write_outbox(|tx| take_batch(tx, next, 0, limit, 1 << 20))
            .unwrap();
        taken.iter().map(|m| (m.id.0.as_u128(), m.seq)).collect()
    }

    fn answer(n: u128, verdict: Verdict) -> Receipt {
        let body_hash = domain::protocol::body_hash(&made(n));
        Receipt {
            id: MutationId(Uuid::from_u128(n)),
            verdict,
            rev: Some(9),
            body_hash,
        }
    }

    fn settle_one(store: &Store, receipt: &Receipt) {
        store
            .write_outbox(|tx| settle(tx, receipt, None, Epoch(Uuid::nil()), 0))
            .unwrap();
    }

    /// As [`settle_one`], with a signed answer.
    fn settle_signed(store: &Store, receipt: &Receipt) {
        let statement = Statement {
            epoch: Epoch(Uuid::nil()),
            street_rev: 9,
            lines: vec![receipt_line(receipt)],
        };
        store
            .write_outbox(|tx| {
                let proof = proof::insert(tx, &statement, "sig", "key")?;
                settle(tx, receipt, Some(proof), statement.epoch, 0)
            })
            .unwrap();
    }

    fn begin_another_history(store: &Store) {
        let another = Epoch(Uuid::from_u128(7));
        store.write_outbox(|tx| reopen(tx, &"s".into(), another)).unwrap();
    }

    /// Receipts and photos that the phone would show as proved.
    fn shown(store: &Store) -> (usize, usize) {
        let evidence = store.outbox(|outbox| proof::evidence(outbox, "key")).unwrap();
        let proofs = evidence.proofs.iter();
        proofs.fold((0, 0), |(receipts, photos), proof| {
            (receipts + proof.receipts.len(), photos + proof.photos.len())
        })
    }

    #[test]
    fn a_batch_repeated_after_a_lost_reply_has_the_same_numbers() {
        let (_dir, store) = with(3);
        let mut next = 1;
        assert_eq!(batch(&store, &mut next, 2), [(1, 1), (2, 2)]);
        assert_eq!(batch(&store, &mut next, 2), [(1, 1), (2, 2)]);
        assert_eq!(next, 3);
    }

    #[test]
    fn a_batch_stops_at_its_size_but_is_never_empty() {
        let (_dir, store) = with(2);
        let taken = store.write_outbox(|tx| take_batch(tx, &mut 1, 0, 128, 1)).unwrap();
        assert_eq!(taken.len(), 1);
    }

    #[test]
    fn a_delivered_mutation_stays_but_is_not_offered_again() {
        let (_dir, store) = with(2);
        let mut next = 1;
        batch(&store, &mut next, 2);
        settle_one(&store, &answer(1, Verdict::Applied));
        assert_eq!(batch(&store, &mut next, 2), [(2, 2)]);
        assert_eq!(store.outbox(all).unwrap().len(), 2);
        assert_eq!(store.outbox(unsent).unwrap(), (1, Some(1_000)));
    }

    #[test]
    fn a_parked_mutation_waits_an_hour_and_gets_a_new_number() {
        let (_dir, store) = with(1);
        let mut next = 1;
        batch(&store, &mut next, 1);
        settle_one(
            &store,
            &answer(
                1,
                Verdict::Parked {
                    code: ErrorCode::Internal,
                },
            ),
        );
        assert!(batch(&store, &mut next, 1).is_empty());
        let later = store
            .write_outbox(|tx| take_batch(tx, &mut next, PARKED_PAUSE_MS, 1, 1 << 20))
            .unwrap();
        assert_eq!(later[0].seq, 2);
        assert_eq!(store.outbox(unsent).unwrap().0, 1);
    }

    #[test]
    fn what_is_about_the_same_thing_waits_behind_what_was_set_aside() {
        let (_dir, store) = with(2);
        store
            .write_outbox(|tx| {
                let note = Mutation {
                    entity: made(1).entity,
                    ..made(3)
                };
                insert(tx, &note)?;
                set_aside(tx, MutationId(Uuid::from_u128(1)), ErrorCode::Internal, 60_000)
            })
            .unwrap();
        let mut next = 1;
        assert_eq!(batch(&store, &mut next, 9), [(2, 1)]);
        settle_one(&store, &answer(2, Verdict::Applied));
        assert_eq!(store.outbox(|outbox| due(outbox, 0)).unwrap(), 0);
        let then = store.write_outbox(|tx| take_batch(tx, &mut next, 60_000, 9, 1 << 20));
        let then: Vec<u128> = then.unwrap().iter().map(|one| one.id.0.as_u128()).collect();
        assert_eq!(then, [1, 3], "both in the order of making");
    }

    #[test]
    fn a_gap_renumbers_what_has_no_verdict_in_the_order_of_making() {
        let (_dir, store) = with(3);
        let mut next = 1;
        batch(&store, &mut next, 3);
        settle_one(&store, &answer(1, Verdict::Applied));
        store.write_outbox(|tx| forget_numbers(tx)).unwrap();
        next = 8;
        assert_eq!(batch(&store, &mut next, 3), [(2, 8), (3, 9)]);
    }

    #[test]
    fn a_new_server_history_makes_everything_unanswered() {
        let (_dir, store) = with(2);
        let mut next = 1;
        batch(&store, &mut next, 2);
        settle_one(&store, &answer(1, Verdict::Applied));
        let refusal = Verdict::Rejected {
            code: ErrorCode::Invalid,
            details: Value::Null,
        };
        settle_one(&store, &answer(2, refusal));
        begin_another_history(&store);
        next = 1;
        assert_eq!(batch(&store, &mut next, 2), [(1, 1), (2, 2)]);
    }

    #[test]
    fn what_another_history_confirmed_stays_proved_and_is_not_let_go_of_unanswered() {
        let (_dir, store) = with(2);
        settle_signed(&store, &answer(1, Verdict::Applied));
        let refusal = Verdict::Rejected {
            code: ErrorCode::Invalid,
            details: Value::Null,
        };
        settle_signed(&store, &answer(2, refusal));
        assert_eq!(shown(&store), (2, 0));
        begin_another_history(&store);
        assert_eq!(shown(&store), (1, 0), "the delivery, as a record");
        assert_eq!(store.write_outbox(|tx| let_go(tx, i64::MAX)).unwrap(), 0);
        assert_eq!(store.outbox(unsent).unwrap().0, 2);
        settle_signed(&store, &answer(1, Verdict::Superseded));
        assert_eq!(shown(&store), (2, 0), "in both histories");
    }

    #[test]
    fn an_answer_written_here_is_not_shown_as_the_servers() {
        let (_dir, store) = with(2);
        settle_signed(
            &store,
            &Receipt {
                body_hash: "other".to_owned(),
                ..answer(1, Verdict::Applied)
            },
        );
        let parked = Verdict::Parked {
            code: ErrorCode::Internal,
        };
        settle_signed(&store, &answer(2, parked));
        assert_eq!(shown(&store), (1, 0), "the control: what the server parked");
        let second = MutationId(Uuid::from_u128(2));
        store
            .write_outbox(|tx| set_aside(tx, second, ErrorCode::BadRequest, 0))
            .unwrap();
        assert_eq!(shown(&store), (0, 0));
    }

    #[test]
    fn a_receipt_for_another_body_is_not_taken_for_ours() {
        let (_dir, store) = with(1);
        let foreign = Receipt {
            body_hash: "other".to_owned(),
            ..answer(1, Verdict::Applied)
        };
        settle_one(&store, &foreign);
        let kept = store.outbox(all).unwrap();
        assert_eq!(kept[0].state, MutationState::Parked);
        assert_eq!(kept[0].error(), Some(ErrorCode::MutationIdConflict));
    }

    #[test]
    fn what_a_stranger_to_this_device_made_is_kept_and_not_pushed() {
        let (_dir, store) = with(1);
        let stranger = Mutation {
            author: UserId(Uuid::from_u128(6)),
            ..made(2)
        };
        store.write_outbox(|tx| insert(tx, &stranger)).unwrap();
        assert_eq!(batch(&store, &mut 1, 9), [(1, 1)]);
        assert_eq!(store.outbox(|outbox| due(outbox, 0)).unwrap(), 1);
        assert_eq!(store.outbox(sendable).unwrap(), 1);
        assert_eq!(store.outbox(unsent).unwrap().0, 2);
        let me = Some(UserId(Uuid::from_u128(5)));
        let of = |who| {
            let unsent = store.outbox(|outbox| unsent_of(outbox, who)).unwrap();
            (unsent.own, unsent.of_others, unsent.held_back)
        };
        assert_eq!(of(me), (1, 0, 1));
        let carried = || store.outbox(unsent_whole).unwrap().len();
        assert_eq!(carried(), 1, "nor does it travel in a bundle");
        store
            .write_outbox(|tx| crate::store::identity::add_author(tx, UserId(Uuid::from_u128(6))))
            .unwrap();
        assert_eq!(
            batch(&store, &mut 2, 9),
            [(1, 1), (2, 2)],
            "signed in again, it travels"
        );
        assert_eq!((of(me), carried()), ((1, 1, 0), 2));
    }

    #[test]
    fn one_set_aside_leaves_no_hole_in_the_numbers() {
        let (_dir, store) = with(3);
        let mut next = 1;
        batch(&store, &mut next, 3);
        let poison = MutationId(Uuid::from_u128(2));
        store
            .write_outbox(|tx| set_aside(tx, poison, ErrorCode::BadRequest, 1))
            .unwrap();
        next = 1;
        assert_eq!(batch(&store, &mut next, 3), [(1, 1), (3, 2)]);
    }
}
