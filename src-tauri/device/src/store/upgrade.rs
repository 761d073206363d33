//! Taking over a copy of the server's rows from before they were packed. A worker on the road keeps what the last pull brought.

use domain::Bucket;
use rusqlite::Transaction;
use rusqlite_migration::{HookError, HookResult};
use sha2::{Digest as _, Sha256};

use super::changes::Changes;
use super::row::{self, Packed};
use super::{bucket, member, packed};
use crate::failure::Failure;

/// Moves every row and membership out of the tables that are left behind.
pub(super) fn pack_rows(tx: &Transaction<'_>) -> HookResult {
    let mut changes = Changes::default();
    let mut statement = tx.prepare(
        "select m.bucket, r.type, r.id, r.rev, r.data, r.sum, m.rev from member_before m
         join row_before r on r.type = m.type and r.id = m.id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(found) = rows.next()? {
        let (name, id, text): (String, String, String) = (found.get(0)?, found.get(2)?, found.get(4)?);
        let sound = checksum(&text) == found.get::<_, String>(5)?;
        let Some(kind) = row::kind(&found.get::<_, String>(1)?).ok().filter(|_| sound) else {
            continue;
        };
        let data = packed::pack(&text).map_err(told)?;
        let row = Packed {
            kind,
            id: &id,
            rev: found.get(3)?,
            text: &text,
            data: &data,
        };
        let number = row::store(tx, &row, &mut changes).map_err(told)?;
        let bucket = bucket::number(tx, &Bucket(name)).map_err(told)?;
        member::join(tx, bucket, number, found.get(6)?).map_err(told)?;
    }
    drop(rows);
    drop(statement);
    tx.execute_batch("drop table member_before; drop table row_before;")?;
    Ok(())
}

/// What told a row that was damaged here: the beginning of the hash of its text.
fn checksum(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn told(failure: Failure) -> HookError {
    HookError::Hook(format!("{:?}", failure.code()))
}
