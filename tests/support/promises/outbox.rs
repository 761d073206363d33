//! What a phone holds, read from its database file.

use std::collections::BTreeSet;
use std::path::Path;

use domain::protocol::{Mutation, Receipt};
use domain::{DeviceId, MutationId, Sha256Hex, UserId};
use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

use crate::rest;

/// Where a mutation stands on the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldState {
    /// Without a verdict.
    Open,
    /// Done.
    Final,
    /// Refused.
    Rejected,
}

/// A mutation as a phone holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Name.
    pub id: MutationId,
    /// Kind.
    pub kind: String,
    /// What it is about.
    pub entity: Uuid,
    /// Who made it.
    pub author: UserId,
    /// Content.
    pub body: Value,
    /// Where it stands.
    pub state: HeldState,
    /// The server's answer.
    pub receipt: Option<Receipt>,
}

/// A photo file as a phone holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldFile {
    pub(crate) sha256: Sha256Hex,
    pub(crate) stored: bool,
    /// True once the phone let go of it.
    pub(crate) freed: bool,
    /// False for an original that nobody asked for, or only after the phone had let go of it.
    pub(crate) travels: bool,
    pub(crate) captured_with: MutationId,
}

pub(crate) fn cache(folder: &Path) -> Connection {
    rest::database(folder, "cache.db")
}

pub(crate) fn outbox(folder: &Path) -> Connection {
    rest::database(folder, "outbox.db")
}

pub(crate) fn mutations(folder: &Path) -> Vec<Held> {
    let outbox = outbox(folder);
    let mut statement = outbox
        .prepare("select id, kind, entity, body, state, receipt, author from mutation order by n")
        .unwrap();
    let found = statement.query_map([], |row| {
        let text = |column: usize| row.get::<_, String>(column).unwrap();
        let state = match text(4).as_str() {
            "final" => HeldState::Final,
            "rejected" => HeldState::Rejected,
            _without_verdict => HeldState::Open,
        };
        let receipt: Option<String> = row.get(5)?;
        Ok(Held {
            id: MutationId(text(0).parse().unwrap()),
            kind: text(1),
            entity: text(2).parse().unwrap(),
            author: UserId(text(6).parse().unwrap()),
            body: serde_json::from_str(&text(3)).unwrap(),
            state,
            receipt: receipt.map(|text| serde_json::from_str(&text).unwrap()),
        })
    });
    found.unwrap().collect::<Result<_, _>>().unwrap()
}

/// How many mutations the phone set aside because the server failed on them.
pub(crate) fn set_aside(folder: &Path) -> u64 {
    let sql = "select count(*) from mutation where state = 'parked' and acked_epoch is null";
    outbox(folder).query_row(sql, [], |row| row.get(0)).unwrap()
}

pub(crate) fn credentials(folder: &Path) -> (DeviceId, String) {
    let (device, token): (String, String) = outbox(folder)
        .query_row("select device, token from identity", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    (DeviceId(device.parse().unwrap()), token)
}

pub(crate) fn to_push(folder: &Path) -> Vec<Mutation> {
    let outbox = outbox(folder);
    let mut statement = outbox
        .prepare("select id, kind, v, entity, author, body, wall_ms, server_est_ms from mutation order by n")
        .unwrap();
    let found = statement.query_map([], |row| {
        let text = |column: usize| row.get::<_, String>(column).unwrap();
        Ok(Mutation {
            id: MutationId(text(0).parse().unwrap()),
            seq: 0,
            kind: text(1),
            v: row.get(2)?,
            entity: text(3).parse().unwrap(),
            author: UserId(text(4).parse().unwrap()),
            body: serde_json::from_str(&text(5)).unwrap(),
            wall_ms: row.get(6)?,
            server_est_ms: row.get(7)?,
        })
    });
    let mut mutations: Vec<Mutation> = found.unwrap().collect::<Result<_, _>>().unwrap();
    for (mutation, seq) in mutations.iter_mut().zip(1..) {
        mutation.seq = seq;
    }
    mutations
}

pub(crate) fn files(folder: &Path) -> Vec<HeldFile> {
    let outbox = outbox(folder);
    let mut statement = outbox
        .prepare(
            "select f.sha256, f.state = 'stored',
                    f.copy <> 'original' or (f.asked = 1 and (f.state = 'stored' or f.freed_ms is null)),
                    min(r.mutation), f.freed_ms is not null
             from photo_file f join photo_ref r on r.sha256 = f.sha256 group by f.sha256",
        )
        .unwrap();
    let found = statement.query_map([], |row| {
        Ok(HeldFile {
            sha256: Sha256Hex(row.get(0)?),
            stored: row.get(1)?,
            travels: row.get(2)?,
            captured_with: MutationId(row.get::<_, String>(3)?.parse().unwrap()),
            freed: row.get(4)?,
        })
    });
    found.unwrap().collect::<Result<_, _>>().unwrap()
}

pub(crate) fn buckets(folder: &Path) -> BTreeSet<String> {
    let cache = cache(folder);
    let mut statement = cache
        .prepare("select bucket from cursor union select name from bucket join member on bucket = n")
        .unwrap();
    let found = statement.query_map([], |row| row.get(0));
    found.unwrap().collect::<Result<_, _>>().unwrap()
}
