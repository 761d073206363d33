//! One connection with its prepared statements, and what has gone wrong in its transaction.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::HashMap;
use std::sync::Arc;

use ::postgres::types::ToSql;
use ::postgres::{Client, Statement};

use super::connect::Url;
use super::error::{PostgresError, Remedy};
use crate::store::{Row, StoreError, Value};

/// Statements kept prepared. Lists make their number grow without end, so they are all forgotten beyond it.
const PREPARED: usize = 400;

/// One connection.
pub(crate) struct Session {
    client: RefCell<Client>,
    prepared: RefCell<HashMap<String, Arc<Prepared>>>,
    /// An error after which the transaction can only be rolled back, until a savepoint undoes it.
    failed: Cell<bool>,
    /// This transaction has to run again, whatever was made of the error: another one was in its way, or a part of it
    /// failed and no savepoint was there to undo it.
    again: Cell<bool>,
    /// False in the first run of a transaction. Parts rarely fail, savepoints cost two round trips each, and a transaction
    /// with more than 64 of them slows down every reader.
    savepoints: Cell<bool>,
    lost: Cell<bool>,
}

/// A statement, and which of the given parameters it takes in which order: PostgreSQL refuses one that is not used.
struct Prepared {
    statement: Statement,
    order: Vec<usize>,
}

impl Session {
    pub(super) fn connect(url: &Url) -> Result<Self, PostgresError> {
        Ok(Self {
            client: RefCell::new(url.connect()?),
            prepared: RefCell::default(),
            failed: Cell::new(false),
            again: Cell::new(false),
            savepoints: Cell::new(true),
            lost: Cell::new(false),
        })
    }

    /// Begins a transaction, with savepoints or without.
    pub(super) fn begin(&self, sql: &str, savepoints: bool) -> Result<(), PostgresError> {
        self.failed.set(false);
        self.again.set(false);
        self.savepoints.set(savepoints);
        self.batch(sql)
    }

    /// Commits. A transaction in which a statement failed is refused: PostgreSQL would roll it back and call it done.
    pub(super) fn commit(&self) -> Result<(), PostgresError> {
        if self.failed.get() {
            return Err(PostgresError::usage("a statement failed and nobody undid it"));
        }
        self.batch("COMMIT")
    }

    /// Rolls back.
    pub(super) fn rollback(&self) -> Result<(), PostgresError> {
        let done = self.batch("ROLLBACK");
        // A connection that could not leave its transaction must not begin another one.
        if done.is_err() {
            self.lost.set(true);
        }
        done
    }

    /// True when the transaction has to run again.
    pub(super) fn must_run_again(&self) -> bool {
        self.again.get()
    }

    /// True when parts of the transaction can be undone.
    pub(crate) fn has_savepoints(&self) -> bool {
        self.savepoints.get()
    }

    /// Notes that a part failed that cannot be undone by itself.
    pub(crate) fn run_again(&self) {
        self.again.set(true);
    }

    /// True when the connection cannot be used any more.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// The connection itself, for what only PostgreSQL can do.
    pub(super) fn client(&self) -> RefMut<'_, Client> {
        self.client.borrow_mut()
    }

    /// Runs a command about savepoints.
    pub(crate) fn command(&self, sql: &str) -> Result<(), StoreError> {
        self.batch(sql)?;
        if sql.starts_with("ROLLBACK TO") {
            self.failed.set(false);
        }
        Ok(())
    }

    /// Runs statements without parameters.
    pub(in crate::store) fn batch(&self, sql: &str) -> Result<(), PostgresError> {
        let done = self.client.borrow_mut().batch_execute(sql);
        done.map_err(|error| self.noted(error.into()))
    }

    pub(crate) fn execute(&self, sql: &str, args: &[Value]) -> Result<usize, StoreError> {
        let prepared = self.prepare(sql)?;
        let given = prepared.given(args)?;
        let done = self.client.borrow_mut().execute(&prepared.statement, &given);
        let touched = done.map_err(|error| self.noted(error.into()))?;
        Ok(usize::try_from(touched).unwrap_or(usize::MAX))
    }

    /// Hands over rows until `take` says that it has enough.
    pub(crate) fn rows(
        &self,
        sql: &str,
        args: &[Value],
        mut take: impl FnMut(&Row<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let prepared = self.prepare(sql)?;
        let given = prepared.given(args)?;
        let found = self.client.borrow_mut().query(&prepared.statement, &given);
        for row in found.map_err(|error| self.noted(error.into()))? {
            if !take(&Row::Postgres(&row))? {
                break;
            }
        }
        Ok(())
    }

    fn prepare(&self, sql: &str) -> Result<Arc<Prepared>, StoreError> {
        if let Some(known) = self.prepared.borrow().get(sql) {
            return Ok(Arc::clone(known));
        }
        let (text, order) = dense(sql);
        let statement = self.client.borrow_mut().prepare(&text);
        let statement = statement.map_err(|error| self.noted(error.into()))?;
        let fresh = Arc::new(Prepared { statement, order });
        let mut prepared = self.prepared.borrow_mut();
        if prepared.len() >= PREPARED {
            prepared.clear();
        }
        prepared.insert(sql.to_owned(), Arc::clone(&fresh));
        Ok(fresh)
    }

    fn noted(&self, error: PostgresError) -> PostgresError {
        self.failed.set(true);
        match error.remedy() {
            Remedy::Again => self.again.set(true),
            Remedy::Reconnect => self.lost.set(true),
            Remedy::Tell => {}
        }
        error
    }
}

impl Prepared {
    fn given<'a>(&self, args: &'a [Value]) -> Result<Vec<&'a (dyn ToSql + Sync)>, StoreError> {
        let one = |place: &usize| -> Result<&'a (dyn ToSql + Sync), StoreError> {
            Ok(args.get(*place).ok_or(StoreError::Parameter)?)
        };
        self.order.iter().map(one).collect()
    }
}

/// Numbers the parameters of a statement without gaps, and tells which one was meant by each number.
fn dense(sql: &str) -> (String, Vec<usize>) {
    let (mut text, mut order) = (String::with_capacity(sql.len()), Vec::new());
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let end = at + 1 + digits;
        match rest[at + 1..end].parse::<usize>() {
            Ok(number) if number > 0 => {
                let known = order.iter().position(|place| *place == number - 1);
                let place = known.unwrap_or_else(|| {
                    order.push(number - 1);
                    order.len() - 1
                });
                text.push_str(&rest[..=at]);
                text.push_str(&(place + 1).to_string());
            }
            Ok(_) | Err(_) => text.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    text.push_str(rest);
    (text, order)
}

#[cfg(test)]
mod tests {
    use super::dense;

    #[test]
    fn parameters_are_numbered_without_gaps() {
        let (text, order) = dense("UPDATE t SET a = $4, b = $12 WHERE c = $1 AND (d = $4 OR $1 = '')");
        assert_eq!(text, "UPDATE t SET a = $1, b = $2 WHERE c = $3 AND (d = $1 OR $3 = '')");
        assert_eq!(order, [3, 11, 0]);
    }
}
