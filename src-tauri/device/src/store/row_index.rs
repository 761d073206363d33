//! What is looked for inside rows, beside them: the case of a report, and what belongs to a household.

use domain::protocol::RowType;
use rusqlite::{Connection, params};
use serde::Deserialize;

use super::cached::Cached as _;
use super::changes::Changes;
use super::row::Packed;
use crate::failure::Result;

#[derive(Deserialize)]
struct Reports {
    #[serde(default)]
    reports: Vec<String>,
}

#[derive(Deserialize)]
struct Home {
    #[serde(default)]
    household: String,
}

/// Notes what is looked for in a row that came in.
pub(super) fn put(cache: &Connection, number: i64, row: &Packed<'_>, changes: &mut Changes) -> Result<()> {
    match row.kind {
        RowType::Case => {
            cache.run("delete from case_report where row = ?1", [number])?;
            let found: Option<Reports> = serde_json::from_str(row.text).ok();
            for report in found.map(|found| found.reports).unwrap_or_default() {
                let sql = "insert or replace into case_report (report, row) values (?1, ?2)";
                cache.run(sql, params![report, number])?;
            }
        }
        RowType::Household => {
            changes.households.insert(row.id.to_owned());
        }
        RowType::Resident | RowType::Visit => {
            let home = serde_json::from_str(row.text).map_or_else(|_odd| String::new(), |found: Home| found.household);
            let sql = "insert or replace into of_household (row, household) values (?1, ?2)";
            cache.run(sql, params![number, home])?;
            if row.kind == RowType::Resident {
                changes.households.insert(home);
            }
        }
        RowType::Street
        | RowType::Queue
        | RowType::Grid
        | RowType::CaseOutline
        | RowType::Reflection
        | RowType::OriginalRequest => {}
    }
    Ok(())
}
