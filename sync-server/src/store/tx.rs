//! The narrow transaction: everything SQL goes through here, so that both engines run the same store.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;

use super::postgres::{DEPLOYMENT_LOCK, Session};
use super::value::Value;
use super::waiting::{Rows, Waiting};
use super::{FromColumn as _, Row, StoreError, sqlite};
use crate::Outcome;
use crate::live::Poke;

/// One open transaction (or read snapshot).
///
/// SQL is written in the dialect SQLite and PostgreSQL share, with `$1`, `$2`, … as parameters; each is named first where
/// its type is plain (`a = $1 OR $1 IS NULL`, not the other way round). Where the two differ,
/// the difference is a function here: [`Tx::lock`], [`Tx::like`], [`Tx::names`].
pub struct Tx<'c> {
    engine: Engine<'c>,
    pokes: RefCell<Vec<Poke>>,
    /// Set while rows read by key are to be kept from others until the end.
    locking: Cell<bool>,
    /// Set while it is to stand as a whole or not at all, as in its first run. Its parts rarely fail, and being able to undo
    /// each costs more than they do: on PostgreSQL two exchanges each, and readers are slowed down beyond 64 of them; SQLite
    /// copies every page that a part changes. Rows to be inserted may wait.
    whole: Cell<bool>,
    /// It has to run again, as one whose parts can be undone: a part of it failed, or a row that waited was refused.
    again: Cell<bool>,
    waiting: Waiting,
    statements: Cell<usize>,
}

#[derive(Clone, Copy)]
enum Engine<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c Session),
}

impl<'c> Tx<'c> {
    /// A transaction of SQLite: no other writes until it ends, so there is nothing to lock.
    pub(crate) fn sqlite(connection: &'c rusqlite::Connection) -> Self {
        Self::on(Engine::Sqlite(connection), false)
    }

    /// A transaction of PostgreSQL; `writing` when it is no read snapshot.
    pub(super) fn postgres(session: &'c Session, writing: bool) -> Self {
        Self::on(Engine::Postgres(session), writing)
    }

    fn on(engine: Engine<'c>, locking: bool) -> Self {
        Self {
            engine,
            pokes: RefCell::default(),
            locking: Cell::new(locking),
            whole: Cell::new(false),
            again: Cell::new(false),
            waiting: Waiting::default(),
            statements: Cell::default(),
        }
    }

    /// Begins a run: as a whole, or with parts that can be undone.
    pub(super) fn run_whole(&self, whole: bool) {
        self.whole.set(whole);
        self.again.set(false);
    }

    /// True in a run that stands as a whole or not at all: where a part of it fails, it runs again with parts that can be
    /// undone.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole.get()
    }

    /// True when it has to run again, whatever was made of the error.
    pub(super) fn must_run_again(&self) -> bool {
        self.again.get()
    }

    /// Ends a `SELECT` by key whose row is about to be changed by what was read: nobody else changes it before this
    /// transaction ends. Empty on SQLite, in a read snapshot, and once the transaction is
    /// being sealed.
    #[must_use]
    pub fn lock(&self) -> &'static str {
        if self.locking.get() { " FOR UPDATE" } else { "" }
    }

    /// From here on nothing more is locked: the street's row is the last lock of a transaction, and a lock taken after
    /// it could wait for somebody who waits for the street.
    pub(super) fn sealing(&self) {
        self.locking.set(false);
    }

    /// The operator that compares with a pattern, capital or small letters alike.
    #[must_use]
    pub fn like(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite(_) => "LIKE",
            Engine::Postgres(_) => "ILIKE",
        }
    }

    /// The names in a JSON list as a table with the column `value`; the list is the parameter `$n`. So one statement reads
    /// what belongs to many rows, and its text is the same however many they are.
    #[must_use]
    pub fn names(&self, parameter: usize) -> String {
        match self.engine {
            Engine::Sqlite(_) => format!("json_each(${parameter}) AS names"),
            Engine::Postgres(_) => {
                format!("jsonb_array_elements_text(CAST(CAST(${parameter} AS TEXT) AS JSONB)) AS names (value)")
            }
        }
    }

    /// The condition that a column holds one of [`Tx::names`].
    #[must_use]
    pub fn among(&self, column: &str, parameter: usize) -> String {
        format!("{column} IN (SELECT value FROM {})", self.names(parameter))
    }

    /// True on PostgreSQL, which makes its own copies elsewhere.
    #[must_use]
    pub fn copies_itself(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Which cluster of PostgreSQL this is, on which of its timelines, and which of its databases; absent on SQLite. A
    /// standby that took over, or a restored base back-up, is on another timeline; a restored dump is another database.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn cluster(&self) -> Result<Option<String>, StoreError> {
        match self.engine {
            Engine::Sqlite(_) => Ok(None),
            Engine::Postgres(_) => {
                let sql = "SELECT CAST(system_identifier AS TEXT) || '/'
                        || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '/'
                        || (SELECT CAST(oid AS TEXT) FROM pg_database WHERE datname = current_database()) AS cluster
                     FROM pg_control_system()";
                self.query_opt(sql, &[], |row| row.get("cluster"))
            }
        }
    }

    /// Waits until no other process changes what concerns the whole deployment, and keeps them waiting until this
    /// transaction ends. On SQLite the one writer is alone anyway.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn hold_deployment(&self) -> Result<(), StoreError> {
        match self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(session) => Ok(session.batch(DEPLOYMENT_LOCK)?),
        }
    }

    /// Runs a statement; returns how many rows it touched.
    ///
    /// # Errors
    /// What the engine reports, such as a broken constraint or a full disk.
    pub fn execute(&self, sql: &str, args: &[Value]) -> Result<usize, StoreError> {
        self.write(self.waiting.named_in(sql))?;
        self.statements.set(self.statements.get() + 1);
        match self.engine {
            Engine::Sqlite(connection) => sqlite::execute(connection, sql, args),
            Engine::Postgres(session) => session.execute(sql, args),
        }
    }

    /// Inserts a row, at the latest before a statement that names its table, and before the commit. `sql` is
    /// `INSERT INTO table (…) VALUES ($1, $2, …)`, with what is to be done about a row that is there.
    ///
    /// # Errors
    /// What the engine reports; of a row that waited, where it is inserted.
    pub fn insert(&self, sql: &'static str, row: Vec<Value>) -> Result<(), StoreError> {
        if self.whole.get() {
            self.waiting.push(sql, row);
            return Ok(());
        }
        self.execute(sql, &row).map(drop)
    }

    /// Gives `change` the row of `sql` that it accepts by returning true, if one still waits; false when there is none.
    pub(super) fn amend(&self, sql: &str, change: impl FnMut(&mut Vec<Value>) -> bool) -> bool {
        self.waiting.amend(sql, change)
    }

    /// Inserts every row that waits, but for those of `kept`.
    ///
    /// # Errors
    /// What the engine reports.
    pub(super) fn settle(&self, kept: &[&str]) -> Result<(), StoreError> {
        self.write(self.waiting.all_but(kept))
    }

    fn write(&self, waited: Vec<Rows>) -> Result<(), StoreError> {
        if waited.is_empty() {
            return Ok(());
        }
        let written = match self.engine {
            Engine::Sqlite(connection) => waited.iter().try_for_each(|rows| sqlite::insert(connection, rows)),
            Engine::Postgres(session) => session.insert(&waited),
        };
        // Which part of the transaction it belongs to shows in a run that inserts each row at once.
        written.inspect_err(|_refused| self.again.set(true))
    }

    /// Every row of a query, each read by `read`.
    ///
    /// # Errors
    /// What the engine or `read` reports.
    pub fn query<T>(
        &self,
        sql: &str,
        args: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.rows(sql, args, |row| {
            found.push(read(row)?);
            Ok(true)
        })?;
        Ok(found)
    }

    /// Every row of a query under the name that `read` gives it, in the order of the query.
    ///
    /// # Errors
    /// What the engine or `read` reports.
    pub fn grouped<K: Eq + Hash, T>(
        &self,
        sql: &str,
        args: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<(K, T), StoreError>,
    ) -> Result<HashMap<K, Vec<T>>, StoreError> {
        let mut found: HashMap<K, Vec<T>> = HashMap::new();
        self.rows(sql, args, |row| {
            let (name, one) = read(row)?;
            found.entry(name).or_default().push(one);
            Ok(true)
        })?;
        Ok(found)
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// What the engine or `read` reports.
    pub fn query_opt<T>(
        &self,
        sql: &str,
        args: &[Value],
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let (mut read, mut first) = (Some(read), None);
        self.rows(sql, args, |row| {
            first = read.take().map(|read| read(row)).transpose()?;
            Ok(false)
        })?;
        Ok(first)
    }

    /// One number, such as a count; 0 when there is no row or it is null.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn number(&self, sql: &str, args: &[Value]) -> Result<i64, StoreError> {
        let first = self.query_opt(sql, args, |row| row.first())?.unwrap_or(Value::Null);
        Option::<i64>::from_column(first)
            .map(Option::unwrap_or_default)
            .ok_or_else(|| StoreError::Column("1".to_owned()))
    }

    /// How many statements were run so far. Tests hold work to a number that does not grow with its rows.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.statements.get()
    }

    /// Hands over rows until `take` says that it has enough.
    fn rows(
        &self,
        sql: &str,
        args: &[Value],
        take: impl FnMut(&Row<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        self.write(self.waiting.named_in(sql))?;
        self.statements.set(self.statements.get() + 1);
        match self.engine {
            Engine::Sqlite(connection) => sqlite::rows(connection, sql, args, take),
            Engine::Postgres(session) => session.rows(sql, args, take),
        }
    }

    /// Runs `work` so that an error inside it undoes what it wrote, and nothing else.
    ///
    /// # Errors
    /// The error of `work`, after the roll-back; or what the engine reports.
    pub fn savepoint<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        if self.whole.get() {
            return work().inspect_err(|_failure| self.again.set(true));
        }
        self.part(work)
    }

    fn part<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let pokes = self.pokes.borrow().len();
        self.command("SAVEPOINT part")?;
        let outcome = work();
        if outcome.is_ok() && !self.again.get() {
            self.command("RELEASE part")?;
            return outcome;
        }
        self.pokes.borrow_mut().truncate(pokes);
        // A full disk or a lost connection may have ended the whole transaction; then nothing is left to undo.
        if !self.ended() {
            self.command("ROLLBACK TO part; RELEASE part")?;
        }
        outcome
    }

    /// Runs one of the jobs of a transaction: on SQLite several share one, and each must be able to fail alone.
    pub(super) fn alone<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let settled = || {
            let done = work()?;
            self.settle(&[])?;
            Ok(done)
        };
        let outcome = match self.engine {
            Engine::Sqlite(_) => self.part(settled),
            Engine::Postgres(_) => settled(),
        };
        if outcome.is_err() {
            // What it wanted to insert goes with it.
            drop(self.waiting.all_but(&[]));
        }
        outcome
    }

    fn command(&self, sql: &str) -> Result<(), StoreError> {
        match self.engine {
            Engine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Engine::Postgres(session) => session.command(sql),
        }
    }

    fn ended(&self) -> bool {
        match self.engine {
            Engine::Sqlite(connection) => connection.is_autocommit(),
            Engine::Postgres(session) => session.is_lost(),
        }
    }

    /// Notes that a bucket reached a revision; whoever watches it is poked after the commit.
    pub(crate) fn poke(&self, poke: Poke) {
        self.pokes.borrow_mut().push(poke);
    }

    pub(super) fn take_pokes(&self) -> Vec<Poke> {
        self.pokes.take()
    }
}
