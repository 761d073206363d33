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
    let bodies = bodies(outbox)?;
    let parsed = bodies.iter().filter_map(|body| serde_json::from_str(body).ok());
    let drafts: Vec<Draft> = parsed.collect();
    if drafts.len() < bodies.len() {
        tracing::warn!(
            drafts = bodies.len() - drafts.len(),
            "drafts that do not parse are not shown"
        );
    }
    Ok(drafts)
}

/// The words of every draft, for whoever must miss none: which photos one names stands there even where it does not parse.
#[derive(Debug)]
pub(crate) struct Words(Vec<String>);

impl Words {
    /// True when a draft names a photo file, given as its hash in hexadecimal.
    pub(crate) fn mention(&self, sha256: &str) -> bool {
        self.0.iter().any(|body| body.contains(sha256))
    }
}

/// What stands in every draft.
pub(crate) fn words(outbox: &Connection) -> Result<Words> {
    bodies(outbox).map(Words)
}

fn bodies(outbox: &Connection) -> Result<Vec<String>> {
    let mut statement = outbox.prepare_cached("select body from draft order by updated_ms desc, id")?;
    let bodies = statement.query_map([], |row| row.get(0))?;
    Ok(bodies.collect::<rusqlite::Result<_>>()?)
}

pub(crate) fn remove(outbox: &Connection, id: &str) -> Result<()> {
    outbox.run("delete from draft where id = ?1", [id])?;
    Ok(())
}
