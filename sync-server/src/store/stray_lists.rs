//! What waits for a person among the things phones sent: strays and parked mutations in one list.

use domain::protocol::Mutation;
use domain::{MutationId, ReceivedAt, StreetId, UserId};

use super::{Row, StoreError, Tx};
use crate::args;
use crate::routes::strays::view::StrayView;

/// Strays and parked mutations that nobody has dealt with, under one set of columns.
const WAITING: &str =
    "SELECT mutation_id, device_id, author_id, COALESCE(people.name, '') AS name, mutation, code, parked, at FROM (
        SELECT mutation_id, device_id, author_id, mutation, code, 0 AS parked, at FROM strays
            WHERE street_id = $1 AND handled_at IS NULL
        UNION ALL
        SELECT mutation_id, device_id, author_id, mutation, code, 1 AS parked, parked_at AS at FROM parked
            WHERE street_id = $1 AND settled_at IS NULL
     ) AS waiting
     LEFT JOIN people ON people.street_id = $1 AND people.id = waiting.author_id";

/// Everything that waits, the newest first, and last what waits for nobody; at most 200.
///
/// # Errors
/// What the engine reports.
pub fn open(tx: &Tx<'_>, street: &StreetId) -> Result<Vec<StrayView>, StoreError> {
    let sql = format!(
        "{WAITING} ORDER BY CASE WHEN parked = 1 AND code = 'not_found' THEN 1 ELSE 0 END, at DESC, mutation_id LIMIT 200"
    );
    tx.query(&sql, args![street], |row| Ok(read(row)?.0))
}

/// One that waits, and the mutation itself.
///
/// # Errors
/// What the engine reports.
pub fn one(tx: &Tx<'_>, street: &StreetId, mutation: MutationId) -> Result<Option<(StrayView, Mutation)>, StoreError> {
    let sql = format!("{WAITING} WHERE mutation_id = $2");
    tx.query_opt(&sql, args![street, mutation], read)
}

/// Notes that a person has dealt with a stray; a parked mutation is not dealt with before it has its verdict.
///
/// # Errors
/// What the engine reports.
pub fn handled(
    tx: &Tx<'_>,
    street: &StreetId,
    mutation: MutationId,
    by: UserId,
    now: ReceivedAt,
) -> Result<bool, StoreError> {
    let sql = "UPDATE strays SET handled_at = $3, handled_by = $4
         WHERE street_id = $1 AND mutation_id = $2 AND handled_at IS NULL";
    Ok(tx.execute(sql, args![street, mutation, now, by])? > 0)
}

fn read(row: &Row<'_>) -> Result<(StrayView, Mutation), StoreError> {
    let mutation: Mutation = row.json("mutation")?;
    let view = StrayView {
        mutation: row.get("mutation_id")?,
        device: row.get("device_id")?,
        author: row.get("author_id")?,
        author_name: row.get("name")?,
        kind: mutation.kind.clone(),
        code: row.code("code")?,
        parked: row.get("parked")?,
        at: row.get("at")?,
    };
    Ok((view, mutation))
}
