//! Communities, grids and queues of a street.

use domain::view::{GridRow, QueueRow};
use domain::{CommunityId, GridId, QueueId, StreetId};

use super::{Row, StoreError, Tx, json};
use crate::args;

/// Writes a grid and its community, new or changed.
///
/// # Errors
/// What the engine reports.
pub fn put(tx: &Tx<'_>, street: &StreetId, grid: &GridRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO communities (street_id, id, name) VALUES ($1, $2, $3)
         ON CONFLICT (street_id, id) DO UPDATE SET name = excluded.name",
        args![street, &grid.community, &grid.community_name],
    )?;
    tx.execute(
        "INSERT INTO grids (street_id, id, name, community_id, rings, property_queue) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (street_id, id) DO UPDATE SET name = excluded.name, community_id = excluded.community_id,
            rings = excluded.rings, property_queue = excluded.property_queue",
        args![
            street,
            &grid.id,
            &grid.name,
            &grid.community,
            json(&grid.rings)?,
            grid.property_queue.clone()
        ],
    )?;
    Ok(())
}

const GRID: &str = "SELECT grids.id AS id, grids.name AS name, community_id, communities.name AS community_name, rings,
    property_queue FROM grids
    JOIN communities ON communities.street_id = grids.street_id AND communities.id = grids.community_id";

fn read(row: &Row<'_>) -> Result<GridRow, StoreError> {
    Ok(GridRow {
        id: row.get("id")?,
        name: row.get("name")?,
        community: row.get("community_id")?,
        community_name: row.get("community_name")?,
        rings: row.json("rings")?,
        property_queue: row.get("property_queue")?,
    })
}

/// One grid.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, street: &StreetId, grid: &GridId) -> Result<Option<GridRow>, StoreError> {
    tx.query_opt(
        &format!("{GRID} WHERE grids.street_id = $1 AND grids.id = $2"),
        args![street, grid],
        read,
    )
}

/// Grids by their names, in any order; those that do not exist are left out.
///
/// # Errors
/// What the engine reports.
pub fn among(tx: &Tx<'_>, street: &StreetId, grids: &[GridId]) -> Result<Vec<GridRow>, StoreError> {
    let sql = format!("{GRID} WHERE grids.street_id = $1 AND {}", tx.among("grids.id", 2));
    tx.query(&sql, args![street, json(grids)?], read)
}

/// Every grid of a street.
///
/// # Errors
/// What the engine reports.
pub fn all(tx: &Tx<'_>, street: &StreetId) -> Result<Vec<GridRow>, StoreError> {
    tx.query(
        &format!("{GRID} WHERE grids.street_id = $1 ORDER BY grids.id"),
        args![street],
        read,
    )
}

/// The communities that these grids lie in, each once.
///
/// # Errors
/// What the engine reports.
pub fn communities(tx: &Tx<'_>, street: &StreetId, grids: &[GridId]) -> Result<Vec<CommunityId>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT community_id FROM grids WHERE street_id = $1 AND {}",
        tx.among("id", 2)
    );
    tx.query(&sql, args![street, json(grids)?], |row| row.get("community_id"))
}

/// Writes a queue, new or changed.
///
/// # Errors
/// What the engine reports.
pub fn put_queue(tx: &Tx<'_>, street: &StreetId, queue: &QueueRow, position: usize) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO queues (street_id, id, label_zh, label_en, staffed, may_return, phone, position)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (street_id, id) DO UPDATE SET label_zh = excluded.label_zh, label_en = excluded.label_en,
            staffed = excluded.staffed, may_return = excluded.may_return, phone = excluded.phone,
            position = excluded.position",
        args![
            street,
            &queue.id,
            &queue.label_zh,
            &queue.label_en,
            queue.staffed,
            queue.may_return,
            queue.phone.clone(),
            position,
        ],
    )?;
    Ok(())
}

const QUEUE: &str = "SELECT id, label_zh, label_en, staffed, may_return, phone FROM queues";

fn read_queue(row: &Row<'_>) -> Result<QueueRow, StoreError> {
    Ok(QueueRow {
        id: row.get("id")?,
        label_zh: row.get("label_zh")?,
        label_en: row.get("label_en")?,
        staffed: row.get("staffed")?,
        may_return: row.get("may_return")?,
        phone: row.get("phone")?,
    })
}

/// One queue.
///
/// # Errors
/// What the engine reports.
pub fn queue(tx: &Tx<'_>, street: &StreetId, queue: &QueueId) -> Result<Option<QueueRow>, StoreError> {
    tx.query_opt(
        &format!("{QUEUE} WHERE street_id = $1 AND id = $2"),
        args![street, queue],
        read_queue,
    )
}

/// Queues by their names, in any order; those that do not exist are left out.
///
/// # Errors
/// What the engine reports.
pub fn queues_among(tx: &Tx<'_>, street: &StreetId, queues: &[QueueId]) -> Result<Vec<QueueRow>, StoreError> {
    let sql = format!("{QUEUE} WHERE street_id = $1 AND {}", tx.among("id", 2));
    tx.query(&sql, args![street, json(queues)?], read_queue)
}

/// Every queue of a street, in its order.
///
/// # Errors
/// What the engine reports.
pub fn queues(tx: &Tx<'_>, street: &StreetId) -> Result<Vec<QueueRow>, StoreError> {
    tx.query(
        &format!("{QUEUE} WHERE street_id = $1 ORDER BY position, id"),
        args![street],
        read_queue,
    )
}
