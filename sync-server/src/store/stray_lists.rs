//! What waits for a person among the things phones sent: strays and parked mutations in one list.

use domain::StreetId;
use domain::protocol::Mutation;

use super::{StoreError, Tx};
use crate::args;
use crate::routes::strays::StrayView;

/// Everything that waits, the newest first, at most 200.
///
/// # Errors
/// What the engine reports.
pub fn open(tx: &Tx<'_>, street: &StreetId) -> Result<Vec<StrayView>, StoreError> {
    let sql =
        "SELECT mutation_id, device_id, author_id, COALESCE(people.name, '') AS name, mutation, code, parked, at FROM (
            SELECT mutation_id, device_id, author_id, mutation, code, 0 AS parked, at FROM strays
                WHERE street_id = $1 AND handled_at IS NULL
            UNION ALL
            SELECT mutation_id, device_id, author_id, mutation, code, 1 AS parked, parked_at AS at FROM parked
                WHERE street_id = $1 AND settled_at IS NULL
         ) AS waiting
         LEFT JOIN people ON people.street_id = $1 AND people.id = waiting.author_id
         ORDER BY at DESC, mutation_id LIMIT 200";
    tx.query(sql, args![street], |row| {
        Ok(StrayView {
            mutation: row.get("mutation_id")?,
            device: row.get("device_id")?,
            author: row.get("author_id")?,
            author_name: row.get("name")?,
            kind: row.json::<Mutation>("mutation")?.kind,
            code: row.code("code")?,
            parked: row.get("parked")?,
            at: row.get("at")?,
        })
    })
}
