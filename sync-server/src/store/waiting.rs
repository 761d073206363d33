//! Rows that wait to be inserted. Those of one statement go to the database together: one exchange with PostgreSQL, however
//! many they are, and until then a row can still get what only the end of a transaction knows.

use std::cell::RefCell;

use super::Value;

/// The rows that wait, by the statement that inserts them, in the order in which these came.
#[derive(Default)]
pub(super) struct Waiting(RefCell<Vec<Rows>>);

/// The rows of one statement.
pub(super) struct Rows {
    /// `INSERT INTO table (…) VALUES ($1, $2, …)`, with what follows.
    pub(super) insert: &'static str,
    pub(super) rows: Vec<Vec<Value>>,
}

impl Rows {
    /// True when a statement may ask for these rows, or change them: it names their table.
    fn concern(&self, sql: &str) -> bool {
        table(self.insert).is_none_or(|table| sql.contains(table))
    }
}

/// The table that a statement inserts into.
fn table(insert: &str) -> Option<&str> {
    insert.strip_prefix("INSERT INTO ")?.split(' ').next()
}

impl Waiting {
    pub(super) fn push(&self, insert: &'static str, row: Vec<Value>) {
        let mut all = self.0.borrow_mut();
        if let Some(known) = all.iter_mut().find(|known| known.insert == insert) {
            known.rows.push(row);
            return;
        }
        let rows = vec![row];
        all.push(Rows { insert, rows });
    }

    /// Gives `work` the first waiting row of a statement that it accepts; false when there is none.
    pub(super) fn amend(&self, insert: &str, mut work: impl FnMut(&mut Vec<Value>) -> bool) -> bool {
        let mut all = self.0.borrow_mut();
        let mut rows = all.iter_mut().filter(|known| known.insert == insert);
        rows.any(|known| known.rows.iter_mut().any(&mut work))
    }

    /// The rows that a statement may ask for. They wait no longer.
    pub(super) fn named_in(&self, sql: &str) -> Vec<Rows> {
        self.take(|known| known.concern(sql))
    }

    /// All rows but those of these statements. They wait no longer.
    pub(super) fn all_but(&self, kept: &[&str]) -> Vec<Rows> {
        self.take(|known| !kept.contains(&known.insert))
    }

    fn take(&self, which: impl Fn(&Rows) -> bool) -> Vec<Rows> {
        let mut all = self.0.borrow_mut();
        if !all.iter().any(&which) {
            return Vec::new();
        }
        let (taken, left) = std::mem::take(&mut *all).into_iter().partition(which);
        *all = left;
        taken
    }
}
