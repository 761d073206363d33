//! What a change of the copy leaves to do once all its rows are in.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _};

use super::cached::Cached as _;
use super::household_search;
use crate::failure::Result;

/// Gathered while rows come and go.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Households whose line in the list has to be computed anew.
    pub(super) households: BTreeSet<String>,
    /// Numbers of rows that a bucket let go: it may have been their last.
    pub(super) left: BTreeSet<i64>,
}

impl Changes {
    /// Removes rows that no bucket holds any more, and computes the lines of changed households anew.
    pub(crate) fn settle(mut self, cache: &Connection) -> Result<()> {
        for number in std::mem::take(&mut self.left) {
            self.sweep(cache, number)?;
        }
        self.households
            .iter()
            .try_for_each(|household| household_search::refresh(cache, household))
    }

    fn sweep(&mut self, cache: &Connection, number: i64) -> Result<()> {
        if cache.one("select exists (select 1 from member where row = ?1)", [number], |row| {
            row.get(0)
        })? {
            return Ok(());
        }
        let home = "select household from of_household where row = ?1";
        self.households
            .extend(cache.one(home, [number], |row| row.get::<_, String>(0)).optional()?);
        // What lies in other tables of a row goes with it.
        let gone = "delete from row where n = ?1 returning type, id";
        let gone: Option<(String, String)> = cache
            .one(gone, [number], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((_, id)) = gone.filter(|(kind, _)| kind == "household") {
            cache.run("delete from household_search where id = ?1", [id])?;
        }
        Ok(())
    }
}
