//! Edits of one record by several people who cannot hear each other, merged field by field.
//!
//! An edit made from the value that is there is applied. Otherwise the later one by [`Hlc`] is shown, whatever the order of
//! arrival, and the other stays in the history. Values that a clock must not decide are shown in the same way until a
//! person has chosen. A removal that did not know of an edit does not remove.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::household::{Contest, Field, FieldEdit, FieldEdits, Fields};
use crate::{DeviceId, Hlc, MutationId, Problem, ProblemKind, UserId};

/// Name of the field that says whether a record is still there.
const REMOVED: &str = "removed";

/// Who edits, when, and in which mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maker {
    /// The mutation; of the office, an id of its own.
    pub mutation: MutationId,
    /// The author; nobody for a value that was there before.
    pub author: Option<UserId>,
    /// The phone; none in the office.
    pub device: Option<DeviceId>,
    /// When, among edits.
    pub hlc: Hlc,
}

/// How a field came to its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldState {
    /// Revision of the value: the instant of the edit that made it.
    pub rev: Hlc,
    /// The mutation that made it.
    pub mutation: MutationId,
    /// Its author.
    pub author: Option<UserId>,
    /// The phone it was made on.
    pub device: Option<DeviceId>,
    /// The last two values that met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contest: Option<Contest>,
}

/// How a record came to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct States {
    /// Of every field that was ever edited: how it came to its value.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldState>,
    /// The last edit of everybody who ever edited the record, each person on each phone apart.
    #[serde(default)]
    pub editors: BTreeMap<String, Hlc>,
}

impl States {
    /// The last edit of everybody: what a phone has seen of the record.
    #[must_use]
    pub fn seen(&self) -> Vec<Hlc> {
        self.editors.values().copied().collect()
    }

    fn rev(&self, field: &str) -> Hlc {
        self.fields.get(field).map(|state| state.rev).unwrap_or_default()
    }
}

impl Maker {
    /// The person on this phone.
    fn editor(&self) -> String {
        let device = self.device.map(|device| device.to_string());
        let author = self.author.map(|author| author.to_string());
        format!("{} {}", author.unwrap_or_default(), device.unwrap_or_default())
    }
}

impl FieldState {
    fn by(maker: &Maker, rev: Hlc, contest: Option<Contest>) -> Self {
        Self {
            rev,
            mutation: maker.mutation,
            author: maker.author,
            device: maker.device,
            contest,
        }
    }

    /// True when `maker` knew this value because the same person made it on the same phone.
    fn own_of(&self, maker: &Maker) -> bool {
        self.author == maker.author && self.device == maker.device
    }
}

/// A value that a field has or had. Of the value before the first edit, revision and author are none.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Name of the field.
    pub field: String,
    /// The value.
    pub value: Value,
    /// Who made it, and when.
    pub maker: Maker,
}

/// What an edit did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Merge {
    /// Values for the history, the new ones among them.
    pub past: Vec<Past>,
    /// Fields that kept a later value.
    pub kept: Vec<String>,
    /// Fields that wait for a person from now on.
    pub review: Vec<String>,
}

/// A record and how its fields came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracked<R> {
    /// The record as it is shown.
    pub record: R,
    /// How its fields came to be.
    pub states: States,
    /// True once it was removed.
    pub removed: bool,
}

impl<R: Fields + Clone> Tracked<R> {
    /// Merges an edit.
    ///
    /// # Errors
    /// Every problem of its values; nothing is changed then.
    pub fn edit(&mut self, maker: &Maker, fields: &FieldEdits) -> Result<Merge, Vec<Problem>> {
        let wanted = self.checked(fields)?;
        let mut merge = Merge::default();
        for (field, value, base) in wanted {
            self.merge_field(maker, field, value, base, &mut merge);
        }
        self.states.editors.insert(maker.editor(), maker.hlc);
        self.stays(maker, &mut merge);
        Ok(merge)
    }

    /// The values as they would be stored.
    fn checked(&self, fields: &FieldEdits) -> Result<Vec<(Field, Value, Hlc)>, Vec<Problem>> {
        let (mut wanted, mut problems) = (Vec::new(), Vec::new());
        let mut copy = self.record.clone();
        for (name, edit) in fields {
            let written = name
                .parse::<Field>()
                .map_err(|_odd| ProblemKind::Unknown)
                .and_then(|field| copy.set(field, &edit.value).map(|()| field));
            match written {
                Ok(field) => wanted.push((field, copy.value(field).unwrap_or_default(), edit.base_rev)),
                Err(problem) => problems.push(Problem {
                    field: format!("fields.{name}"),
                    problem,
                }),
            }
        }
        if problems.is_empty() { Ok(wanted) } else { Err(problems) }
    }

    fn merge_field(&mut self, maker: &Maker, field: Field, value: Value, base: Hlc, merge: &mut Merge) {
        let name = field.to_string();
        let before = self.record.value(field).unwrap_or_default();
        let known = self.states.fields.get(&name).copied();
        if known.is_none() {
            merge.past.push(first(&name, before.clone()));
        }
        let seen = known.is_none_or(|known| known.rev == base || known.own_of(maker));
        let rev = match known {
            // Who has seen a value is later than it, whatever the clocks say.
            Some(known) if seen => maker.hlc.max(known.rev.next(0)),
            Some(_) | None => maker.hlc,
        };
        let wins = seen || known.is_none_or(|known| (rev, maker.mutation) > (known.rev, known.mutation));
        merge.past.push(Past {
            field: name.clone(),
            value: value.clone(),
            maker: Maker { hlc: rev, ..*maker },
        });
        let met = known.filter(|_| !seen && before != value).map(|known| {
            let (won, lost) = if wins {
                (maker.mutation, known.mutation)
            } else {
                (known.mutation, maker.mutation)
            };
            let waits = known.contest.is_some_and(|contest| contest.review);
            let review = waits || field.is_sensitive(&before, &value);
            Contest { won, lost, review }
        });
        if met.is_some_and(|contest| contest.review) {
            merge.review.push(name.clone());
        }
        let contest = met.or_else(|| known.and_then(|known| known.contest));
        if wins {
            // Checked before: the same value was written to a copy.
            let written = self.record.set(field, &value);
            debug_assert!(written.is_ok());
            self.states.fields.insert(name, FieldState::by(maker, rev, contest));
        } else {
            if met.is_some() {
                merge.kept.push(name.clone());
            }
            if let Some(state) = self.states.fields.get_mut(&name) {
                state.contest = contest;
            }
        }
    }

    /// An edit of a record that somebody removed meanwhile brings it back, for a person to look at.
    fn stays(&mut self, maker: &Maker, merge: &mut Merge) {
        if !self.removed {
            return;
        }
        self.removed = false;
        if let Some(state) = self.states.fields.get_mut(REMOVED) {
            let (won, lost) = (maker.mutation, state.mutation);
            state.contest = Some(Contest {
                won,
                lost,
                review: true,
            });
            merge.review.push(REMOVED.to_owned());
        }
    }

    /// Removes the record, if whoever removes it has `seen` the last edit of everybody else.
    pub fn remove(&mut self, maker: &Maker, seen: &[Hlc]) -> Merge {
        let mut merge = Merge::default();
        merge.past.push(Past {
            field: REMOVED.to_owned(),
            value: json!(true),
            maker: *maker,
        });
        if self.removed {
            return merge;
        }
        let own = maker.editor();
        let unseen = self
            .states
            .editors
            .iter()
            .find(|(editor, last)| **editor != own && !seen.contains(last));
        let contest = unseen.map(|(_, last)| Contest {
            won: self.mutation_at(*last).unwrap_or(maker.mutation),
            lost: maker.mutation,
            review: true,
        });
        self.removed = contest.is_none();
        if contest.is_some() {
            merge.kept.push(REMOVED.to_owned());
            merge.review.push(REMOVED.to_owned());
        }
        let state = FieldState::by(maker, maker.hlc, contest);
        self.states.fields.insert(REMOVED.to_owned(), state);
        merge
    }

    /// The mutation that made the value of a field at this instant, while that value is shown.
    fn mutation_at(&self, rev: Hlc) -> Option<MutationId> {
        let found = self.states.fields.values().find(|state| state.rev == rev);
        found.map(|state| state.mutation)
    }

    /// Brings these fields to the values of a newer list, as somebody would who has seen what is there.
    ///
    /// # Errors
    /// Every problem of its values; nothing is changed then.
    pub fn replace(&mut self, maker: &Maker, newer: &R, fields: &[Field]) -> Result<Merge, Vec<Problem>> {
        let changed = fields.iter().filter_map(|field| {
            let value = newer
                .value(*field)
                .filter(|value| self.record.value(*field).as_ref() != Some(value))?;
            let name = field.to_string();
            let base_rev = self.states.rev(&name);
            Some((name, FieldEdit { value, base_rev }))
        });
        let changed: FieldEdits = changed.collect();
        self.edit(maker, &changed)
    }

    /// Writes what a person has chosen for a field, and ends its review.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn settle(&mut self, maker: &Maker, field: Field, value: &Value) -> Result<Merge, Vec<Problem>> {
        let name = field.to_string();
        let merge = if field == Field::Removed {
            let removed = value.as_bool().ok_or_else(|| vec![malformed(&name)])?;
            self.removed = removed;
            let hlc = maker.hlc.max(self.states.rev(&name).next(0));
            self.states
                .fields
                .insert(name.clone(), FieldState::by(maker, hlc, None));
            let maker = Maker { hlc, ..*maker };
            let (field, value) = (name.clone(), value.clone());
            Merge {
                past: vec![Past { field, value, maker }],
                ..Merge::default()
            }
        } else {
            let base_rev = self.states.rev(&name);
            let edit = FieldEdit {
                value: value.clone(),
                base_rev,
            };
            let (removed, fields) = (self.removed, FieldEdits::from([(name.clone(), edit)]));
            let merge = self.edit(maker, &fields)?;
            self.removed = removed;
            merge
        };
        if let Some(state) = self.states.fields.get_mut(&name) {
            state.contest = None;
        }
        Ok(merge)
    }
}

fn malformed(name: &str) -> Problem {
    Problem {
        field: name.to_owned(),
        problem: ProblemKind::Malformed,
    }
}

/// The value that was there before the first edit.
fn first(field: &str, value: Value) -> Past {
    Past {
        field: field.to_owned(),
        value,
        maker: Maker {
            mutation: MutationId(uuid::Uuid::nil()),
            author: None,
            device: None,
            hlc: Hlc::default(),
        },
    }
}

#[cfg(test)]
mod tests;
