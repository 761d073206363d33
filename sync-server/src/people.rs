//! What an administrator does with people: adding, changing, one-time links. The street keeps at least one administrator.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::protocol::RowType;
use domain::role::Role;
use domain::{ErrorCode, ProblemKind, ReceivedAt, UserId};

use crate::auth::{Person, secret};
use crate::clock::Ids;
use crate::office::Office;
use crate::routes::check::Check;
use crate::routes::people::view::{NewPerson, PersonAdded, PersonChange, PersonView, ResetLink};
use crate::server::Server;
use crate::store::areas::{self, AreaKind};
use crate::store::links::{self, NewLink, Purpose};
use crate::store::people::{self, PersonRecord};
use crate::store::{Edit, StoreError, Tx, audit, devices, grids, sessions};
use crate::{Outcome, args};

/// How long a password link works, in milliseconds: a day.
const LINK_LIFETIME_MS: i64 = 24 * 3_600_000;

/// True for what [`NewPerson::login`] allows.
#[must_use]
pub fn is_login(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let length = text.len();
    (2..=40).contains(&length)
        && text.starts_with(plain)
        && text.chars().all(|c| plain(c) || ['.', '_', '-'].contains(&c))
}

/// Checks a new person's fields by themselves.
///
/// # Errors
/// [`ErrorCode::Invalid`] with every problem.
pub fn check_new(asked: &NewPerson) -> Outcome<()> {
    let mut check = Check::default();
    check.that(is_login(&asked.login), "login", ProblemKind::Malformed);
    check.text("name", &asked.name, 1, 60);
    check_roles(&mut check, &asked.roles);
    check_areas(
        &mut check,
        Some(&asked.queues),
        Some(&asked.communities),
        Some(&asked.grids),
    );
    check.done()
}

/// Checks the fields of a change by themselves.
///
/// # Errors
/// [`ErrorCode::Invalid`] with every problem.
pub fn check_change(asked: &PersonChange) -> Outcome<()> {
    let mut check = Check::default();
    if let Some(name) = &asked.name {
        check.text("name", name, 1, 60);
    }
    if let Some(roles) = &asked.roles {
        check_roles(&mut check, roles);
    }
    check_areas(
        &mut check,
        asked.queues.as_deref(),
        asked.communities.as_deref(),
        asked.grids.as_deref(),
    );
    check.done()
}

fn check_roles(check: &mut Check, roles: &[Role]) {
    check.that(!roles.is_empty(), "roles", ProblemKind::TooFew);
    check.count("roles", roles.len(), Role::ALL.len());
}

fn check_areas<Q, C, G>(check: &mut Check, queues: Option<&[Q]>, communities: Option<&[C]>, grids: Option<&[G]>) {
    check.count("queues", queues.map_or(0, <[Q]>::len), 50);
    check.count("communities", communities.map_or(0, <[C]>::len), 50);
    check.count("grids", grids.map_or(0, <[G]>::len), 50);
}

/// A person as the administrator sees it.
///
/// # Errors
/// What the engine reports.
pub fn view(tx: &Tx<'_>, record: PersonRecord, now: ReceivedAt) -> Result<PersonView, StoreError> {
    let person = people::person(tx, &record, now)?;
    let phones = devices::all(tx, &record.street)?
        .iter()
        .filter(|phone| phone.user == record.id && !phone.revoked)
        .count();
    Ok(PersonView {
        id: record.id,
        login: record.login,
        name: record.name,
        roles: record.roles,
        queues: person.queues,
        communities: person.communities,
        grids: person.grids,
        active: record.active,
        has_password: record.password_hash.is_some(),
        phones: u32::try_from(phones).unwrap_or(u32::MAX),
    })
}

/// Adds a person with a link for the first password.
///
/// # Errors
/// [`ErrorCode::LoginTaken`], [`ErrorCode::Invalid`] for areas that do not exist.
pub async fn add(server: &Server, keeper: Person, asked: NewPerson) -> Outcome<PersonAdded> {
    let (ids, office) = (Arc::clone(&server.ids), Arc::clone(&server.office));
    server
        .edit(keeper.street.clone(), move |edit| {
            if people::is_login_taken(edit.tx, &edit.street, &asked.login)? {
                return Err(ErrorCode::LoginTaken.into());
            }
            let record = PersonRecord {
                street: edit.street.clone(),
                id: UserId(ids.uuid()),
                login: asked.login.clone(),
                name: asked.name.trim().to_owned(),
                password_hash: None,
                roles: unique(&asked.roles),
                language: "zh-CN".to_owned(),
                active: true,
            };
            people::insert(edit.tx, &record, edit.now)?;
            let change = PersonChange {
                queues: Some(asked.queues),
                communities: Some(asked.communities),
                grids: Some(asked.grids),
                ..PersonChange::default()
            };
            post(edit, record.id, &change)?;
            let entry = (ids.uuid(), edit.now);
            audit::note(
                edit.tx,
                &edit.street,
                entry,
                Some(keeper.user),
                "person.create",
                ("person", &record.id),
            )?;
            let link = reset_link(edit.tx, &*ids, &office, &record, Some(keeper.user), edit.now)?;
            Ok(PersonAdded {
                person: view(edit.tx, record, edit.now)?,
                link,
            })
        })
        .await
}

/// Changes a person.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::LastAdministrator`], [`ErrorCode::Invalid`] for areas that do not exist.
pub async fn change(server: &Server, keeper: Person, id: UserId, asked: PersonChange) -> Outcome<PersonView> {
    let entry_id = server.ids.uuid();
    server
        .edit(keeper.street.clone(), move |edit| {
            let before = people::get(edit.tx, &edit.street, id)?.ok_or(ErrorCode::NotFound)?;
            let after = PersonRecord {
                name: asked
                    .name
                    .as_ref()
                    .map_or(before.name.clone(), |name| name.trim().to_owned()),
                roles: asked.roles.as_deref().map_or(before.roles.clone(), unique),
                active: asked.active.unwrap_or(before.active),
                ..before
            };
            people::update(edit.tx, &after)?;
            if !has_administrator(edit)? {
                return Err(ErrorCode::LastAdministrator.into());
            }
            if !after.active {
                sessions::delete_all_of(edit.tx, &edit.street, id)?;
            }
            post(edit, id, &asked)?;
            let entry = (entry_id, edit.now);
            audit::note(
                edit.tx,
                &edit.street,
                entry,
                Some(keeper.user),
                "person.change",
                ("person", &id),
            )?;
            Ok(view(edit.tx, after, edit.now)?)
        })
        .await
}

fn unique(roles: &[Role]) -> Vec<Role> {
    roles.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
}

fn has_administrator(edit: &Edit<'_>) -> Outcome<bool> {
    let all = people::all(edit.tx, &edit.street)?;
    Ok(all
        .iter()
        .any(|person| person.active && person.roles.contains(&Role::Administrator)))
}

/// Writes where a person works. Whoever leaves or joins a queue may change whether it is staffed.
///
/// # Errors
/// [`ErrorCode::Invalid`] for an area that does not exist.
pub fn post(edit: &Edit<'_>, user: UserId, change: &PersonChange) -> Outcome<()> {
    known(edit, change)?;
    let lists = [
        (
            AreaKind::Queue,
            change
                .queues
                .as_ref()
                .map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>()),
        ),
        (
            AreaKind::Community,
            change
                .communities
                .as_ref()
                .map(|list| list.iter().map(ToString::to_string).collect()),
        ),
        (
            AreaKind::Grid,
            change
                .grids
                .as_ref()
                .map(|list| list.iter().map(ToString::to_string).collect()),
        ),
    ];
    for (kind, list) in lists {
        if let Some(list) = list {
            areas::replace(edit.tx, &edit.street, user, kind, &list, edit.now)?;
        }
    }
    if change.queues.is_some() || change.active.is_some() {
        staff_queues(edit)?;
    }
    Ok(())
}

fn known(edit: &Edit<'_>, change: &PersonChange) -> Outcome<()> {
    let mut check = Check::default();
    let queues: BTreeSet<_> = grids::queues(edit.tx, &edit.street)?
        .into_iter()
        .map(|queue| queue.id)
        .collect();
    let all = grids::all(edit.tx, &edit.street)?;
    let communities: BTreeSet<_> = all.iter().map(|grid| grid.community.clone()).collect();
    let cells: BTreeSet<_> = all.into_iter().map(|grid| grid.id).collect();
    for (n, queue) in change.queues.iter().flatten().enumerate() {
        check.that(queues.contains(queue), &format!("queues.{n}"), ProblemKind::Unknown);
    }
    for (n, community) in change.communities.iter().flatten().enumerate() {
        check.that(
            communities.contains(community),
            &format!("communities.{n}"),
            ProblemKind::Unknown,
        );
    }
    for (n, grid) in change.grids.iter().flatten().enumerate() {
        check.that(cells.contains(grid), &format!("grids.{n}"), ProblemKind::Unknown);
    }
    check.done()
}

/// A queue is staffed while somebody active works it; routing skips the others. `triage` always counts as staffed,
/// because it is where everything without an owner goes.
///
/// # Errors
/// What the engine reports.
pub fn staff_queues(edit: &Edit<'_>) -> Outcome<()> {
    let sql = "SELECT DISTINCT area_id FROM person_areas
         JOIN people ON people.street_id = person_areas.street_id AND people.id = person_areas.user_id
         WHERE person_areas.street_id = $1 AND kind = 'queue' AND active = 1 AND from_ms <= $2
            AND (to_ms IS NULL OR to_ms > $2)";
    let held: BTreeSet<String> = edit
        .tx
        .query(sql, args![&edit.street, edit.now], |row| row.get("area_id"))?
        .into_iter()
        .collect();
    for (position, mut queue) in grids::queues(edit.tx, &edit.street)?.into_iter().enumerate() {
        let staffed = queue.id.as_str() == domain::catalog::TRIAGE || held.contains(queue.id.as_str());
        if staffed != queue.staffed {
            queue.staffed = staffed;
            grids::put_queue(edit.tx, &edit.street, &queue, position)?;
            edit.touch(RowType::Queue, &queue.id);
        }
    }
    Ok(())
}

/// Writes a one-time link for a person's password.
///
/// # Errors
/// What the engine reports.
pub fn reset_link(
    tx: &Tx<'_>,
    ids: &dyn Ids,
    office: &Office,
    person: &PersonRecord,
    by: Option<UserId>,
    now: ReceivedAt,
) -> Outcome<ResetLink> {
    let token = secret::token(&ids.secret());
    let expires_at = ReceivedAt(now.0 + LINK_LIFETIME_MS);
    let link = NewLink {
        street: person.street.clone(),
        purpose: Purpose::PasswordReset,
        user: Some(person.id),
        created_by: by,
        expires_at,
    };
    links::insert(tx, &link, &token, now)?;
    audit::note(
        tx,
        &person.street,
        (ids.uuid(), now),
        by,
        "password.link",
        ("person", &person.id),
    )?;
    // Behind `#`, so that the token reaches no log of the server or of a proxy.
    let path = format!("/reset#{token}");
    Ok(ResetLink {
        url: office.public_url.as_ref().map(|url| format!("{url}{path}")),
        token,
        path,
        expires_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_short_and_plain() {
        for good in ["li", "wang.jianguo", "secretary-panlong", "3rd_desk"] {
            assert!(is_login(good), "{good}");
        }
        for bad in ["", "l", "Li", "王", "-li", "li li", &"x".repeat(41)] {
            assert!(!is_login(bad), "{bad}");
        }
    }
}
