//! Editing a household file: what was changed and from which value, field by field, so that the server can merge it with
//! what others changed meanwhile.

use std::collections::BTreeMap;

use domain::household::{
    Field, FieldEdit, FieldEdits, FieldRevs, Fields, HouseholdEdit, ResidentAdd, ResidentEdit, ResidentRemove,
    resident_problems,
};
use domain::protocol::{ErrorCode, RowType, WireError, kind};
use domain::view::{HouseholdRow, ResidentRow};
use domain::{Hlc, HouseholdId, MutationId, Problem, ProblemKind, Resident, ResidentId};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::record::Record;
use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::store::{mutation, row, setting};
use crate::view::HouseholdView;

const TOPICS: [Topic; 4] = [Topic::Households, Topic::Today, Topic::Sync, Topic::Map];
/// The instant of the last edit made on this phone.
const LAST_EDIT: &str = "last-edit";
/// What is typed in the sheets of households and not saved; an entry for each person who was signed in here.
const TYPED: &str = "typed";

/// Of each household, by part of its file, what its sheet gave to keep.
type Typed = BTreeMap<HouseholdId, NewValues>;

/// Values by name of the field. As new ones: fields that are not in it stay. As those `seen`: what was shown when the author
/// began, because a pull before the saving brings newer ones to the phone of which the author knows nothing.
pub type NewValues = BTreeMap<String, Value>;

impl Device {
    /// Changes fields of a household of which the author has `seen` the values. When this returns, it survives a power cut.
    ///
    /// # Errors
    /// `invalid` with every problem; `not_found`, `not_enrolled`, `phone_full`, `phone_write`.
    pub fn edit_household(
        &self,
        id: HouseholdId,
        values: &NewValues,
        seen: &NewValues,
    ) -> std::result::Result<HouseholdView, WireError> {
        self.keep_household(id, values, seen)?;
        self.shown(id)
    }

    /// Adds somebody who lives there.
    ///
    /// # Errors
    /// As [`Device::edit_household`].
    pub fn add_resident(&self, home: HouseholdId, values: &NewValues) -> std::result::Result<HouseholdView, WireError> {
        self.keep_new_resident(home, values)?;
        self.shown(home)
    }

    /// Changes fields of a resident of which the author has `seen` the values.
    ///
    /// # Errors
    /// As [`Device::edit_household`].
    pub fn edit_resident(
        &self,
        home: HouseholdId,
        resident: ResidentId,
        values: &NewValues,
        seen: &NewValues,
    ) -> std::result::Result<HouseholdView, WireError> {
        self.keep_resident(home, resident, values, seen)?;
        self.shown(home)
    }

    /// Takes somebody off the list who does not live there any more. If a colleague made something else of what the author
    /// has `seen` of the person, the server keeps them and asks the secretary.
    ///
    /// # Errors
    /// As [`Device::edit_household`].
    pub fn remove_resident(
        &self,
        home: HouseholdId,
        resident: ResidentId,
        seen: &NewValues,
    ) -> std::result::Result<HouseholdView, WireError> {
        self.keep_removal(home, resident, seen)?;
        self.shown(home)
    }

    /// What the person signed in has typed about a household and not saved, by part of its file.
    ///
    /// # Errors
    /// `households_locked`, or what the phone's storage refuses.
    pub fn typed(&self, home: HouseholdId) -> std::result::Result<NewValues, WireError> {
        self.households_open()?;
        let name = self.name_of_typed()?;
        let mut all: Typed = self.store.outbox(|outbox| setting::get(outbox, &name))?;
        Ok(all.remove(&home).unwrap_or_default())
    }

    /// Keeps what is `typed` in one sheet of a household in place of what was kept of it; null forgets it. It is its
    /// author's alone, and survives a kill.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn keep_typed(&self, home: HouseholdId, part: &str, typed: Value) -> std::result::Result<(), WireError> {
        let name = self.name_of_typed()?;
        Ok(self.store.write_outbox(|tx| {
            let mut all: Typed = setting::get(tx, &name)?;
            let kept = all.entry(home).or_default();
            if typed.is_null() {
                kept.remove(part);
            } else {
                kept.insert(part.to_owned(), typed);
            }
            all.retain(|_, kept| !kept.is_empty());
            setting::put(tx, &name, &all)
        })?)
    }

    fn name_of_typed(&self) -> Result<String> {
        Ok(format!(
            "{TYPED} {}",
            self.me()?.map(|me| me.to_string()).unwrap_or_default()
        ))
    }

    /// Notes that the worker has read what became of an edit that met another one.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn dismiss_merge(&self, home: HouseholdId, id: MutationId) -> std::result::Result<HouseholdView, WireError> {
        let now = self.ports.clock.wall_ms();
        self.store.write_outbox(|tx| mutation::tell(tx, id, now))?;
        self.shown(home)
    }

    fn shown(&self, id: HouseholdId) -> std::result::Result<HouseholdView, WireError> {
        self.saved(&TOPICS);
        self.get_household(id)
    }

    fn keep_household(&self, id: HouseholdId, values: &NewValues, seen: &NewValues) -> Result<()> {
        let shown = self.home_now(id)?.row.household;
        let pulled: Option<HouseholdRow> = self.pulled(RowType::Household, id.0)?;
        let fields = changed(&shown, values, seen, &pulled.map(|row| row.fields).unwrap_or_default())?;
        if fields.is_empty() {
            return Ok(());
        }
        let (household, hlc) = (id, self.next_hlc(&fields)?);
        let body = HouseholdEdit { household, hlc, fields };
        self.keep(kind::HOUSEHOLD_EDIT, id.0, hlc, &body)
    }

    fn keep_new_resident(&self, home: HouseholdId, values: &NewValues) -> Result<()> {
        self.home_now(home)?;
        let mut resident = Resident {
            id: ResidentId(self.ports.ids.time_ordered(self.ports.clock.wall_ms())),
            household: home,
            name: String::new(),
            sex: None,
            birth_year: None,
            relation: String::new(),
            phone: None,
            tags: Vec::new(),
        };
        let mut problems = write(&mut resident, values);
        for (field, problem) in resident_problems(&resident) {
            let found = problem_of(&field.to_string(), problem);
            if !problems.contains(&found) {
                problems.push(found);
            }
        }
        if !problems.is_empty() {
            return Err(Failure::invalid(&problems));
        }
        let hlc = self.next_hlc(&FieldEdits::new())?;
        let id = resident.id.0;
        self.keep(kind::RESIDENT_ADD, id, hlc, &ResidentAdd { hlc, resident })
    }

    fn keep_resident(
        &self,
        household: HouseholdId,
        resident: ResidentId,
        values: &NewValues,
        seen: &NewValues,
    ) -> Result<()> {
        let shown = self.resident_now(household, resident)?.resident;
        let fields = changed(&shown, values, seen, &self.pulled_revs(resident)?)?;
        if fields.is_empty() {
            return Ok(());
        }
        let hlc = self.next_hlc(&fields)?;
        let body = ResidentEdit {
            resident,
            household,
            hlc,
            fields,
        };
        self.keep(kind::RESIDENT_EDIT, resident.0, hlc, &body)
    }

    fn keep_removal(&self, household: HouseholdId, resident: ResidentId, seen: &NewValues) -> Result<()> {
        let shown = self.resident_now(household, resident)?.resident;
        let row: Option<ResidentRow> = self.pulled(RowType::Resident, resident.0)?;
        // Who decided on another person than the one shown now has seen none of the edits that are there.
        let edits = row.filter(|_| {
            Field::of_resident()
                .into_iter()
                .all(|field| has_seen(seen, field, &shown))
        });
        let seen = edits.map(|row| row.edits).unwrap_or_default();
        let hlc = self.next_hlc_after(seen.iter().copied())?;
        let body = ResidentRemove {
            resident,
            household,
            hlc,
            seen,
        };
        self.keep(kind::RESIDENT_REMOVE, resident.0, hlc, &body)
    }

    fn home_now(&self, id: HouseholdId) -> Result<crate::read::Home> {
        self.households_open()?;
        let (own, me) = self.own_work()?;
        self.home(&id.to_string(), &own, me)?.ok_or_else(not_found)
    }

    fn resident_now(&self, home: HouseholdId, id: ResidentId) -> Result<ResidentRow> {
        let residents = self.home_now(home)?.residents;
        residents
            .into_iter()
            .find(|row| row.resident.id == id)
            .ok_or_else(not_found)
    }

    /// The row as the server told of it, without own edits: what this phone has really seen.
    fn pulled<T: serde::de::DeserializeOwned>(&self, kind: RowType, id: Uuid) -> Result<Option<T>> {
        self.store.cache(|cache| row::get(cache, kind, &id.to_string()))
    }

    fn pulled_revs(&self, resident: ResidentId) -> Result<FieldRevs> {
        let row: Option<ResidentRow> = self.pulled(RowType::Resident, resident.0)?;
        Ok(row.map(|row| row.fields).unwrap_or_default())
    }

    fn next_hlc(&self, fields: &FieldEdits) -> Result<Hlc> {
        self.next_hlc_after(fields.values().map(|edit| edit.base_rev))
    }

    /// Later than the own last edit and than everything it builds on.
    fn next_hlc_after(&self, seen: impl Iterator<Item = Hlc>) -> Result<Hlc> {
        let last: Hlc = self.store.outbox(|outbox| setting::get(outbox, LAST_EDIT))?;
        let latest = seen.fold(last, Hlc::max);
        Ok(latest.next(self.server_now()?.millis()))
    }

    fn keep<B: Serialize>(&self, kind: &'static str, entity: Uuid, hlc: Hlc, body: &B) -> Result<()> {
        // Before the record: a clock that ran on by itself harms nobody, one that stands still would.
        self.store.write_outbox(|tx| setting::put(tx, LAST_EDIT, &hlc))?;
        self.record(&Record {
            kind,
            entity,
            body,
            photos: &[],
            any_network: false,
            draft: None,
        })
    }
}

/// What the author changed, each with the revision of the value the author saw: the one the server told of, if that is
/// still what was seen. Of a value that gave way to another meanwhile the phone keeps no revision; zero says as well that
/// the author did not know of the one that is there.
fn changed<R: Fields + Clone>(shown: &R, values: &NewValues, seen: &NewValues, revs: &FieldRevs) -> Result<FieldEdits> {
    let mut edited = shown.clone();
    let problems = write(&mut edited, values);
    if !problems.is_empty() {
        return Err(Failure::invalid(&problems));
    }
    let mut fields = FieldEdits::new();
    for name in values.keys() {
        let field = name.parse().map_err(|_odd| Failure::from(ErrorCode::BadRequest))?;
        let value = edited
            .value(field)
            .filter(|value| seen.get(name) != Some(value) && shown.value(field).as_ref() != Some(value));
        if let Some(value) = value {
            let rev = revs.get(name).filter(|_| has_seen(seen, field, shown));
            let base_rev = rev.map(|rev| rev.rev).unwrap_or_default();
            fields.insert(name.clone(), FieldEdit { value, base_rev });
        }
    }
    Ok(fields)
}

/// True when the author saw the value that is shown now.
fn has_seen<R: Fields>(seen: &NewValues, field: Field, shown: &R) -> bool {
    seen.get(&field.to_string()) == shown.value(field).as_ref()
}

fn write<R: Fields>(record: &mut R, values: &NewValues) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, value) in values {
        let written = name
            .parse()
            .map_err(|_odd| ProblemKind::Unknown)
            .and_then(|field| record.set(field, value));
        problems.extend(written.err().map(|problem| problem_of(name, problem)));
    }
    problems
}

fn problem_of(field: &str, problem: ProblemKind) -> Problem {
    Problem {
        field: field.to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests;
