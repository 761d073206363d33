//! What became of the fields of household files, and which of them wait for the community's secretary. Every look is logged.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::household::{Field, Fields};
use domain::merge::{Maker, Past, States, Tracked};
use domain::protocol::{ProblemKind, RowType};
use domain::{ErrorCode, Hlc, HouseholdId, MutationId, ReceivedAt, ResidentId, StreetId};
use uuid::Uuid;

use crate::Outcome;
use crate::auth::Person;
use crate::intake::household::after_resident;
use crate::routes::check::Check;
use crate::routes::households::view::{HistoryRequest, PastValue, Review, SettleRequest};
use crate::store::field_history::{self, PastRecord, ReviewRecord};
use crate::store::household_lists::{self, HouseholdSight};
use crate::store::{Edit, Tx, areas, audit, households};

/// What waits in the person's communities.
///
/// # Errors
/// What the engine reports.
pub fn waiting(tx: &Tx<'_>, person: &Person) -> Outcome<Vec<Review>> {
    let sight = HouseholdSight::of_communities(person);
    let mut found = Vec::new();
    for review in field_history::reviews(tx, &person.street, None)? {
        if let Some(row) = household_lists::one(tx, &sight, review.household)? {
            let home = &row.household;
            found.push(shown(review, format!("{} {}", home.estate, home.building)));
        }
    }
    Ok(found)
}

/// What waits in one household.
///
/// # Errors
/// What the engine reports.
pub fn of_one(tx: &Tx<'_>, street: &StreetId, household: HouseholdId) -> Outcome<Vec<Review>> {
    let found = field_history::reviews(tx, street, Some(household))?;
    Ok(found.into_iter().map(|review| shown(review, String::new())).collect())
}

fn shown(review: ReviewRecord, building: String) -> Review {
    Review {
        household: review.household,
        building,
        entity: review.entity,
        field: review.field,
        opened_at: review.opened_at,
    }
}

/// Every value of the fields of a household and of its residents.
///
/// # Errors
/// [`ErrorCode::NotFound`] outside of the caller's communities.
pub fn read(
    tx: &Tx<'_>,
    person: &Person,
    id: HouseholdId,
    asked: &HistoryRequest,
    (entry, now): (Uuid, ReceivedAt),
) -> Outcome<Vec<PastValue>> {
    in_reach(tx, person, id)?;
    log(
        tx,
        person,
        id,
        (entry, now),
        ("history", None, Some(asked.reason.trim())),
    )?;
    let past = field_history::of_household(tx, &person.street, id)?;
    let mut files = HashMap::new();
    for entity in past.iter().map(|record| record.entity) {
        if let Entry::Vacant(unread) = files.entry(entity) {
            unread.insert(file(tx, &person.street, id, entity)?);
        }
    }
    past.into_iter()
        .map(|record| value(tx, &person.street, &files[&record.entity], record))
        .collect()
}

/// Whose fields they are, and how they came to be.
type File = (Option<String>, States);

fn file(tx: &Tx<'_>, street: &StreetId, household: HouseholdId, entity: Uuid) -> Outcome<File> {
    if entity == household.0 {
        let states = households::tracked(tx, street, household)?.map(|file| file.states);
        return Ok((None, states.unwrap_or_default()));
    }
    let resident = households::tracked_resident(tx, street, ResidentId(entity))?;
    Ok(resident.map_or_else(File::default, |file| (Some(file.record.name), file.states)))
}

fn value(tx: &Tx<'_>, street: &StreetId, (resident, states): &File, record: PastRecord) -> Outcome<PastValue> {
    let Past { field, value, maker } = record.past;
    let state = states
        .fields
        .get(&field)
        .filter(|state| state.mutation == maker.mutation);
    let author = maker
        .author
        .map(|author| areas::label(tx, street, author))
        .transpose()?;
    Ok(PastValue {
        entity: record.entity,
        resident: resident.clone(),
        // A removal that lost is written down like one that did not.
        current: state.is_some_and(|state| state.contest.is_none_or(|contest| contest.lost != maker.mutation)),
        field,
        value,
        author: author.unwrap_or_default(),
        written_at: ReceivedAt(maker.hlc.0 / 1_000),
        received_at: record.received_at,
    })
}

/// Writes the value that the secretary chose for a field, and takes it off the list.
///
/// # Errors
/// [`ErrorCode::NotFound`] outside of the caller's communities or when nothing waits, [`ErrorCode::Invalid`].
pub fn settle(edit: &Edit<'_>, person: &Person, id: HouseholdId, asked: &SettleRequest) -> Outcome<()> {
    let (tx, street) = (edit.tx, &edit.street);
    in_reach(tx, person, id)?;
    let Ok(field) = asked.field.parse::<Field>() else {
        let mut check = Check::default();
        check.that(false, "field", ProblemKind::Unknown);
        return check.done();
    };
    if !field_history::close_review(tx, street, asked.entity, &asked.field)? {
        return Err(ErrorCode::NotFound.into());
    }
    let maker = Maker {
        mutation: MutationId(edit.ids.uuid()),
        author: Some(person.user),
        device: None,
        hlc: Hlc::default().next(edit.now.0),
    };
    if asked.entity == id.0 {
        let mut file = households::tracked(tx, street, id)?.ok_or(ErrorCode::NotFound)?;
        choose(edit, &mut file, (id, id.0), &maker, (field, asked))?;
        households::put_tracked(tx, street, &file)?;
        edit.touch(RowType::Household, id);
    } else {
        let file = households::tracked_resident(tx, street, ResidentId(asked.entity))?;
        let mut file = file
            .filter(|file| file.record.household == id)
            .ok_or(ErrorCode::NotFound)?;
        choose(edit, &mut file, (id, asked.entity), &maker, (field, asked))?;
        households::put_tracked_resident(tx, street, &file)?;
        after_resident(edit, &file.record)?;
    }
    let entry = (edit.ids.uuid(), edit.now);
    log(tx, person, id, entry, ("settle", Some(&asked.field), None))
}

fn choose<R: Fields + Clone>(
    edit: &Edit<'_>,
    file: &mut Tracked<R>,
    (household, entity): (HouseholdId, Uuid),
    maker: &Maker,
    (field, asked): (Field, &SettleRequest),
) -> Outcome<()> {
    let merge = match file.settle(maker, field, &asked.value) {
        Ok(merge) => merge,
        Err(problems) => {
            let mut check = Check::default();
            problems
                .into_iter()
                .for_each(|one| check.that(false, "value", one.problem));
            return check.done();
        }
    };
    Ok(field_history::keep(
        edit.tx,
        &edit.street,
        (household, entity),
        &merge,
        edit.now,
    )?)
}

fn in_reach(tx: &Tx<'_>, person: &Person, id: HouseholdId) -> Outcome<()> {
    let found = household_lists::one(tx, &HouseholdSight::of_communities(person), id)?;
    found.map(|_| ()).ok_or_else(|| ErrorCode::NotFound.into())
}

fn log(
    tx: &Tx<'_>,
    person: &Person,
    household: HouseholdId,
    (id, at): (Uuid, ReceivedAt),
    (what, field, reason): (&str, Option<&str>, Option<&str>),
) -> Outcome<()> {
    let look = audit::NewLook {
        id,
        at,
        user: person.user,
        what,
        subject_kind: "household",
        subject: household.to_string(),
        field,
        reason,
    };
    Ok(audit::look(tx, &person.street, &look)?)
}
