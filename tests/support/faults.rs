//! Faults of the real server: its database will not write down the answer to one mutation.

use domain::MutationId;

use crate::server::StreetServer;

/// How far a fault reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The server cannot carry the mutation out, and parks it.
    One,
    /// It cannot park it either: every push with it in it fails as a whole.
    Whole,
}

impl Fault {
    /// Tables that will not take the mutation in.
    const fn tables(self) -> &'static [&'static str] {
        match self {
            Self::One => &["receipts"],
            Self::Whole => &["receipts", "parked"],
        }
    }
}

impl StreetServer {
    /// From now on the server fails on this mutation. A back-up taken meanwhile holds the fault too.
    ///
    /// # Panics
    /// When the database fails, or while the server is stopped.
    pub fn fail_on(&self, id: MutationId, fault: Fault) {
        let triggers = fault.tables().iter().map(|table| {
            format!(
                "CREATE TRIGGER IF NOT EXISTS \"fails on {id} in {table}\" BEFORE INSERT ON {table}
                 WHEN NEW.mutation_id = '{id}' BEGIN SELECT RAISE(ABORT, 'a fault'); END"
            )
        });
        self.change(triggers.collect());
    }

    /// Mends every such fault.
    ///
    /// # Panics
    /// As [`StreetServer::fail_on`].
    pub fn mend(&self) {
        let sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'fails on %' ORDER BY name";
        let faults: Vec<String> = self.read(|tx| Ok(tx.query(sql, &[], |row| row.get("name"))?));
        self.change(faults.iter().map(|name| format!("DROP TRIGGER \"{name}\"")).collect());
    }

    /// From now on the server keeps of each field of a household file the newest value alone: a control.
    ///
    /// # Panics
    /// As [`StreetServer::fail_on`].
    pub fn keep_newest_values_only(&self) {
        let newer = "(newer.rev, newer.mutation_id) > (field_history.rev, field_history.mutation_id)";
        let trigger = format!(
            "CREATE TRIGGER \"forgets what gave way\" AFTER INSERT ON field_history BEGIN
             DELETE FROM field_history WHERE entity_id = NEW.entity_id AND field = NEW.field AND EXISTS (SELECT 1
                FROM field_history newer WHERE newer.entity_id = NEW.entity_id AND newer.field = NEW.field AND {newer});
             END"
        );
        self.change(vec![trigger]);
    }

    /// From now on the server lets the clock decide everything and asks nobody: a control.
    ///
    /// # Panics
    /// As [`StreetServer::fail_on`].
    pub fn ask_nobody(&self) {
        let trigger = "CREATE TRIGGER \"asks nobody\" BEFORE INSERT ON field_reviews BEGIN SELECT RAISE(IGNORE); END";
        self.change(vec![trigger.to_owned()]);
    }

    fn change(&self, statements: Vec<String>) {
        if statements.is_empty() {
            return;
        }
        let changed = self.handle().store.write_blocking(move |tx| {
            for statement in &statements {
                tx.execute(statement, &[])?;
            }
            Ok(())
        });
        changed.unwrap();
    }

    /// How many mutations wait here for a person.
    ///
    /// # Panics
    /// As [`StreetServer::fail_on`].
    #[must_use]
    pub fn parked(&self) -> i64 {
        self.read(|tx| Ok(tx.number("SELECT COUNT(*) FROM parked WHERE settled_at IS NULL", &[])?))
    }
}
