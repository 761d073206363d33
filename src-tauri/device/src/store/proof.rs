//! Signed answers of the server, kept for as long as anybody may ask.

use std::collections::BTreeMap;

use domain::Sha256Hex;
use domain::protocol::{Evidence, Proof, Receipt, Statement};
use rusqlite::{Connection, Params, params};

use super::cached::Cached as _;
use crate::failure::Result;

/// Keeps a signed answer; returns its number.
pub(crate) fn insert(outbox: &Connection, statement: &Statement, sig: &str, key: &str) -> Result<i64> {
    outbox.run(
        "insert into proof (statement, sig, key) values (?1, ?2, ?3)",
        params![serde_json::to_string(statement)?, sig, key],
    )?;
    Ok(outbox.last_insert_rowid())
}

/// Keeps what proves the delivery of records that are about to be removed from this phone or offered anew. Of a record
/// confirmed twice, in two histories, the first proof stays.
pub(crate) fn keep_of_mutations(outbox: &Connection, filter: &str, values: impl Params) -> Result<()> {
    outbox.run(
        &format!(
            "insert or ignore into delivered (id, receipt, proof)
             select id, receipt, proof from mutation where proof is not null and receipt is not null and {filter}"
        ),
        values,
    )?;
    Ok(())
}

/// Keeps what proves that photos were stored, of those that are about to be removed or offered anew.
pub(crate) fn keep_of_photos(outbox: &Connection, filter: &str, values: impl Params) -> Result<()> {
    outbox.run(
        &format!(
            "insert or ignore into delivered (id, receipt, proof)
             select sha256, null, proof from photo_file where proof is not null and {filter}"
        ),
        values,
    )?;
    Ok(())
}

/// Everything this phone can prove to have delivered to the server with this key.
pub(crate) fn evidence(outbox: &Connection, key: &str) -> Result<Evidence> {
    let mut proofs: BTreeMap<i64, Proof> = BTreeMap::new();
    let mut statement = outbox.prepare_cached(
        "with shown as (
             select id, receipt, proof from mutation where proof is not null and receipt is not null
             union all select sha256, null, proof from photo_file where proof is not null
             union all select id, receipt, proof from delivered
         )
         select distinct p.n, p.statement, p.sig, s.id, s.receipt from shown s join proof p on p.n = s.proof
         where p.key = ?1 order by p.n, s.id",
    )?;
    let mut rows = statement.query([key])?;
    while let Some(row) = rows.next()? {
        let (n, signed, sig): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (id, receipt): (String, Option<String>) = (row.get(3)?, row.get(4)?);
        let signed: Statement = serde_json::from_str(&signed)?;
        let proof = proofs.entry(n).or_insert_with(|| Proof {
            statement: signed,
            sig,
            receipts: Vec::new(),
            photos: Vec::new(),
        });
        match receipt {
            Some(text) => proof.receipts.push(serde_json::from_str::<Receipt>(&text)?),
            None => proof.photos.push(Sha256Hex(id)),
        }
    }
    Ok(Evidence {
        key: key.to_owned(),
        records: Vec::new(),
        proofs: proofs.into_values().collect(),
    })
}
