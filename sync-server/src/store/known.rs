//! What a write transaction asks for again and again and does not change itself: the street, its queues and grids, its
//! people. Read once in each transaction.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use domain::view::{GridRow, QueueRow, StreetRow};
use domain::{GridId, QueueId, Role, StreetId, UserId};

use super::areas::{self, Posting};
use super::{StoreError, Tx, grids, streets};

/// A person as intake needs to know them.
#[derive(Debug, Clone, Default)]
pub struct KnownPerson {
    /// Name, empty for nobody.
    pub label: String,
    /// Roles; none when the account is off.
    pub roles: Option<Vec<Role>>,
    /// Where the person works and worked.
    pub postings: Vec<Posting>,
}

/// Rows of one street, each read when it is asked for the first time.
pub struct Known<'t> {
    tx: &'t Tx<'t>,
    id: StreetId,
    street: OnceCell<Option<StreetRow>>,
    queues: OnceCell<Vec<QueueRow>>,
    grids: RefCell<HashMap<GridId, Option<Rc<GridRow>>>>,
    people: RefCell<HashMap<UserId, Rc<KnownPerson>>>,
}

impl<'t> Known<'t> {
    pub(super) fn new(tx: &'t Tx<'t>, id: StreetId) -> Self {
        Self {
            tx,
            id,
            street: OnceCell::new(),
            queues: OnceCell::new(),
            grids: RefCell::default(),
            people: RefCell::default(),
        }
    }

    /// The street.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn street(&self) -> Result<Option<&StreetRow>, StoreError> {
        if self.street.get().is_none() {
            drop(self.street.set(streets::get(self.tx, &self.id)?));
        }
        Ok(self.street.get().and_then(Option::as_ref))
    }

    /// The street's queues in their order.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn queues(&self) -> Result<&[QueueRow], StoreError> {
        if self.queues.get().is_none() {
            drop(self.queues.set(grids::queues(self.tx, &self.id)?));
        }
        Ok(self.queues.get().map_or(&[], Vec::as_slice))
    }

    /// One queue.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn queue(&self, queue: &QueueId) -> Result<Option<&QueueRow>, StoreError> {
        Ok(self.queues()?.iter().find(|row| row.id == *queue))
    }

    /// One grid.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn grid(&self, grid: &GridId) -> Result<Option<Rc<GridRow>>, StoreError> {
        if let Some(known) = self.grids.borrow().get(grid) {
            return Ok(known.clone());
        }
        let row = grids::get(self.tx, &self.id, grid)?.map(Rc::new);
        self.grids.borrow_mut().insert(grid.clone(), row.clone());
        Ok(row)
    }

    /// One person.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn person(&self, user: UserId) -> Result<Rc<KnownPerson>, StoreError> {
        if let Some(known) = self.people.borrow().get(&user) {
            return Ok(Rc::clone(known));
        }
        let (label, roles) = areas::label_and_roles(self.tx, &self.id, user)?;
        let person = Rc::new(KnownPerson {
            label,
            roles,
            postings: areas::of_person(self.tx, &self.id, user)?,
        });
        self.people.borrow_mut().insert(user, Rc::clone(&person));
        Ok(person)
    }
}
