//! Mutations that wait for a person: who may read one, and what may be done about it.

use domain::protocol::{Mutation, Verdict};
use domain::role::Permission;
use domain::{ErrorCode, HouseholdId, MutationId, ReceivedAt};
use serde_json::Value;
use uuid::Uuid;

use crate::Outcome;
use crate::auth::Person;
use crate::intake::push;
use crate::routes::strays::view::StrayFile;
use crate::store::household_lists::{self, HouseholdSight};
use crate::store::{Edit, Tx, audit, stray_lists};

/// One of them with its content. The look is logged.
///
/// # Errors
/// [`ErrorCode::NotFound`] when nothing of that name waits; [`ErrorCode::Forbidden`] when its content is not for the
/// caller.
pub fn open(tx: &Tx<'_>, person: &Person, id: MutationId, entry: Uuid, now: ReceivedAt) -> Outcome<StrayFile> {
    let (stray, mutation) = stray_lists::one(tx, &person.street, id)?.ok_or(ErrorCode::NotFound)?;
    admit(tx, person, &mutation)?;
    let look = audit::NewLook {
        id: entry,
        at: now,
        user: person.user,
        what: "open",
        subject_kind: "mutation",
        subject: id.to_string(),
        field: None,
        reason: None,
    };
    audit::look(tx, &person.street, &look)?;
    let body = mutation.body;
    let word = |path: &str| {
        body.pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let written: Vec<String> = ["/text", "/facts", "/reason"].iter().map(|path| word(path)).collect();
    Ok(StrayFile {
        category: body
            .get("category")
            .and_then(|slug| serde_json::from_value(slug.clone()).ok()),
        text: written
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
        address: word("/place/address"),
        captured_at: ["captured_at", "ended_at"]
            .iter()
            .find_map(|name| serde_json::from_value(body.get(*name)?.clone()).ok()),
        photos: body
            .get("photos")
            .and_then(Value::as_array)
            .map_or(0, |photos| u32::try_from(photos.len()).unwrap_or(u32::MAX)),
        stray,
        body,
    })
}

/// Takes a stray off the list. It stays in the database, and its receipt stands. What waits for a thing that will not come
/// any more is refused then.
///
/// # Errors
/// As [`open`]; [`ErrorCode::Invalid`] for a mutation that is parked for another reason, which needs its verdict first.
pub fn handle(edit: &Edit<'_>, person: &Person, id: MutationId) -> Outcome<()> {
    let (stray, mutation) = stray_lists::one(edit.tx, &person.street, id)?.ok_or(ErrorCode::NotFound)?;
    admit(edit.tx, person, &mutation)?;
    if stray.parked {
        push::give_up(edit, id)?;
    } else if !stray_lists::handled(edit.tx, &person.street, id, person.user, edit.now)? {
        return Err(ErrorCode::NotFound.into());
    }
    noted(edit, person, "stray_handled", id)
}

/// Tries a parked mutation again.
///
/// # Errors
/// [`ErrorCode::NotFound`] when no such mutation waits, or what the engine reports.
pub fn replay(edit: &Edit<'_>, person: &Person, id: MutationId) -> Outcome<Verdict> {
    let verdict = push::replay(edit, id)?;
    noted(edit, person, "mutation_replayed", id)?;
    Ok(verdict)
}

fn noted(edit: &Edit<'_>, person: &Person, what: &str, id: MutationId) -> Outcome<()> {
    let entry = (edit.ids.uuid(), edit.now);
    audit::note(edit.tx, &edit.street, entry, Some(person.user), what, ("mutation", &id))?;
    Ok(())
}

/// What was said at a door is for the community; everything else is for triage. An administrator reads neither.
fn admit(tx: &Tx<'_>, person: &Person, mutation: &Mutation) -> Outcome<()> {
    if is_for(tx, person, mutation)? {
        Ok(())
    } else {
        Err(ErrorCode::Forbidden.into())
    }
}

/// True when the photos of a mutation may be shown to this person: those who may read what was written with them.
///
/// # Errors
/// What the engine reports.
pub fn shows_photos(tx: &Tx<'_>, person: &Person, id: MutationId) -> Outcome<bool> {
    match stray_lists::one(tx, &person.street, id)? {
        Some((_, mutation)) => is_for(tx, person, &mutation),
        None => Ok(false),
    }
}

fn is_for(tx: &Tx<'_>, person: &Person, mutation: &Mutation) -> Outcome<bool> {
    if mutation.kind.starts_with("report.") || mutation.kind == "case.act" {
        Ok(person.may(Permission::Triage))
    } else {
        Ok(person.may(Permission::SeeCommunityHouseholds) && in_reach(tx, person, mutation)?)
    }
}

/// A household of another community is out of reach; one that nobody knows is everybody's to sort out.
fn in_reach(tx: &Tx<'_>, person: &Person, mutation: &Mutation) -> Outcome<bool> {
    let body = &mutation.body;
    // A new resident says itself where it lives.
    let named = body
        .get("household")
        .or_else(|| body.get("resident")?.get("household"))
        .cloned();
    let Some(id) = named.and_then(|id| serde_json::from_value::<HouseholdId>(id).ok()) else {
        return Ok(true);
    };
    let known = crate::store::households::get(tx, &person.street, id)?.is_some();
    Ok(!known || household_lists::one(tx, &HouseholdSight::of(person), id)?.is_some())
}
