//! `household.edit`, `resident.add`, `resident.edit` and `resident.remove`: each field is merged by itself, and nothing that
//! was ever written is lost.

use domain::household::{HouseholdEdit, ResidentAdd, ResidentEdit, ResidentRemove, tidy_resident};
use domain::merge::{Maker, Merge, States, Tracked};
use domain::protocol::{Mutation, RowType, Verdict};
use domain::view::VisitRow;
use domain::{ErrorCode, Hlc, HouseholdId, Permission, Problem, Resident, Tag};
use uuid::Uuid;

use super::{Intake, valid};
use crate::Outcome;
use crate::store::{Edit, field_history, households, visits};

impl Intake<'_, '_> {
    pub(super) fn edit_household(&self, mutation: &Mutation, body: &HouseholdEdit) -> Outcome<Verdict> {
        if body.household.0 != mutation.entity {
            return Err(ErrorCode::BadRequest.into());
        }
        self.may_edit(body.household, mutation)?;
        let (tx, street) = (self.edit.tx, &self.edit.street);
        let mut file = households::tracked(tx, street, body.household)?.ok_or(ErrorCode::NotFound)?;
        let merge = merged(file.edit(&self.maker(mutation, body.hlc), &body.fields))?;
        households::put_tracked(tx, street, &file)?;
        self.edit.touch(RowType::Household, body.household);
        self.keep(body.household, body.household.0, &merge)
    }

    pub(super) fn add_resident(&self, mutation: &Mutation, mut body: ResidentAdd) -> Outcome<Verdict> {
        let (tx, street) = (self.edit.tx, &self.edit.street);
        let (id, household) = (body.resident.id, body.resident.household);
        if id.0 != mutation.entity {
            return Err(ErrorCode::BadRequest.into());
        }
        if households::tracked_resident(tx, street, id)?.is_some() {
            return Ok(Verdict::Applied);
        }
        valid(tidied(&mut body.resident))?;
        self.may_edit(household, mutation)?;
        let file = Tracked {
            record: body.resident,
            states: States::default(),
            removed: false,
        };
        households::put_tracked_resident(tx, street, &file)?;
        after_resident(self.edit, &file.record)?;
        Ok(Verdict::Applied)
    }

    pub(super) fn edit_resident(&self, mutation: &Mutation, body: &ResidentEdit) -> Outcome<Verdict> {
        let mut file = self.resident_of(mutation, body.resident.0, body.household)?;
        let merge = merged(file.edit(&self.maker(mutation, body.hlc), &body.fields))?;
        households::put_tracked_resident(self.edit.tx, &self.edit.street, &file)?;
        after_resident(self.edit, &file.record)?;
        self.keep(body.household, body.resident.0, &merge)
    }

    pub(super) fn remove_resident(&self, mutation: &Mutation, body: &ResidentRemove) -> Outcome<Verdict> {
        let mut file = self.resident_of(mutation, body.resident.0, body.household)?;
        let merge = file.remove(&self.maker(mutation, body.hlc), &body.seen);
        households::put_tracked_resident(self.edit.tx, &self.edit.street, &file)?;
        after_resident(self.edit, &file.record)?;
        self.keep(body.household, body.resident.0, &merge)
    }

    fn resident_of(&self, mutation: &Mutation, named: Uuid, household: HouseholdId) -> Outcome<Tracked<Resident>> {
        if named != mutation.entity {
            return Err(ErrorCode::BadRequest.into());
        }
        self.may_edit(household, mutation)?;
        let found = households::tracked_resident(self.edit.tx, &self.edit.street, named.into())?;
        let found = found.filter(|file| file.record.household == household);
        Ok(found.ok_or(ErrorCode::NotFound)?)
    }

    /// Only who visits households of its grid may edit a file, as with visits.
    fn may_edit(&self, household: HouseholdId, mutation: &Mutation) -> Outcome<()> {
        self.may(Permission::RecordVisits)?;
        let grid = households::grid(self.edit.tx, &self.edit.street, household)?.ok_or(ErrorCode::NotFound)?;
        self.works_in(&grid, mutation)
    }

    fn maker(&self, mutation: &Mutation, hlc: Hlc) -> Maker {
        Maker {
            mutation: mutation.id,
            author: Some(mutation.author),
            device: Some(self.device),
            hlc: hlc.capped(self.edit.now),
        }
    }

    fn keep(&self, household: HouseholdId, entity: Uuid, merge: &Merge) -> Outcome<Verdict> {
        let edit = self.edit;
        field_history::keep(edit.tx, &edit.street, (household, entity), merge, edit.now)?;
        if merge.kept.is_empty() {
            return Ok(Verdict::Applied);
        }
        let fields = merge.kept.clone();
        Ok(Verdict::Merged { fields })
    }
}

fn merged(merge: Result<Merge, Vec<Problem>>) -> Outcome<Merge> {
    merge.or_else(|problems| valid(problems).map(|()| Merge::default()))
}

fn tidied(resident: &mut Resident) -> Vec<Problem> {
    let named = tidy_resident(resident).into_iter();
    named
        .map(|(field, problem)| Problem {
            field: format!("resident.{field}"),
            problem,
        })
        .collect()
}

/// What follows from a change of a resident: the row travels, and tags decide when the next visit is due.
///
/// # Errors
/// What the engine reports.
pub fn after_resident(edit: &Edit<'_>, resident: &Resident) -> Outcome<()> {
    edit.touch(RowType::Resident, resident.id);
    let household = resident.household;
    let Some(before) = households::get(edit.tx, &edit.street, household)? else {
        return Ok(());
    };
    let residents = households::residents(edit.tx, &edit.street, household)?;
    let tags: Vec<Tag> = residents.into_iter().flat_map(|resident| resident.tags).collect();
    let all = visits::of_household(edit.tx, &edit.street, household)?;
    let all: Vec<VisitRow> = all.into_iter().map(super::visit::row).collect();
    let last = domain::visits::last_counted(&tags, &all).or(before.last_visit);
    let due = domain::visits::next_due(&tags, last);
    if due != before.next_due {
        households::visited(
            edit.tx,
            &edit.street,
            household,
            before.last_visit,
            before.last_condition,
            due,
        )?;
        edit.touch(RowType::Household, household);
    }
    Ok(())
}
