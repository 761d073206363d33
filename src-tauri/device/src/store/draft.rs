//! Drafts, whole, as the interface left them.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::cached::Cached as _;
use crate::failure::Result;
use crate::view::Draft;

pub(crate) fn put(outbox: &Connection, draft: &Draft) -> Result<()> {
    outbox.run(
        "insert into draft (id, body, updated_ms) values (?1, ?2, ?3)
         on conflict (id) do update set body = excluded.body, updated_ms = excluded.updated_ms",
        params![draft.id, serde_json::to_string(draft)?, draft.updated_at.millis()],
    )?;
    Ok(())
}

pub(crate) fn get(outbox: &Connection, id: &str) -> Result<Option<Draft>> {
    let body: Option<String> = outbox
        .one("select body from draft where id = ?1", [id], |row| row.get(0))
        .optional()?;
    Ok(body.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Every draft that can be read, last changed first. One that does not parse, after an upgrade say, stays where it is and
/// keeps nobody from the others.
pub(crate) fn list(outbox: &Connection) -> Result<Vec<Draft>> {
    let parsed = parse_all(outbox)?;
    let all = parsed.len();
    let drafts: Vec<Draft> = parsed.into_iter().filter_map(std::result::Result::ok).collect();
    if drafts.len() < all {
        tracing::warn!(drafts = all - drafts.len(), "drafts that do not parse are not shown");
    }
    Ok(drafts)
}

/// Every draft, for whoever must miss none.
///
/// # Errors
/// When one does not parse.
pub(crate) fn all(outbox: &Connection) -> Result<Vec<Draft>> {
    Ok(parse_all(outbox)?.into_iter().collect::<serde_json::Result<_>>()?)
}

fn parse_all(outbox: &Connection) -> Result<Vec<serde_json::Result<Draft>>> {
    let mut statement = outbox.prepare_cached("select body from draft order by updated_ms desc, id")?;
    let bodies = statement.query_map([], |row| row.get::<_, String>(0))?;
    bodies.map(|body| Ok(serde_json::from_str(&body?))).collect()
}

pub(crate) fn remove(outbox: &Connection, id: &str) -> Result<()> {
    outbox.run("delete from draft where id = ?1", [id])?;
    Ok(())
}
