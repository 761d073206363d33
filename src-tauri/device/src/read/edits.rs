//! Own edits of household files: laid over the server's rows until those show them, and what became of edits that met
//! somebody else's.

use std::collections::HashMap;

use domain::household::{FieldEdits, FieldRevs, Fields, HouseholdEdit, ResidentAdd, ResidentEdit, ResidentRemove};
use domain::protocol::{Verdict, kind};
use domain::view::ResidentRow;
use domain::{HouseholdId, MutationId, UserId};
use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

use super::households::Home;
use crate::failure::Result;
use crate::store::mutation::{self, MutationState, Stored};
use crate::view::{FieldMark, MarkKind};

/// What an edit changes.
pub(crate) enum Change {
    Household(HouseholdEdit),
    Add(ResidentAdd),
    Edit(ResidentEdit),
    Remove(ResidentRemove),
}

/// An edit made on this phone by the person signed in.
pub(crate) struct OwnEdit {
    pub(crate) row: Stored,
    pub(crate) change: Change,
}

/// Own edits, by household, in the order of making.
pub(crate) type OwnEdits = HashMap<HouseholdId, Vec<OwnEdit>>;

pub(crate) fn all(outbox: &Connection, me: Option<UserId>) -> Result<OwnEdits> {
    let mut edits = OwnEdits::new();
    for row in mutation::household_edits(outbox)? {
        if Some(row.author) == me && !row.dismissed {
            let (household, change) = read(&row)?;
            edits.entry(household).or_default().push(OwnEdit { row, change });
        }
    }
    Ok(edits)
}

/// What a mutation changes, and where.
pub(crate) fn read(row: &Stored) -> Result<(HouseholdId, Change)> {
    let body = row.body.clone();
    Ok(match row.kind.as_str() {
        kind::HOUSEHOLD_EDIT => {
            let edit: HouseholdEdit = serde_json::from_value(body)?;
            (edit.household, Change::Household(edit))
        }
        kind::RESIDENT_ADD => {
            let add: ResidentAdd = serde_json::from_value(body)?;
            (add.resident.household, Change::Add(add))
        }
        kind::RESIDENT_EDIT => {
            let edit: ResidentEdit = serde_json::from_value(body)?;
            (edit.household, Change::Edit(edit))
        }
        _remove => {
            let remove: ResidentRemove = serde_json::from_value(body)?;
            (remove.household, Change::Remove(remove))
        }
    })
}

impl OwnEdit {
    /// True while the rows of a bucket pulled up to `cursor` do not show it.
    fn is_ahead(&self, cursor: u64) -> bool {
        match self.row.state {
            MutationState::Pending | MutationState::Parked => true,
            MutationState::Rejected => false,
            MutationState::Final => self.row.receipt.as_ref().and_then(|receipt| receipt.rev) > Some(cursor),
        }
    }

    /// True when another value of this field was kept.
    fn lost(&self, field: &str) -> bool {
        let verdict = self.row.receipt.as_ref().map(|receipt| &receipt.verdict);
        matches!(verdict, Some(Verdict::Merged { fields }) if fields.iter().any(|kept| kept == field))
    }

    fn entity(&self) -> Uuid {
        self.row.entity
    }

    fn fields(&self) -> Option<&FieldEdits> {
        match &self.change {
            Change::Household(edit) => Some(&edit.fields),
            Change::Edit(edit) => Some(&edit.fields),
            Change::Add(_) | Change::Remove(_) => None,
        }
    }

    /// The value it wrote to a field.
    fn value(&self, field: &str) -> Option<Value> {
        match &self.change {
            Change::Remove(_) => (field == "removed").then_some(Value::Bool(true)),
            Change::Household(_) | Change::Edit(_) | Change::Add(_) => {
                self.fields()?.get(field).map(|edit| edit.value.clone())
            }
        }
    }

    fn write<R: Fields>(&self, record: &mut R) {
        for (name, edit) in self.fields().into_iter().flatten().filter(|(name, _)| !self.lost(name)) {
            if let Ok(field) = name.parse() {
                // It was checked when it was saved; a value of a newer app is left out.
                let _unwritable = record.set(field, &edit.value);
            }
        }
    }

    /// What it has changed and nobody else can see yet.
    fn waiting(&self) -> Vec<FieldMark> {
        let names: Vec<String> = match &self.change {
            Change::Add(_) => vec!["added".to_owned()],
            Change::Remove(_) => vec!["removed".to_owned()],
            Change::Household(_) | Change::Edit(_) => {
                self.fields().into_iter().flat_map(|all| all.keys().cloned()).collect()
            }
        };
        names
            .into_iter()
            .map(|field| FieldMark {
                entity: self.entity().to_string(),
                mine: self.value(&field),
                field,
                mark: MarkKind::Waiting,
                mutation: Some(self.row.id),
            })
            .collect()
    }
}

impl Home {
    /// Lays own edits over the rows. True when something changed.
    pub(crate) fn lay(&mut self, edits: &[OwnEdit], cursor: u64) -> bool {
        let mut changed = false;
        for edit in edits.iter().filter(|edit| edit.is_ahead(cursor)) {
            changed = true;
            match &edit.change {
                Change::Household(_) => edit.write(&mut self.row.household),
                Change::Add(add) => {
                    let known = self.residents.iter().any(|row| row.resident.id == add.resident.id);
                    if !known {
                        self.residents.push(ResidentRow {
                            resident: add.resident.clone(),
                            fields: FieldRevs::new(),
                            edits: Vec::new(),
                        });
                    }
                }
                Change::Edit(of) => {
                    let found = self.residents.iter_mut().find(|row| row.resident.id == of.resident);
                    if let Some(row) = found {
                        edit.write(&mut row.resident);
                    }
                }
                Change::Remove(of) if !edit.lost("removed") => {
                    self.residents.retain(|row| row.resident.id != of.resident);
                }
                Change::Remove(_) => {}
            }
        }
        changed
    }

    /// What the card says of single fields: not sent yet, met by another value, waiting for the secretary.
    pub(crate) fn marks(&self, edits: &[OwnEdit], cursor: u64) -> Vec<FieldMark> {
        let ahead = edits.iter().filter(|edit| edit.is_ahead(cursor));
        let mut marks: Vec<FieldMark> = Vec::new();
        for mark in ahead.flat_map(OwnEdit::waiting) {
            // Of two edits of a field the later one is what the card shows.
            marks.retain(|earlier| (&earlier.entity, &earlier.field) != (&mark.entity, &mark.field));
            marks.push(mark);
        }
        let home = (self.row.household.id.0, &self.row.fields);
        let residents = self.residents.iter().map(|row| (row.resident.id.0, &row.fields));
        for (entity, fields) in core::iter::once(home).chain(residents) {
            for (field, rev) in fields {
                let Some(contest) = rev.contest else { continue };
                let own = |id: MutationId| edits.iter().find(|edit| edit.row.id == id);
                let (won, lost) = (own(contest.won), own(contest.lost));
                let Some(mark) = mark_of(contest.review, won, lost) else {
                    continue;
                };
                let mine = lost.or(won);
                marks.push(FieldMark {
                    entity: entity.to_string(),
                    field: field.clone(),
                    mark,
                    mine: mine.and_then(|edit| edit.value(field)),
                    mutation: mine.map(|edit| edit.row.id),
                });
            }
        }
        marks
    }
}

fn mark_of(review: bool, won: Option<&OwnEdit>, lost: Option<&OwnEdit>) -> Option<MarkKind> {
    if review {
        return Some(MarkKind::Review);
    }
    match (won, lost) {
        (_, Some(lost)) => (!lost.row.told).then_some(MarkKind::Kept),
        (Some(won), None) => (!won.row.told).then_some(MarkKind::Won),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::household::FieldEdit;
    use domain::protocol::Mutation;
    use serde_json::json;

    use super::*;
    use crate::test_support::{HOUSEHOLD, ME, World};

    fn edit(n: u128, fields: &[(&str, &str)]) -> Mutation {
        let edits = fields.iter().map(|(name, value)| {
            let edit = FieldEdit {
                value: json!(value),
                base_rev: domain::Hlc::default(),
            };
            ((*name).to_owned(), edit)
        });
        let body = HouseholdEdit {
            household: HOUSEHOLD,
            hlc: domain::Hlc::default(),
            fields: edits.collect(),
        };
        Mutation {
            id: MutationId(Uuid::from_u128(n)),
            seq: 0,
            kind: kind::HOUSEHOLD_EDIT.to_owned(),
            v: 1,
            entity: HOUSEHOLD.0,
            author: ME,
            wall_ms: 0,
            server_est_ms: None,
            body: serde_json::to_value(body).unwrap(),
        }
    }

    #[test]
    fn a_field_edited_twice_waits_once_with_what_was_written_last() {
        let world = World::enrolled();
        let edits = [
            edit(1, &[("door_note", "猫"), ("phone", "13900001234")]),
            edit(2, &[("door_note", "狗")]),
        ];
        world
            .device
            .store
            .write_outbox(|tx| edits.iter().try_for_each(|made| mutation::insert(tx, made)))
            .unwrap();
        let marks = world.device.get_household(HOUSEHOLD).unwrap().marks;
        let shown: Vec<_> = marks
            .iter()
            .map(|mark| (mark.field.as_str(), mark.mine.clone()))
            .collect();
        assert_eq!(
            shown,
            [("phone", Some(json!("13900001234"))), ("door_note", Some(json!("狗")))]
        );
    }
}
