//! One connection with its prepared statements, and what has gone wrong in its transaction.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::HashMap;
use std::sync::Arc;

use ::postgres::types::{ToSql, Type};
use ::postgres::{Client, Statement};

use super::connect::Url;
use super::error::{PostgresError, Remedy};
use crate::store::waiting::Rows;
use crate::store::{Row, StoreError, Value};

/// Statements kept prepared. Lists make their number grow without end, so they are all forgotten beyond it.
const PREPARED: usize = 400;
/// Stands before the text by which the statement for many rows is kept.
const MANY: &str = "many: ";

/// One connection.
pub(crate) struct Session {
    client: RefCell<Client>,
    prepared: RefCell<HashMap<String, Arc<Prepared>>>,
    /// An error after which the transaction can only be rolled back, until a savepoint undoes it.
    failed: Cell<bool>,
    /// This transaction has to run again, whatever was made of the error: another one was in its way.
    again: Cell<bool>,
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
            lost: Cell::new(false),
        })
    }

    /// Begins a transaction.
    pub(super) fn begin(&self, sql: &str) -> Result<(), PostgresError> {
        self.failed.set(false);
        self.again.set(false);
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

    /// Inserts rows of several tables, all in one exchange.
    pub(crate) fn insert(&self, waited: &[Rows]) -> Result<(), StoreError> {
        let statement = self.prepare_many(waited)?;
        let columns = waited
            .iter()
            .flat_map(|rows| (0..width(rows)).map(|place| column(&rows.rows, place)));
        let columns: Vec<Vec<&Value>> = columns.collect::<Result<_, _>>()?;
        let given: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as _).collect();
        let done = self.client.borrow_mut().execute(&statement.statement, &given);
        done.map(drop).map_err(|error| self.noted(error.into()).into())
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
        self.keep(sql.to_owned(), &text, order)
    }

    /// The statement that inserts rows into several tables: each of its parameters is a column of them.
    fn prepare_many(&self, waited: &[Rows]) -> Result<Arc<Prepared>, StoreError> {
        let names: Vec<&str> = waited.iter().map(|rows| rows.insert).collect();
        let name = format!("{MANY}{}", names.join("; "));
        if let Some(known) = self.prepared.borrow().get(&name) {
            return Ok(Arc::clone(known));
        }
        let mut parts = Vec::new();
        let mut before = 0;
        for insert in names {
            let types = self.prepare(insert)?;
            let types = types.statement.params();
            let part = of_columns(insert, types, before);
            parts.push(part.ok_or_else(|| PostgresError::usage("not an insert of one row of parameters"))?);
            before += types.len();
        }
        let last = parts.pop().unwrap_or_default();
        let with: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(n, part)| format!("part_{n} AS ({part})"))
            .collect();
        let with = if with.is_empty() {
            String::new()
        } else {
            format!("WITH {} ", with.join(", "))
        };
        self.keep(name, &format!("{with}{last}"), (0..before).collect())
    }

    fn keep(&self, name: String, text: &str, order: Vec<usize>) -> Result<Arc<Prepared>, StoreError> {
        let statement = self.client.borrow_mut().prepare(text);
        let statement = statement.map_err(|error| self.noted(error.into()))?;
        let fresh = Arc::new(Prepared { statement, order });
        let mut prepared = self.prepared.borrow_mut();
        if prepared.len() >= PREPARED {
            prepared.clear();
        }
        prepared.insert(name, Arc::clone(&fresh));
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

/// One column of some rows.
fn column(rows: &[Vec<Value>], place: usize) -> Result<Vec<&Value>, StoreError> {
    rows.iter()
        .map(|row| row.get(place).ok_or(StoreError::Parameter))
        .collect()
}

fn width(rows: &Rows) -> usize {
    rows.rows.first().map_or(0, Vec::len)
}

/// The insert of one row of parameters of these types, made into one of as many rows as the arrays it is given are long;
/// so many parameters come before its own.
fn of_columns(insert: &str, types: &[Type], before: usize) -> Option<String> {
    let (head, rest) = insert.split_once("VALUES (")?;
    let (row, tail) = rest.split_once(')')?;
    let expected: Vec<String> = (1..=types.len()).map(|place| format!("${place}")).collect();
    if !row.split(',').map(str::trim).eq(expected.iter().map(String::as_str)) {
        return None;
    }
    let arrays = types.iter().zip(before + 1..);
    let arrays: Vec<String> = arrays
        .map(|(kind, place)| format!("CAST(${place} AS {kind}[])"))
        .collect();
    Some(format!("{head}SELECT * FROM unnest({}){tail}", arrays.join(", ")))
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
    use ::postgres::types::Type;

    use super::{dense, of_columns};

    #[test]
    fn an_insert_of_one_row_becomes_one_of_many() {
        let one = "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO NOTHING";
        let many = "INSERT INTO t (a, b) SELECT * FROM unnest(CAST($4 AS text[]), CAST($5 AS int8[])) ON CONFLICT (a) DO NOTHING";
        assert_eq!(of_columns(one, &[Type::TEXT, Type::INT8], 3).as_deref(), Some(many));
        let constant = "INSERT INTO t (a, b) VALUES ($1, 0)";
        assert_eq!(of_columns(constant, &[Type::TEXT], 0), None);
        assert_eq!(of_columns("UPDATE t SET a = $1", &[Type::TEXT], 0), None);
    }

    #[test]
    fn parameters_are_numbered_without_gaps() {
        let (text, order) = dense("UPDATE t SET a = $4, b = $12 WHERE c = $1 AND (d = $4 OR $1 = '')");
        assert_eq!(text, "UPDATE t SET a = $1, b = $2 WHERE c = $3 AND (d = $1 OR $3 = '')");
        assert_eq!(order, [3, 11, 0]);
    }
}
